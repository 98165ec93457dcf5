{#- The register and policy tables whose rows begin and end, and so may change what a charge meets. -#}
{% set dated_registers = [
    'departments', 'cost_centres', 'people', 'use_cases', 'use_case_stages', 'identities', 'exceptions',
    'allocation_rules', 'allocation_splits', 'model_prices', 'policy',
] %}

with

instants as (
    {% for register in dated_registers %}
    select valid_from as boundary_at from {{ ref('stg_registers__' ~ register) }}
    union all
    select valid_to as boundary_at from {{ ref('stg_registers__' ~ register) }}
    union all
    {% endfor %}
    select expires_at as boundary_at from {{ ref('int_sandbox_stages') }}
    union all
    -- The beginning of time, so that every instant has a boundary at or before it.
    select cast('1900-01-01 00:00:00' as timestamp) as boundary_at
),

boundaries as (
    select boundary_at
    from instants
    where boundary_at is not null
    group by boundary_at
)

select * from boundaries
