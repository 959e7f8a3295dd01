{#- Makes one view per raw table over the Parquet files the gate wrote. A build without the gate's manifest is
    refused: there is no second entrance for data. -#}
{% macro create_raw_views() -%}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed') %}
        {% if modules.re.match('^([/\\\\]|[A-Za-z]:)', env_var('CSAT_SEED_PATH', 'data/framework')) %}
            {{ exceptions.raise_compiler_error(
                "CSAT_SEED_PATH is absolute: dbt would write compiled SQL over the files in it. "
                ~ "Unset it, or set CSAT_FRAMEWORK_DIR to the folder and run csat build, which copies it.") }}
        {% endif %}
        {#- The folder stands in literals of SQL; a quote in its name must not end them. -#}
        {% set raw_folder = (env_var('CSAT_DATA_DIR', 'data') ~ '/raw') | replace("'", "''") %}
        {{ assert_manifest(raw_folder) }}
        {% do run_query('create schema if not exists raw') %}
        {% for source in graph.sources.values() if source.source_name != 'framework' %}
            {% do run_query(raw_view_sql(
                source.schema ~ '.' ~ source.identifier,
                raw_folder ~ '/' ~ source.source_name ~ '/' ~ source.name)) %}
        {% endfor %}
    {% endif %}
{%- endmacro %}

{#- Stops with one sentence when the gate has not written its manifest. -#}
{% macro assert_manifest(raw_folder) -%}
    {{ return(adapter.dispatch('assert_manifest')(raw_folder)) }}
{%- endmacro %}

{% macro default__assert_manifest(raw_folder) -%}
    {% set found = run_query("select count(*) from glob('" ~ raw_folder ~ "/gate/files/*.parquet')") %}
    {% set is_missing = found.columns[0].values()[0] == 0 %}
    {% if not is_missing %}
        {% set batches = run_query("select count(*) from read_parquet('" ~ raw_folder ~ "/gate/files/*.parquet')") %}
        {% set is_missing = batches.columns[0].values()[0] == 0 %}
    {% endif %}
    {% if is_missing %}
        {{ exceptions.raise_compiler_error(
            raw_folder ~ " holds no manifest of the gate: load files with csat gate first.") }}
    {% endif %}
{%- endmacro %}

{#- Spark names the missing folder itself when the view is made. -#}
{% macro spark__assert_manifest(raw_folder) -%}
{%- endmacro %}

{% macro raw_view_sql(relation, folder) -%}
    {{ return(adapter.dispatch('raw_view_sql')(relation, folder)) }}
{%- endmacro %}

{% macro default__raw_view_sql(relation, folder) -%}
    create or replace view {{ relation }} as select * from read_parquet('{{ folder }}/*.parquet')
{%- endmacro %}

{% macro spark__raw_view_sql(relation, folder) -%}
    create or replace view {{ relation }} as select * from parquet.`{{ folder }}`
{%- endmacro %}
