{{ config(materialized='table') }}

with

profiles as (
    select * from {{ ref('int_charge_profiles') }}
),

services as (
    select * from {{ ref('int_shared_services') }}
),

rules as (
    select * from {{ ref('int_allocation_rules') }}
    where tier > 1
),

conditions as (
    select * from {{ ref('int_rule_conditions') }}
    where tier > 1
),

bills as (
    select
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        reporting_currency,
        accounting_month,
        cast(accounting_month as timestamp) as period_start

    from profiles
    group by
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        reporting_currency,
        accounting_month
),

-- What each service may hold of each bill; whether it holds anything is seen when its tier comes.
holdings as (
    select
        {{ hash_key([
            'services.cost_centre_code', 'bills.platform', 'bills.billing_account_id', 'bills.invoice_id',
            'bills.billing_currency', 'bills.accounting_month',
        ]) }} as holding_id,
        services.cost_centre_code as sender_code,
        services.tier,
        bills.*

    from bills
    inner join services
        on bills.period_start >= services.valid_from
            and bills.period_start < services.valid_to
),

judged as (
    select
        holdings.holding_id,
        rules.rule_key,
        rules.priority,
        conditions.match_column,
        max(
            case
                when conditions.match_column is null
                    or lower(
                        case conditions.match_column
                            when 'cost_centre' then holdings.sender_code
                            when 'platform' then holdings.platform
                            when 'billing_account_id' then holdings.billing_account_id
                        end
                    ) like conditions.like_pattern escape '^'
                    then 1
                else 0
            end
        ) as is_matched

    from holdings
    inner join rules
        on holdings.tier = rules.tier
            and holdings.period_start >= rules.valid_from
            and holdings.period_start < rules.valid_to
    left join conditions
        on rules.rule_key = conditions.rule_key
    group by
        holdings.holding_id,
        rules.rule_key,
        rules.priority,
        conditions.match_column
),

matched as (
    select
        holding_id,
        rule_key,
        row_number() over (partition by holding_id order by priority asc nulls last, rule_key asc nulls last) as claim_order

    from judged
    group by
        holding_id,
        rule_key,
        priority
    having min(is_matched) = 1
),

pools as (
    select
        {{ hash_key(["'onward'", 'holdings.holding_id', 'rules.rule_id', 'rules.rule_version']) }} as pool_id,
        holdings.sender_code,
        holdings.platform,
        holdings.billing_account_id,
        holdings.invoice_id,
        holdings.billing_currency,
        holdings.reporting_currency,
        rules.rule_key,
        rules.rule_id,
        rules.rule_version,
        rules.method,
        'month' as driver_grain,
        coalesce(rules.driver_scope, holdings.platform) as driver_scope,
        rules.split_id,
        rules.target_cost_centre,
        rules.idle_policy,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as api_key_id,
        rules.methods,
        holdings.tier,
        holdings.accounting_month,
        holdings.accounting_month as pool_date,
        holdings.period_start

    from holdings
    inner join matched
        on holdings.holding_id = matched.holding_id
            and matched.claim_order = 1
    inner join rules
        on matched.rule_key = rules.rule_key
)

select * from pools
