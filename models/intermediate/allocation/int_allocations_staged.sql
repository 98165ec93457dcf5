{{ config(materialized='table') }}

{{ staged_allocations(ref('int_allocations_assigned')) }}
