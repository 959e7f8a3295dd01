{#- A variance that is a difference of larger numbers, zero where it is within their rounding: a constant has no error. -#}
{% macro variance_or_zero(variance, squares) -%}
    case when {{ variance }} > 1e-12 * ({{ squares }}) then {{ variance }} else 0.0 end
{%- endmacro %}

{#- Kish's effective base: the number of equally weighted persons with the same precision. -#}
{% macro kish_effective_base(weight_sum, squared_weight_sum) -%}
    ({{ weight_sum }} * {{ weight_sum }} / nullif({{ squared_weight_sum }}, 0))
{%- endmacro %}

{#- The same as an aggregate over persons with their decimal weights. -#}
{% macro kish_base_of_persons(weight) -%}
    {{ kish_effective_base(
        'cast(sum(' ~ weight ~ ') as double)',
        'cast(sum(cast(cast(' ~ weight ~ ' as double) * cast(' ~ weight ~ ' as double) as decimal(28, 12))) as double)'
    ) }}
{%- endmacro %}

{#- Student quantile from the normal quantile z by the expansion of Cornish and Fisher; error below 3e-3 from five
    degrees of freedom up, null below one. -#}
{% macro student_quantile(z, degrees) -%}
    case when {{ degrees }} >= 1 then
        {{ z }}
        + (power({{ z }}, 3) + {{ z }}) / (4 * {{ degrees }})
        + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ degrees }}, 2))
        + (3 * power({{ z }}, 7) + 19 * power({{ z }}, 5) + 17 * power({{ z }}, 3) - 15 * {{ z }})
        / (384 * power({{ degrees }}, 3))
    end
{%- endmacro %}

{#- Wilson's limit for a share p observed on an effective base n; side is -1 (lower) or 1 (upper). -#}
{% macro wilson_limit(p, n, z, side) -%}
    (
        ({{ p }} + {{ z }} * {{ z }} / (2 * {{ n }})) / (1 + {{ z }} * {{ z }} / {{ n }})
        + ({{ side }}) * {{ z }} / (1 + {{ z }} * {{ z }} / {{ n }})
        * sqrt(greatest({{ p }} * (1 - {{ p }}), 0) / {{ n }} + {{ z }} * {{ z }} / (4 * {{ n }} * {{ n }}))
    )
{%- endmacro %}

{#- Byar's lower limit for a number of events; zero events have the limit zero. -#}
{% macro byar_lower(events, z) -%}
    case
        when {{ events }} > 0
            then {{ events }} * power(greatest(1 - 1 / (9 * {{ events }}) - {{ z }} / (3 * sqrt({{ events }})), 0), 3)
        else 0.0
    end
{%- endmacro %}

{#- Byar's upper limit for a number of events; zero events have the limit 3.7. -#}
{% macro byar_upper(events, z) -%}
    (({{ events }} + 1) * power(1 - 1 / (9 * ({{ events }} + 1)) + {{ z }} / (3 * sqrt({{ events }} + 1)), 3))
{%- endmacro %}

{#- End of the interval of a weighted sum from the squared, weighted distances of its parts to the ends of their own
    intervals and the covariance of the parts (MOVER); side is -1 (lower) or 1 (upper). -#}
{% macro mover_end(centre, squared_distance, covariance, z, side) -%}
    ({{ centre }} + ({{ side }}) * sqrt(greatest({{ squared_distance }} + {{ z }} * {{ z }} * {{ covariance }}, 0)))
{%- endmacro %}

{#- The same for a score, kept within 0 and 100; no centre, no limit. -#}
{% macro mover_limit(centre, squared_distance, covariance, z, side) -%}
    case when {{ centre }} is not null and {{ covariance }} is not null then least(greatest(
        {{ mover_end(centre, squared_distance, covariance, z, side) }}, 0), 100) end
{%- endmacro %}

{#- Limits of a share p with standard error se and Student quantile t on the logit scale; empty at 0 and 1. -#}
{% macro logit_limit(p, se, t, side) -%}
    case when {{ p }} > 0 and {{ p }} < 1 then
        1 / (1 + exp(-(ln({{ p }} / (1 - {{ p }})) + ({{ side }}) * {{ t }} * {{ se }} / ({{ p }} * (1 - {{ p }})))))
    end
{%- endmacro %}

{#- The same on the arcsine scale, which stabilises the variance; cut at 0 and 1. -#}
{% macro asin_limit(p, se, t, side) -%}
    case when {{ p }} > 0 and {{ p }} < 1 then
        power(sin(least(greatest(
            asin(sqrt({{ p }})) + ({{ side }}) * {{ t }} * {{ se }} / (2 * sqrt({{ p }} * (1 - {{ p }}))), 0
        ), asin(1.0))), 2)
    end
{%- endmacro %}

{#- Limit of a share by the method its seed row names; Wilson's without one, and where all or none say yes. Reads the
    columns of int_indicator_intervals_estimated. -#}
{% macro share_limit(method, side) -%}
    coalesce(
                case when ratio_standard_error > 0 then case {{ method }}
                    when 'logit' then {{ logit_limit('ratio', 'ratio_standard_error', 'sample_quantile', side) }}
                    when 'asin' then {{ asin_limit('ratio', 'ratio_standard_error', 'sample_quantile', side) }}
                    when 'mean' then ratio + ({{ side }}) * sample_quantile * ratio_standard_error
                end end,
                {{ wilson_limit('ratio', 'share_base', 'z', side) }}
            )
{%- endmacro %}

{#- Variance of a ratio of sums over persons, linearised, from the sums of their numerators and denominators and of the
    squares and products of these; null for a single person. `prefix` stands before the names of the sums. -#}
{% macro ratio_variance(prefix) -%}
    case when {{ prefix }}person_count > 1 then
        greatest(
            {{ prefix }}numerator_square_sum
            - 2 * {{ prefix }}numerator_sum / nullif({{ prefix }}denominator_sum, 0) * {{ prefix }}cross_product_sum
            + power({{ prefix }}numerator_sum / nullif({{ prefix }}denominator_sum, 0), 2)
            * {{ prefix }}denominator_square_sum, 0
        ) / nullif(power({{ prefix }}denominator_sum, 2), 0) * {{ prefix }}person_count / ({{ prefix }}person_count - 1)
    end
{%- endmacro %}
