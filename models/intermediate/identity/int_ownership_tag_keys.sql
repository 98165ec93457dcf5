with

key_settings as (
    select
        case setting when 'cost_centre_tag_keys' then 'cost_centre' else 'use_case' end as names,
        value,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting in ('cost_centre_tag_keys', 'use_case_tag_keys')
),

listed as (
    {{ explode_text('key_settings', 'value') }}
),

keys as (
    select
        names,
        {{ normalised_tag_key('item') }} as tag_key,
        item_position as list_position,
        valid_from,
        valid_to

    from listed
)

select * from keys
