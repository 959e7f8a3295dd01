{#- Columns of the members of lines, as the passes hand them on; what is needed of a cell grows from pass to pass. -#}
{% macro companion_columns() -%}
    {% set columns = ['line_number', 'member_number', 'cell_number', 'line_kind', 'is_whole', 'is_total', 'cell_size', 'identity_count'] -%}
    {% for unit in ['count', 'score'] -%}
    {% do columns.extend([unit ~ '_factor', unit ~ '_above', unit ~ '_below']) -%}
    {% endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- What the hidden members of a line can lie above and below their true values, how many they are, and whether the whole
    is one of them. -#}
{% macro hidden_of_line() -%}
    max(case when is_whole then is_hidden else 0 end) over (partition by line_number) as has_hidden_whole,
        sum(case when score_factor is not null then is_hidden else 0 end) over (partition by line_number) as hidden_score_count,
        {% for unit in ['count', 'score'] -%}
        {% for side in ['above', 'below'] -%}
        sum(case when is_hidden = 1 then {{ unit }}_{{ side }} else 0 end) over (partition by line_number)
        as hidden_{{ unit }}_{{ side }}
        {{- ',' if not (loop.last and unit == 'score') }}
        {% endfor -%}
        {% endfor -%}
{%- endmacro %}

{#- Whether a hidden member of a line is known better than to the range it needs: what the hidden members can lie above
    and below their true values is all that a reader does not know of the line, so one of them can rise only as far as
    the others can fall; and each identity that the whole gives takes one of the scores. -#}
{% macro is_narrow(unit) -%}
    (
        is_hidden = 1
        and {{ unit }}_factor is not null
        and {{ unit }}_needed > 0
        and (
            least({{ unit }}_above + {{ unit }}_below, hidden_{{ unit }}_below)
            - greatest({{ unit }}_above + {{ unit }}_below - hidden_{{ unit }}_above, 0)
            < cast({{ unit }}_factor * {{ unit }}_needed as decimal(28, 9))
            {%- if unit == 'score' %}
            or (has_hidden_whole = 0 and hidden_score_count <= identity_count)
            {%- endif %}
        )
    )
{%- endmacro %}

{#- Common table expressions that hide companions pass by pass, as a chain that starts at a relation; the last is called
    `passed`. In every line with a hidden member that is known too well the best open member is hidden: never the whole or
    a total where another will do, but an industry line before a second insurer, because it opens nothing else; rather one
    whose other lines already have something hidden; rather one that is enough by itself; then the smallest. A companion needs no more of a range than the members it hides. -#}
{% macro companion_passes(relation, passes) -%}
{% set units = ['count', 'score'] -%}
{% for pass in range(passes) -%}
{% set previous = relation if loop.first else 'pass_' ~ (pass - 1) -%}
summed_{{ pass }} as (
    select
        members.*,
        rules.hidden_range_min,
        max(is_hidden) over (partition by line_number) as has_hidden,
        {{ hidden_of_line() }}
    from {{ previous }} as members
    cross join rules
),

compared_{{ pass }} as (
    select
        summed_{{ pass }}.*,
        {% for unit in units -%}
        case when {{ is_narrow(unit) }} then {{ unit }}_factor * {{ unit }}_needed end as {{ unit }}_lacking
        {{- ',' if not loop.last }}
        {% endfor %}
    from summed_{{ pass }}
),

weighed_{{ pass }} as (
    select
        compared_{{ pass }}.*,
        {% for unit in units -%}
        max({{ unit }}_lacking) over (partition by line_number) as line_{{ unit }}_lacking,
        {% endfor -%}
        sum(case when has_hidden = 0 then 1 else 0 end) over (partition by cell_number) as opened_count
    from compared_{{ pass }}
),

ordered_{{ pass }} as (
    select
        weighed_{{ pass }}.*,
        row_number() over (
            partition by line_number
            order by
                is_hidden asc,
                is_whole and (line_kind <> 'insurers' or hidden_score_count < 2) asc,
                is_total and line_kind <> 'insurers' asc,
                opened_count asc,
                case when least(score_above, score_below) >= coalesce(line_score_lacking, 0)
                    and least(count_above, count_below) >= coalesce(line_count_lacking, 0) then 0 else 1 end asc,
                cell_size asc,
                cell_number asc
        ) as member_position
    from weighed_{{ pass }}
),

chosen_{{ pass }} as (
    select
        ordered_{{ pass }}.*,
        case when is_hidden = 0 and member_position = 1
            and coalesce(line_count_lacking, line_score_lacking) is not null then 1 else 0 end as is_chosen
    from ordered_{{ pass }}
),

{{ 'passed' if loop.last else 'pass_' ~ pass }} as (
    select
        {{ companion_columns() | join(',\n        ') }},
        greatest(is_hidden, max(is_chosen) over (partition by cell_number)) as is_hidden,
        {% for unit in units -%}
        greatest({{ unit }}_needed, coalesce(max(
            case when is_chosen = 1 then least(line_{{ unit }}_lacking / {{ unit }}_factor, hidden_range_min) end
        ) over (partition by {{ 'cell_number' if unit == 'count' else 'member_number' }}), 0)) as {{ unit }}_needed
        {{- ',' if not loop.last }}
        {% endfor %}
    from chosen_{{ pass }}
){{ ',' if not loop.last }}

{% endfor -%}
{%- endmacro %}
