{{ config(materialized='table') }}

{{ stepped_down(tier=5, lower=[
    ref('int_allocations_funded'),
    ref('int_tier_2_allocations_funded'),
    ref('int_tier_3_allocations_funded'),
    ref('int_tier_4_allocations_funded'),
]) }}
