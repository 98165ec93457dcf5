{% set pool_attributes = [
    "'pool'", 'groups.platform', 'groups.rule_id', 'groups.rule_version', 'groups.billing_account_id',
    'groups.billing_currency', 'groups.invoice_id', 'groups.accounting_month',
    "case when groups.driver_grain = 'day' then groups.charge_date end",
] %}

with

groups as (
    select * from {{ ref('int_charge_groups') }}
),

followed_credits as (
    select * from {{ ref('int_credits_followed') }}
),

members as (
    select
        groups.charge_group_id,
        case
            when followed_credits.charge_group_id is not null
                then {{ hash_key(["'credit'", 'groups.charge_group_id']) }}
            when groups.method = 'gateway' then {{ hash_key(pool_attributes + ['groups.model', 'groups.api_key_id']) }}
            else {{ hash_key(pool_attributes) }}
        end as pool_id,
        followed_credits.credited_group_id,
        -- What no rule claimed is credited by no rule.
        case when followed_credits.charge_group_id is null then groups.rule_key else credited_groups.rule_key end as rule_key,
        groups.platform,
        groups.billing_account_id,
        groups.invoice_id,
        case
            when followed_credits.charge_group_id is null and groups.method = 'gateway' then groups.model
            when credited_groups.method = 'gateway' then groups.model
        end as model,
        case
            when followed_credits.charge_group_id is null and groups.method = 'gateway' then groups.api_key_id
            when credited_groups.method = 'gateway' then groups.api_key_id
        end as api_key_id,
        groups.billing_currency,
        groups.reporting_currency,
        groups.billed_cost,
        groups.effective_cost,
        groups.reporting_cost,
        groups.accounting_month,
        case
            when followed_credits.charge_group_id is not null or groups.driver_grain = 'day' then groups.charge_date
            else groups.accounting_month
        end as pool_date

    from groups
    left join followed_credits
        on groups.charge_group_id = followed_credits.charge_group_id
    left join groups as credited_groups
        on followed_credits.credited_group_id = credited_groups.charge_group_id
    where groups.is_pooled or followed_credits.charge_group_id is not null
)

select * from members
