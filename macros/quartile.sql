{#- Quartile 1, 2 (the median) or 3 of a column: between two neighbours linearly, by (rows - 1) * number / 4. -#}
{% macro quartile(column, number) -%}
    percentile_cont({{ number / 4 }}) within group (order by {{ column }})
{%- endmacro %}
