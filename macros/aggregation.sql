{#- The words of the framework, in the order in which schemes are listed. -#}
{% macro normalisations() -%}
    {{ return(['goalposts', 'min_max', 'z_score', 'percentile_rank', 'leader_distance']) }}
{%- endmacro %}

{% macro aggregations() -%}
    {{ return(['arithmetic', 'geometric', 'harmonic', 'mazziotta_pareto']) }}
{%- endmacro %}

{#- Inside `group by`: the sums over parts that have a score from which a composite of any aggregation follows. -#}
{% macro aggregation_sums(weight, score, floor) -%}
    cast(sum(cast(case when {{ score }} is not null then {{ weight }} else 0 end as decimal(28, 12))) as double)
    as present_weight,
    cast(sum(cast({{ weight }} * {{ score }} as decimal(28, 12))) as double) as weighted_score,
    cast(sum(cast({{ weight }} * {{ score }} * {{ score }} as decimal(28, 12))) as double) as weighted_square,
    cast(sum(cast({{ weight }} * ln({{ floored(score, floor) }}) as decimal(28, 15))) as double) as weighted_log,
    cast(sum(cast({{ weight }} / {{ floored(score, floor) }} as decimal(28, 15))) as double) as weighted_inverse
{%- endmacro %}

{#- A score as means of ratios take it: never below the floor, so that one zero is not the whole result. -#}
{% macro floored(score, floor) -%}
    (case when {{ score }} is not null then nullif(greatest({{ score }}, {{ floor }}), 0) end)
{%- endmacro %}

{#- The composite from the sums above; null without any score. With the weighted mean M and variance S2 of the parts, the Mazziotta-Pareto index
    is M - S * (S / M) = 2M - (mean of squares) / M: spread costs points. It is not let below 0. -#}
{% macro aggregated_score(aggregation) -%}
    case when weighted_score is not null then case {{ aggregation }}
        when 'arithmetic' then weighted_score / nullif(present_weight, 0)
        when 'geometric' then least(exp(weighted_log / nullif(present_weight, 0)), 100)
        when 'harmonic' then least(present_weight / nullif(weighted_inverse, 0), 100)
        when 'mazziotta_pareto' then case
            when weighted_score > 0
                then greatest(2 * weighted_score / nullif(present_weight, 0) - weighted_square / weighted_score, 0)
            else 0.0
        end
    end end
{%- endmacro %}

{#- Points of the composite per point of one part: its derivative. `share` is the part's share of the weight, `mean` the
    weighted mean of the parts. On and below the floor nothing moves. -#}
{% macro aggregation_slope(aggregation, share, score, composite, mean, floor) -%}
    case {{ aggregation }}
        when 'arithmetic' then {{ share }}
        when 'geometric' then case when {{ score }} > {{ floor }} then {{ share }} * {{ composite }} / {{ score }} else 0.0 end
        when 'harmonic' then case when {{ score }} > {{ floor }}
            then {{ share }} * {{ composite }} * {{ composite }} / ({{ score }} * {{ score }}) else 0.0 end
        when 'mazziotta_pareto' then case when {{ composite }} > 0
            then {{ share }} * (4 - (2 * {{ score }} + {{ composite }}) / {{ mean }}) else 0.0 end
    end
{%- endmacro %}

{#- Points one part gives to the composite: part times derivative. All four aggregations double when every part doubles,
    so by Euler's rule these points add up to the composite; a floored part counts as the floor. -#}
{% macro aggregation_points(aggregation, share, score, composite, mean, floor) -%}
    case {{ aggregation }}
        when 'arithmetic' then {{ share }} * {{ score }}
        when 'geometric' then {{ share }} * {{ composite }}
        when 'harmonic' then {{ share }} * {{ composite }} * {{ composite }} / {{ floored(score, floor) }}
        when 'mazziotta_pareto'
            then {{ score }} * {{ aggregation_slope(aggregation, share, score, composite, mean, floor) }}
    end
{%- endmacro %}
