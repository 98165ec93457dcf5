-- One row per line of the usage report that the AI usage report itemises. One line of each day and SKU still carries what
-- is not itemised: of it only the itemised amount is left out.
with

report_lines as (
    select * from {{ ref('stg_github_copilot__report_lines') }}
),

rests as (
    select
        billed_date,
        sku,
        max(case when is_repeated then _row_id end) as carrying_row_id,
        sum(case when is_repeated then net_cost else -net_cost end) as net_rest,
        sum(case when is_repeated then gross_cost else -gross_cost end) as gross_rest

    from report_lines
    group by
        billed_date,
        sku
),

left_out as (
    select
        report_lines._delivery_id as delivery_id,
        report_lines._file as file_name,
        report_lines._row as row_number,
        cast(report_lines.net_cost - coalesce(rests.net_rest, 0) as {{ column_type('money') }}) as billed_amount,
        rests.carrying_row_id is null as is_whole

    from report_lines
    left join rests
        on report_lines._row_id = rests.carrying_row_id
            and (rests.net_rest <> 0 or rests.gross_rest <> 0)
    where report_lines.is_repeated
)

select
    'github_copilot__usage_report' as source_table,
    delivery_id,
    file_name,
    row_number,
    'itemised by the AI usage report' as reason,
    billed_amount,
    is_whole

from left_out
