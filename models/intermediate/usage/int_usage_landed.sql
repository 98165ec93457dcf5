{#- Read by many models: the platforms' staging views are evaluated once, here. -#}
{{ config(materialized='table') }}

{% for platform in usage_platforms() %}
select * from {{ ref('stg_' ~ platform ~ '__usage') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
