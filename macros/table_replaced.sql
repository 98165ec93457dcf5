{#-
    A table on DuckDB in one transaction: the old one goes, the new one comes. dbt's own makes another table, renames
    both, drops the old one, and asks for indexes and foreign keys, of which this project has none.
-#}
{% materialization table, adapter='duckdb' %}
    {% set existing_relation = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type='table') %}
    {{ run_hooks(pre_hooks) }}
    {{ drop_relation_if_exists(existing_relation) }}
    {% call statement('main') %}
        {{ create_table_as(False, target_relation, sql) }}
    {% endcall %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
