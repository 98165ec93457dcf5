{{ config(materialized='table') }}

{{ stepped_down(tier=2, lower=[ref('int_allocations_funded')]) }}
