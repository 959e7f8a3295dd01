{#- The attribute combinations that occur in `relation`, crossed with the filter sets of the framework: one row per
    combination and filter set it passes. A set is passed when every attribute it names has an allowed value; null
    never passes. Join it back with filter_matches. -#}
{% macro filter_passes(relation, attributes) -%}
    select
        {% for attribute in attributes %}combinations.{{ attribute }},
        {% endfor %}filters.filter_set_code
    from (select distinct {{ attributes | join(', ') }} from {{ relation }}) as combinations
    cross join {{ ref('measure_filters') }} as filters
    group by
        {% for attribute in attributes %}combinations.{{ attribute }},
        {% endfor %}filters.filter_set_code
    having
        count(distinct filters.attribute) = count(distinct case
            when filters.allowed_value = {{ column_by_name('filters.attribute', attributes, 'combinations', 'string') }}
                then filters.attribute
        end)
{%- endmacro %}

{#- The condition that joins a row to the filter set of its measure. -#}
{% macro filter_matches(row, attributes, measure='measures', passes='passes') -%}
    {{ passes }}.filter_set_code = {{ measure }}.filter_set_code
    {% for attribute in attributes -%}
    and {{ passes }}.{{ attribute }} is not distinct from {{ row }}.{{ attribute }}
    {% endfor %}
{%- endmacro %}

{#- The column of `row` whose name stands in the column `name`; null for a name that is not listed. -#}
{% macro column_by_name(name, columns, row, type) -%}
    case {{ name }}
        {% for column in columns -%}
        when '{{ column }}' then cast({{ row }}.{{ column }} as {{ type }})
        {% endfor -%}
    end
{%- endmacro %}
