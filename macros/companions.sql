{#- Columns of the members of lines, as the passes hand them on. -#}
{% macro companion_columns() -%}
    {% set columns = ['line_number', 'member_number', 'cell_number', 'line_kind', 'is_whole', 'is_total', 'cell_size', 'identity_count'] -%}
    {% for unit in ['count', 'score'] -%}
    {% do columns.extend([unit ~ '_factor', unit ~ '_above', unit ~ '_below']) -%}
    {% endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- Whether a hidden member of a line is known too well: what the hidden members can lie above and below their true values
    is all that a reader does not know of the line, so one of them can rise only as far as the others can fall. -#}
{% macro is_narrow(unit) -%}
    (
        least({{ unit }}_above + {{ unit }}_below, hidden_{{ unit }}_below)
        - greatest({{ unit }}_above + {{ unit }}_below - hidden_{{ unit }}_above, 0)
        < cast({{ unit }}_factor * hidden_range_min as decimal(28, 9))
    )
{%- endmacro %}

{#- Whether the hidden scores of a line are too few for what its whole shows: each identity takes one of them. -#}
{% macro has_too_few_hidden() -%}
    (has_hidden_whole = 0 and score_factor is not null and hidden_score_count <= identity_count)
{%- endmacro %}

{#- Common table expressions that hide companions pass by pass, as a chain that starts at a relation; the last is called
    `passed`. In every line with a hidden member that is known too well the best open members are hidden, up to
    `at_once` of them: never the whole or a total where another will do; rather one whose other lines already have
    something hidden, so that nothing new is opened; rather one that is enough by itself; then the smallest. When closing, the industry line is taken before
    further insurers: it opens nothing else. -#}
{% macro companion_passes(relation, passes, at_once, is_closing=false) -%}
{% set units = ['count', 'score'] -%}
{% for pass in range(passes) -%}
{% set previous = relation if loop.first else 'pass_' ~ (pass - 1) -%}
summed_{{ pass }} as (
    select
        members.*,
        rules.hidden_range_min,
        max(is_hidden) over (partition by line_number) as has_hidden,
        max(case when is_whole then is_hidden else 0 end) over (partition by line_number) as has_hidden_whole,
        sum(case when score_factor is not null then is_hidden else 0 end) over (partition by line_number) as hidden_score_count,
        {% for unit in units -%}
        {% for side in ['above', 'below'] -%}
        sum(case when is_hidden = 1 then {{ unit }}_{{ side }} else 0 end) over (partition by line_number)
        as hidden_{{ unit }}_{{ side }},
        {% endfor -%}
        max(case when is_hidden = 1 then {{ unit }}_factor end) over (partition by line_number) as hidden_{{ unit }}_factor
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ previous }} as members
    cross join rules
),

compared_{{ pass }} as (
    select
        summed_{{ pass }}.*,
        case when is_hidden = 1 and ({{ is_narrow('count') }} or {{ is_narrow('score') }} or {{ has_too_few_hidden() }})
            then 1 else 0 end as is_narrow,
        case when {% for unit in units -%}
            coalesce(least({{ unit }}_above, {{ unit }}_below) >= hidden_range_min * hidden_{{ unit }}_factor, true)
            and coalesce(
                least(hidden_{{ unit }}_above, hidden_{{ unit }}_below) >= hidden_range_min * {{ unit }}_factor, true
            )
            {% if not loop.last %}and {% endif %}
            {%- endfor %} then 0 else 1 end as is_too_little
    from summed_{{ pass }}
),

weighed_{{ pass }} as (
    select
        compared_{{ pass }}.*,
        max(is_narrow) over (partition by line_number) as has_narrow,
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
                {% if is_closing -%}
                case when line_kind = 'insurers' then not is_whole else is_whole end asc,
                {%- else -%}
                is_whole asc,
                {%- endif %}
                is_total asc,
                opened_count asc,
                is_too_little asc,
                cell_size asc,
                cell_number asc
        ) as member_position
    from weighed_{{ pass }}
),

{{ 'passed' if loop.last else 'pass_' ~ pass }} as (
    select
        {{ companion_columns() | join(',\n        ') }},
        greatest(is_hidden, max(case when has_narrow = 1 and is_hidden = 0 and member_position <= {{ at_once }}
            then 1 else 0 end) over (partition by cell_number)) as is_hidden
    from ordered_{{ pass }}
){{ ',' if not loop.last }}

{% endfor -%}
{%- endmacro %}
