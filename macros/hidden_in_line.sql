{#- Whether a count must be hidden among the counts of one line that add up to a known total: it stands for one to `least`
    - 1 persons, or the hidden ones below it would together stand for so few that the total gives them away. Zero may be
    said. `keys` break ties. -#}
{% macro hidden_in_line(count, least, line, keys) -%}
    (
        {{ count }} > 0
        and (
            {{ count }} < {{ least }}
            or (
                coalesce(sum({{ count }}) over (
                    partition by {{ line | join(', ') }}
                    order by {{ count }}, {{ keys | join(', ') }}
                    rows between unbounded preceding and 1 preceding
                ), 0) between 1 and {{ least }} - 1
            )
        )
    )
{%- endmacro %}
