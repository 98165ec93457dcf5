{{ config(materialized='table') }}

{{ funded_allocations(ref('int_allocations_staged'), ref('int_sandboxes_funded')) }}
