{#- Read by many models: the platforms' staging views are evaluated once, here. -#}
{{ config(materialized='table') }}

{% for platform in charge_platforms() %}
select * from {{ ref('stg_' ~ platform ~ '__charges') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
