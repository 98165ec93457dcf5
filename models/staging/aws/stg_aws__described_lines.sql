-- One row per line item or unused part, with what its usage type and its tags say and whose it is.
with

lines as (
    select * from {{ ref('stg_aws__amortised_lines') }}
),

usage_types as (
    select * from {{ ref('stg_aws__usage_types') }}
),

tag_sets as (
    select * from {{ ref('stg_aws__tags') }}
),

looked_up as (
    select
        lines.*,
        usage_types.service_name,
        usage_types.service_category,
        usage_types.service_subcategory,
        usage_types.model,
        usage_types.token_type,
        usage_types.service_tier,
        usage_types.context_window,
        usage_types.inference_scope,
        usage_types.usage_feature,
        tag_sets.tags as merged_tags,
        tag_sets.environment,
        coalesce(lines.savings_plan_arn, lines.reservation_arn) as commitment_arn,
        cast(
            cast(lines.metered_amount as decimal(26, 12)) * cast(usage_types.tokens_per_unit as decimal(8, 0))
            as {{ column_type('whole') }}
        ) as metered_tokens,
        case
            when usage_types.token_type is not null and usage_types.tokens_per_unit = 1 then 'Tokens'
            when usage_types.token_type is not null and usage_types.tokens_per_unit is not null
                then cast(usage_types.tokens_per_unit as {{ dbt.type_string() }}) || ' Tokens'
            when lower(lines.pricing_unit) in ('hrs', 'hours', 'hour') then 'Hours'
            when lower(lines.pricing_unit) = 'gb-mo' then 'GB-Months'
            else coalesce(lines.pricing_unit, 'Units')
        end as unit

    from lines
    left join usage_types
        on lines.usage_type_key = usage_types.usage_type_key
    left join tag_sets
        on lines.tag_key = tag_sets.tag_key
),

-- A role's ARN is the export's own without the session: the path of the role is not in it, and an ARN made up without the
-- path would name no role. The landing has made a pseudonym of every session and every user's name.
identified as (
    select
        looked_up.*,
        case
            when principal like 'arn:%:assumed-role/%/%'
                then substr(principal, 1, length(principal) - length(regexp_extract(principal, '/[^/]*$', 0)))
            when principal like 'arn:%:role/%' or principal like 'arn:%:assumed-role/%' then principal
        end as role_id,
        case
            when principal like '%/person:%' then regexp_extract(principal, 'person:[0-9a-f]+$', 0)
            when principal is null then subscriber_id
        end as user_id,
        coalesce(
            capacity_reservation_arn,
            case when resource_id like '%:capacity-reservation/%' then resource_id end
        ) as capacity_id,
        case
            when is_split_line and resource_id like '%:pod/%/%/%'
                then split_part(resource_id, '/', 2) || '/' || split_part(resource_id, '/', 3)
        end as namespace

    from looked_up
)

select * from identified
