{#- A statistic of a cell, null where the cell is not published. -#}
{% macro shown(column) -%}
    case when disclosure_status = 'published' then {{ column }} end
{%- endmacro %}

{#- What says whether a cell has a figure: null where there is one and it is hidden. -#}
{% macro unless_hidden(column) -%}
    case when disclosure_status not in ('small_n', 'complementary', 'dominance') then {{ column }} end
{%- endmacro %}

{#- The status of a cell with its companions. Of a total that is too small all groups are hidden, also those without
    anybody: how many groups have somebody would tell how many the few are. -#}
{% macro status_with_companions(judged, statuses, totals) -%}
    case
        when {{ totals }}.primary_status = 'small_n' and {{ judged }}.primary_status = 'not_available' then 'small_n'
        else coalesce({{ statuses }}.disclosure_status, {{ judged }}.primary_status)
    end
{%- endmacro %}

{#- Share of a group of persons; null where it would stand for, or leave over, fewer than `least` of them. None and all
    may be said. -#}
{% macro share_of_persons(count, total, least) -%}
    case when {{ is_sayable(count, least) }} and ({{ count }} = {{ total }} or {{ total }} - {{ count }} >= {{ least }})
        then cast({{ count }} as double) / nullif({{ total }}, 0) end
{%- endmacro %}

{#- Whether a count of persons may be said: none, or at least `least`. -#}
{% macro is_sayable(count, least) -%}
    ({{ count }} = 0 or {{ count }} >= {{ least }})
{%- endmacro %}

{#- The segment type marts show: an estimate pooled over waves stands where the total stands. -#}
{% macro shown_segment_type(segment_type) -%}
    case when {{ segment_type }} = 'pooled' then 'all' else {{ segment_type }} end
{%- endmacro %}

{#- How an estimate came about. That it may still change is said first; over how many waves it is pooled has a column
    of its own. -#}
{% macro estimation_status(is_provisional, segment_type) -%}
    case
        when {{ is_provisional }} then 'provisional'
        when {{ segment_type }} = 'pooled' then 'pooled'
        else 'direct'
    end
{%- endmacro %}
