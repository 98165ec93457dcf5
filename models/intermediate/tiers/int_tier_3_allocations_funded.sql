{{ config(materialized='table') }}

{{ stepped_down(tier=3, lower=[ref('int_allocations_funded'), ref('int_tier_2_allocations_funded')]) }}
