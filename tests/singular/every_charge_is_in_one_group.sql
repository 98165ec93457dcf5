-- The charges that the claim saw are the charges of the bill: none twice, none missing, parts in place of split lines.
with

counts as (
    select
        (select count(*) from {{ ref('int_charges_grouped') }}) as grouped_count,
        (select count(distinct charge_id) from {{ ref('int_charges_grouped') }}) as distinct_count,
        (select count(*) from {{ ref('int_charges_unioned') }}) as charge_count,
        (select count(*) from {{ ref('int_coarse_charges_split_to_keys') }}) as part_count,
        (select count(distinct origin_charge_id) from {{ ref('int_coarse_charges_split_to_keys') }}) as split_count
)

select *
from counts
where grouped_count <> distinct_count
    or grouped_count <> charge_count + part_count - split_count
