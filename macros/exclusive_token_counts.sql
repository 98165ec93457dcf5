{#-
    Token counts that overlap, as vendors report whose input total includes the cache, made mutually exclusive.
    A SELECT body to put behind a CTE's name: every column of the relation, then `<token_type>_tokens` for each type.

    relation: CTE with the columns input_total, cached_total, cache_write_total, cache_write_long, audio_uncached,
    audio_cached, image_uncached, output_total, audio_output and image_output; a null counts as 0.
    The input types sum to input_total and the output types to output_total whatever the details say: each detail takes
    at most what those before it left (cache read, cache write, audio, image), and plain input or output is the rest.
    Cached images count as cached input: no price list tells them apart.
-#}
{% macro exclusive_token_counts(relation) %}
    {%- set counts = [
        'input_total', 'cached_total', 'cache_write_total', 'cache_write_long', 'audio_uncached', 'audio_cached',
        'image_uncached', 'output_total', 'audio_output', 'image_output',
    ] -%}
    select
        capped.*,
        greatest(uncached_count - audio_uncached_count - image_uncached_count, 0) as input_tokens,
        cached_count - least(audio_cached_count, cached_count) as cached_input_tokens,
        cache_write_count - least(cache_write_long_count, cache_write_count) as cache_write_tokens,
        least(cache_write_long_count, cache_write_count) as cache_write_1h_tokens,
        greatest(output_total_count - audio_output_count - image_output_count, 0) as output_tokens,
        least(audio_uncached_count, uncached_count) as audio_input_tokens,
        least(audio_cached_count, cached_count) as audio_cached_input_tokens,
        least(audio_output_count, output_total_count) as audio_output_tokens,
        least(image_uncached_count, greatest(uncached_count - audio_uncached_count, 0)) as image_input_tokens,
        least(image_output_count, greatest(output_total_count - audio_output_count, 0)) as image_output_tokens

    from (
        select
            counted.*,
            least(cached_total_count, input_total_count) as cached_count,
            least(cache_write_total_count, greatest(input_total_count - cached_total_count, 0)) as cache_write_count,
            greatest(input_total_count - cached_total_count - cache_write_total_count, 0) as uncached_count

        from (
            select
                {{ relation }}.*,
                {%- for count in counts %}
                greatest(cast(coalesce({{ count }}, 0) as decimal(38, 0)), 0) as {{ count }}_count
                {{- "," if not loop.last }}
                {%- endfor %}

            from {{ relation }}
        ) as counted
    ) as capped
{% endmacro %}
