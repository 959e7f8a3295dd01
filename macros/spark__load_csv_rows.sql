{#- Loads a seed on Spark with literals of our own: the adapter's session method turns a null into the text 'None' and
    breaks on a quote. Seeds declare every column's type, so each value arrives as text. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {% set column_types = model['config'].get('column_types', {}) %}
    {% set rows_per_insert = 500 %}
    {% for chunk in agate_table.rows | batch(rows_per_insert) %}
        {% set statement_sql -%}
            insert into {{ this.render() }} values
            {% for row in chunk -%}
            (
                {%- for column in agate_table.column_names -%}
                cast({{ spark_literal(row[column]) }} as {{ column_types.get(column, 'string') }}){{ ', ' if not loop.last }}
                {%- endfor -%}
            ){{ ',' if not loop.last }}
            {% endfor %}
        {%- endset %}
        {% do adapter.add_query(statement_sql, abridge_sql_log=True) %}
    {% endfor %}
    {{ return('insert into ' ~ this.render() ~ ' ...') }}
{%- endmacro %}

{#- A value as a Spark string literal; null stays null. -#}
{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ (value | string).replace('\\', '\\\\').replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
