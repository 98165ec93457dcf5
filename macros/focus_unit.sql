{#- An allocation driver's unit as FOCUS writes units; null where nothing is measured. -#}
{% macro focus_unit(driver) -%}
    case {{ driver }}
        when 'token_volume' then 'Tokens'
        when 'requests' then 'Requests'
        when 'workflow_count' then 'Workflow Runs'
        when 'active_users' then 'Users'
        when 'seats' then 'Seats'
        when 'gpu_hours' then 'GPU-Hours'
        when 'split' then 'Percent'
        when 'even' then 'Receivers'
        when 'cost' then 'Cost'
        when 'gateway' then 'Cost'
    end
{%- endmacro %}
