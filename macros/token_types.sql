{#-
    The kinds of token that are priced apart, mutually exclusive: a token counts under exactly one. Reasoning is output.
    `cache_write` is a short retention (minutes), `cache_write_1h` a long one (hours).
-#}
{% macro token_types() %}
    {{ return([
        'input', 'cached_input', 'cache_write', 'cache_write_1h', 'output', 'audio_input', 'audio_cached_input',
        'audio_output', 'image_input', 'image_output', 'embedding',
    ]) }}
{% endmacro %}
