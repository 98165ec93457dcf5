with

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

stages as (
    select * from {{ ref('stg_registers__use_case_stages') }}
),

assessments as (
    select * from {{ ref('stg_registers__assessments') }}
    where status = 'approved' and approved_on is not null
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

held as (
    {% for holding, column in [
        ('business owner', 'business_owner_id'), ('performance owner', 'performance_owner_id'),
        ('usage owner', 'usage_owner_id'), ('cost centre', 'cost_centre_code'),
    ] %}
    select
        use_case_id,
        '{{ holding }}' as holding,
        cast(null as {{ dbt.type_string() }}) as subject,
        {{ column }} as holder_id,
        valid_from,
        valid_to

    from use_cases

    union all

    {% endfor %}
    select
        use_case_id,
        'stage approver' as holding,
        stage as subject,
        approved_by as holder_id,
        valid_from,
        valid_to

    from stages

    union all

    -- Its end is the first day on which it no longer counts, as the end of every validity is.
    select
        use_case_id,
        'assessment approver' as holding,
        kind || ' assessment ' || assessment_id as subject,
        approved_by as holder_id,
        cast(approved_on as timestamp) as valid_from,
        coalesce(cast(expires_on as timestamp), cast('9999-12-31 00:00:00' as timestamp)) as valid_to

    from assessments
),

named as (
    select * from held
    where use_case_id is not null and holder_id is not null and valid_from < valid_to
),

-- Versions of a register row that follow each other with the same holder are one stretch.
compared as (
    select
        named.*,
        lag(valid_to) over (
            partition by use_case_id, holding, subject, holder_id
            order by valid_from asc nulls last
        ) as previous_valid_to

    from named
),

numbered as (
    select
        compared.*,
        sum(case when previous_valid_to = valid_from then 0 else 1 end) over (
            partition by use_case_id, holding, subject, holder_id
            order by valid_from asc nulls last
            rows between unbounded preceding and current row
        ) as stretch_number

    from compared
),

stretches as (
    select
        use_case_id,
        holding,
        subject,
        holder_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to

    from numbered
    group by
        use_case_id,
        holding,
        subject,
        holder_id,
        stretch_number
),

trail as (
    select
        {{ hash_key([
            'stretches.use_case_id', 'stretches.holding', 'stretches.subject', 'stretches.holder_id',
            'stretches.valid_from',
        ]) }} as ownership_trail_id,
        stretches.use_case_id,
        stretches.holding,
        stretches.subject,
        stretches.holder_id,
        coalesce(
            stretches.valid_from < {{ add_days('as_of.as_of_date', 1) }}
            and stretches.valid_to >= {{ add_days('as_of.as_of_date', 1) }},
            false
        ) as is_current,
        stretches.valid_from,
        stretches.valid_to

    from stretches
    cross join as_of
)

select * from trail
