{% for platform in usage_platforms() %}
select * from {{ ref('stg_' ~ platform ~ '__usage') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
