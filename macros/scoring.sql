{#- A value on a scale as 0 to 100; a reversed scale counts from its other end. -#}
{% macro rescale(value, scale, is_reversed) -%}
    (100 * (case when {{ is_reversed }} then {{ scale }}.scale_max - {{ value }} else {{ value }} - {{ scale }}.scale_min end)
        / nullif({{ scale }}.scale_max - {{ scale }}.scale_min, 0))
{%- endmacro %}

{#- Score of a value between its goalposts, linear and clipped to 0 and 100; no value, no score (greatest and least
    pass over a null, so it is kept away from them). `posts` is the alias that holds goalpost_lower, goalpost_upper and
    direction. -#}
{% macro goalpost_score(value, posts) -%}
    case when ({{ value }}) is not null then 100 * least(greatest(
        (case when {{ posts }}.direction = 'lower'
            then {{ posts }}.goalpost_upper - ({{ value }})
            else ({{ value }}) - {{ posts }}.goalpost_lower end)
        / nullif({{ posts }}.goalpost_upper - {{ posts }}.goalpost_lower, 0), 0), 1) end
{%- endmacro %}

{#- Points of score per unit of value; zero where the value lies on or beyond a goalpost; no value, no slope. -#}
{% macro goalpost_slope(value, posts) -%}
    case
        when ({{ value }}) is null then null
        when {{ value }} > {{ posts }}.goalpost_lower and {{ value }} < {{ posts }}.goalpost_upper
            then 100 / nullif({{ posts }}.goalpost_upper - {{ posts }}.goalpost_lower, 0)
                * (case when {{ posts }}.direction = 'lower' then -1 else 1 end)
        else 0.0
    end
{%- endmacro %}

{#- A score at the level of the current version: times the factor that links its version to that, kept within 0 and
    100; no factor, no linked score. -#}
{% macro linked_score(score, factor) -%}
    (case when {{ score }} * {{ factor }} is not null then least(greatest({{ score }} * {{ factor }}, 0), 100) end)
{%- endmacro %}

{#- Whether the linked score was cut to 0 or 100. -#}
{% macro is_link_clipped(score, factor) -%}
    (round({{ score }} * {{ factor }}, 6) < 0 or round({{ score }} * {{ factor }}, 6) > 100)
{%- endmacro %}

{#- Score of a value under any normalisation. `posts` is the alias of int_normalisation_posts_resolved: its status, and
    the goalposts that a linear normalisation amounts to. `percentile` is the share of the compared insurers with a
    smaller value; without it a percentile rank has no score. -#}
{% macro normalised_score(value, posts, percentile='cast(null as double)') -%}
    case
        when ({{ value }}) is null or {{ posts }}.normalisation_status not in ('given', 'estimated') then null
        when {{ posts }}.normalisation = 'percentile_rank'
            then 100 * (case when {{ posts }}.direction = 'lower' then 1 - {{ percentile }} else {{ percentile }} end)
        when {{ posts }}.normalisation = 'leader_distance' and {{ posts }}.direction = 'lower'
            then 100 * {{ posts }}.goalpost_lower / greatest(({{ value }}), {{ posts }}.goalpost_lower)
        else {{ goalpost_score(value, posts) }}
    end
{%- endmacro %}

{#- Points of score per unit of value, the other insurers held fixed; a percentile rank moves in steps and has none. -#}
{% macro normalised_slope(value, posts) -%}
    case
        when ({{ value }}) is null
            or {{ posts }}.normalisation_status not in ('given', 'estimated')
            or {{ posts }}.normalisation = 'percentile_rank'
            then null
        when {{ posts }}.normalisation = 'leader_distance' and {{ posts }}.direction = 'lower'
            then case when {{ value }} > {{ posts }}.goalpost_lower
                then -100 * {{ posts }}.goalpost_lower / ({{ value }} * {{ value }}) else 0.0 end
        else {{ goalpost_slope(value, posts) }}
    end
{%- endmacro %}

{#- The goalpost at which 50 + 10 z is 0 (side -1) or 100 (side 1): five standard deviations from the mean. -#}
{% macro z_score_post(mean, deviation, side) -%}
    ({{ mean }} + ({{ side }}) * 5 * {{ deviation }})
{%- endmacro %}
