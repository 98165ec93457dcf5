-- One row per platform that sells seats, month and currency in which the tokens that all active users had metered cost less at
-- list price than the seats. Where one active user has no metered tokens, the source does not tell of all use, and nothing can
-- be compared.
with

seat_months as (
    select * from {{ ref('int_seat_months_unioned') }}
),

usage_rows as (
    select
        platform,
        user_id,
        metric,
        token_type,
        {{ month_start('period_start') }} as usage_month

    from {{ ref('int_usage_unioned') }}
    where user_id is not null
        and quantity > 0
        and (metric = 'active_days' or token_type is not null)
),

priced as (
    select * from {{ ref('int_option_usage_priced') }}
),

seats as (
    select
        platform,
        currency,
        cast(sum(seat_cost) as {{ column_type('money') }}) as seat_cost,
        seat_month as usage_month

    from seat_months
    where currency is not null
    group by
        platform,
        currency,
        seat_month
),

users as (
    select
        platform,
        user_id,
        usage_month,
        max(case when metric = 'active_days' then 1 else 0 end) as is_active,
        max(case when token_type is not null then 1 else 0 end) as has_tokens

    from usage_rows
    group by
        platform,
        user_id,
        usage_month
),

told_months as (
    select
        platform,
        usage_month

    from users
    group by
        platform,
        usage_month
    having sum(is_active) > 0
        and sum(case when is_active = 1 and has_tokens = 0 then 1 else 0 end) = 0
),

tokens as (
    select
        platform,
        max(currency) as currency,
        cast(sum(token_count) as decimal(38, 0)) as token_count,
        cast(sum(usage_row_count) as {{ dbt.type_bigint() }}) as usage_row_count,
        cast(sum(current_units) as decimal(38, 0)) as optional_units,
        usage_month

    from priced
    group by
        platform,
        usage_month
    having count(current_units) = count(*) and min(currency) = max(currency)
),

options as (
    select
        seats.platform,
        seats.currency,
        'seats_to_api' as option_name,
        tokens.token_count,
        tokens.usage_row_count,
        cast({{ to_units('seats.seat_cost') }} * 100 as decimal(38, 0)) as current_units,
        tokens.optional_units,
        seats.usage_month

    from seats
    inner join told_months
        on seats.platform = told_months.platform
            and seats.usage_month = told_months.usage_month
    inner join tokens
        on seats.platform = tokens.platform
            and seats.usage_month = tokens.usage_month
            and seats.currency = tokens.currency
    where tokens.optional_units < {{ to_units('seats.seat_cost') }} * 100
)

select * from options
