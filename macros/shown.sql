{#- A statistic of a cell, null where the cell is not published. -#}
{% macro shown(column) -%}
    case when disclosure_status = 'published' then {{ column }} end
{%- endmacro %}
