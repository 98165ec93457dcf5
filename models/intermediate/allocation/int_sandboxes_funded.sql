{{ config(materialized='table') }}

{{ funded_sandboxes(ref('int_allocations_staged')) }}
