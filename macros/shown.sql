{#- A statistic of a cell, null where the cell is not published. -#}
{% macro shown(column) -%}
    case when disclosure_status = 'published' then {{ column }} end
{%- endmacro %}

{#- Share of a group of persons; null where it would stand for, or leave over, fewer than `least` of them. None and all
    may be said. -#}
{% macro share_of_persons(count, total, least) -%}
    case when ({{ count }} = 0 or {{ count }} >= {{ least }}) and ({{ count }} = {{ total }} or {{ total }} - {{ count }} >= {{ least }})
        then cast({{ count }} as double) / nullif({{ total }}, 0) end
{%- endmacro %}
