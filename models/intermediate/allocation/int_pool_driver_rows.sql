{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id', 'is_idle'] %}

with

attempts as (
    select * from {{ ref('int_pool_attempts') }}
),

drivers as (
    select * from {{ ref('int_driver_quantities') }}
),

services as (
    select * from {{ ref('int_shared_services') }}
),

{% set attempt = ['pool_id', 'attempt', 'attempt_method', 'period_start', 'tier'] %}

-- What a gateway logged without naming provider or key counts for any.
asked as (
    select
        {{ attempt | join(', ') }},
        driver_id

    from attempts
    where attempt_method <> 'gateway'

    {% for provider in ['platform', 'null'] %}
    {% for key in ['api_key_id', 'null'] %}
    union all

    select
        {{ attempt | join(', ') }},
        {{ gateway_driver_id('driver_scope', 'pool_date', provider, key, 'model') }} as driver_id

    from attempts
    where attempt_method = 'gateway'{{ " and api_key_id is not null" if key == 'null' }}

    {% endfor %}
    {% endfor %}
),

-- A shared service that has passed on, of this tier or an earlier one, receives nothing any more.
attempted as (
    select
        asked.pool_id,
        asked.attempt,
        asked.attempt_method,
        {% for column in receiver %}
        drivers.{{ column }},
        {% endfor %}
        cast(sum(drivers.driver_quantity) as {{ column_type('quantity') }}) as driver_quantity,
        cast(sum(drivers.driver_units) as decimal(38, 0)) as driver_units

    from asked
    inner join drivers
        on asked.driver_id = drivers.driver_id
    left join services
        on drivers.cost_centre_code = services.cost_centre_code
            and asked.tier >= services.tier
            and asked.period_start >= services.valid_from
            and asked.period_start < services.valid_to
    where services.cost_centre_code is null
    group by
        asked.pool_id,
        asked.attempt,
        asked.attempt_method,
        {% for column in receiver %}
        drivers.{{ column }}{{ "," if not loop.last }}
        {% endfor %}
)

select * from attempted
