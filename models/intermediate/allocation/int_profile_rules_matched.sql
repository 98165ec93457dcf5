with

attributes as (
    select * from {{ ref('int_charge_attributes') }}
),

conditions as (
    select * from {{ ref('int_rule_conditions') }}
    where tier = 1
),

rules as (
    select * from {{ ref('int_allocation_rules') }}
    where tier = 1
),

profiles as (
    select profile_id from {{ ref('int_charge_profiles') }}
),

stated_columns as (
    select
        rule_key,
        count(distinct match_column) as stated_count

    from conditions
    group by rule_key
),

-- Patterns meet each distinct value once, not each profile.
distinct_values as (
    select
        match_column,
        attribute_value

    from attributes
    group by
        match_column,
        attribute_value
),

matched_values as (
    select
        conditions.rule_key,
        conditions.match_column,
        distinct_values.attribute_value

    from distinct_values
    inner join conditions
        on distinct_values.match_column = conditions.match_column
            and distinct_values.attribute_value like conditions.like_pattern escape '^'
    group by
        conditions.rule_key,
        conditions.match_column,
        distinct_values.attribute_value
),

matched_counts as (
    select
        attributes.profile_id,
        matched_values.rule_key,
        count(distinct attributes.match_column) as matched_count

    from attributes
    inner join matched_values
        on attributes.match_column = matched_values.match_column
            and attributes.attribute_value = matched_values.attribute_value
    group by
        attributes.profile_id,
        matched_values.rule_key
),

matched_rules as (
    select
        matched_counts.profile_id,
        matched_counts.rule_key

    from matched_counts
    inner join stated_columns
        on matched_counts.rule_key = stated_columns.rule_key
            and matched_counts.matched_count = stated_columns.stated_count

    union all

    -- A rule that states nothing takes everything.
    select
        profiles.profile_id,
        rules.rule_key

    from profiles
    cross join rules
    left join stated_columns
        on rules.rule_key = stated_columns.rule_key
    where stated_columns.rule_key is null
)

select * from matched_rules
