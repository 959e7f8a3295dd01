{#- Correlation of two estimates from their covariance and errors; without an error there is none. -#}
{% macro estimate_correlation(covariance, first_error, second_error) -%}
    case when {{ first_error }} * {{ second_error }} > 0
        then least(greatest({{ covariance }} / ({{ first_error }} * {{ second_error }}), -1), 1) else 0.0 end
{%- endmacro %}

{#- How far a difference of two estimates reaches towards one side at the level of their own intervals (MOVER): from
    the distances of the two limits it depends on and the correlation of the estimates. Null where one of the two has
    no limit. -#}
{% macro difference_distance(first, second, correlation) -%}
    case when {{ first }} + {{ second }} is not null then sqrt(greatest(
        power({{ first }}, 2) + power({{ second }}, 2) - 2 * {{ correlation }} * {{ first }} * {{ second }}, 0
    )) end
{%- endmacro %}

{#- A difference in standard errors, by its reach towards zero; null without a reach. -#}
{% macro difference_statistic(difference, reach_down, reach_up, z) -%}
    case
        when {{ reach_down }} + {{ reach_up }} is null then null
        when round({{ difference }}, 6) = 0 then 0.0
        when {{ difference }} > 0 then {{ z }} * {{ difference }} / nullif({{ reach_down }}, 0)
        else {{ z }} * {{ difference }} / nullif({{ reach_up }}, 0)
    end
{%- endmacro %}

{#- Probability that a standard normal variable lies at least as far from zero as the statistic, on either side:
    erfc(|statistic| / sqrt 2) by the approximation of Press et al., relative error below 1.2e-7 everywhere. -#}
{% macro two_sided_p(statistic) -%}
    {%- set t = '(1 / (1 + abs(' ~ statistic ~ ') / sqrt(8)))' -%}
    case when {{ statistic }} is not null then least({{ t }} * exp(
        -power({{ statistic }}, 2) / 2 - 1.26551223 + {{ t }} * (1.00002368 + {{ t }} * (0.37409196 + {{ t }} * (0.09678418
        + {{ t }} * (-0.18628806 + {{ t }} * (0.27886807 + {{ t }} * (-1.13520398 + {{ t }} * (1.48851587
        + {{ t }} * (-0.82215223 + {{ t }} * 0.17087277))))))))
    ), 1) end
{%- endmacro %}

{#- Adjusted probability of Benjamini and Hochberg: the smallest false discovery rate at which the row is still reported.
    Needs p_value, tested_count (rows of the list with a p_value) and p_position (1 = smallest p_value). -#}
{% macro false_discovery_p(list_columns) -%}
    case when p_value is not null then greatest(p_value, min(least(p_value * tested_count / p_position, 1)) over (
        partition by {{ list_columns | join(', ') }}
        order by p_position desc
        rows between unbounded preceding and current row
    )) end
{%- endmacro %}
