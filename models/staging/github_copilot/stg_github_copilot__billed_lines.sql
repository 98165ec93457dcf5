with

report_lines as (
    select * from {{ ref('stg_github_copilot__report_lines') }}
),

-- What the usage report bills for a day and SKU beyond what the AI usage report itemises: the bill stays whole.
compared as (
    select
        billed_date,
        sku,
        max(case when is_repeated then _row_id end) as _row_id,
        max(case when is_repeated then product end) as product,
        max(case when is_repeated then unit_type end) as unit_type,
        sum(case when is_repeated then quantity else -quantity end) as quantity,
        sum(case when is_repeated then gross_cost else -gross_cost end) as gross_cost,
        sum(case when is_repeated then net_cost else -net_cost end) as net_cost

    from report_lines
    group by
        billed_date,
        sku
),

not_itemised as (
    select
        compared.*,
        report_lines._delivery_id,
        report_lines._file,
        report_lines._row

    from compared
    inner join report_lines
        on compared._row_id = report_lines._row_id
    where compared.net_cost <> 0 or compared.gross_cost <> 0
),

{%- set text = ['model', 'user_id', 'organization', 'repository', 'cost_center_name'] %}

billed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        product,
        sku,
        unit_type,
        {{ text | join(', ') }},
        quantity,
        gross_cost,
        net_cost,
        true as is_itemised,
        billed_date

    from report_lines
    where not is_repeated
    union all
    select
        _row_id || ':not itemised' as _row_id,
        _delivery_id,
        _file,
        _row,
        'github_copilot__usage_report' as source_table,
        product,
        sku,
        unit_type,
        {%- for column in text %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        quantity,
        gross_cost,
        net_cost,
        false as is_itemised,
        billed_date

    from not_itemised
),

-- Included credits are one pool of the billing entity, used up by whoever comes first: a line's own discount says when
-- it came, not what it caused.
pooled as (
    select
        _row_id,
        {{ month_start('billed_date') }} as billed_month,
        gross_cost,
        cast({{ to_units('gross_cost') }} as decimal(38, 0)) as gross_units,
        cast(
            sum(gross_cost - net_cost) over (partition by {{ month_start('billed_date') }})
            as {{ column_type('money') }}
        ) as discount

    from billed
    where unit_type = 'ai-credits' and is_itemised and gross_cost > 0
),

{{ apportion(
    relation='pooled',
    whole='billed_month',
    weight='gross_units',
    measures=['discount'],
    tie_break='gross_units desc nulls last, _row_id asc nulls last'
) }},

shared as (
    select
        billed.*,
        coalesce(billed.gross_cost - pooled_apportioned.discount_part, billed.net_cost) as shared_cost

    from billed
    left join pooled_apportioned
        on billed._row_id = pooled_apportioned._row_id
)

select
    _row_id,
    _delivery_id,
    _file,
    _row,
    source_table,
    product,
    sku,
    unit_type,
    {{ text | join(', ') }},
    quantity,
    gross_cost,
    net_cost,
    cast(shared_cost as {{ column_type('money') }}) as shared_cost,
    is_itemised,
    billed_date

from shared
