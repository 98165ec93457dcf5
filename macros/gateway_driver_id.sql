{#-
    The driver of method `gateway`: what a gateway logged on a day for a model, a provider and a key of that provider.
    What it logged without provider or key has a driver of its own, whose `provider` or `bill_identity_id` is null.

    All arguments are columns or literals.
-#}
{% macro gateway_driver_id(scope, date, provider, bill_identity_id, model) -%}
    {{ hash_key([
        "'gateway'", scope, "'day'", date, gateway_driver_key(provider, bill_identity_id, model),
    ]) }}
{%- endmacro %}

{% macro gateway_driver_key(provider, bill_identity_id, model) -%}
    {{ hash_key([provider, bill_identity_id, "lower(" ~ model ~ ")"]) }}
{%- endmacro %}
