{#- A variance that is a difference of larger numbers, zero where it is within their rounding: a constant has no error. -#}
{% macro variance_or_zero(variance, squares) -%}
    case when {{ variance }} > 1e-12 * ({{ squares }}) then {{ variance }} else 0.0 end
{%- endmacro %}

{#- Kish's effective base: the number of equally weighted persons with the same precision. -#}
{% macro kish_effective_base(weight_sum, squared_weight_sum) -%}
    ({{ weight_sum }} * {{ weight_sum }} / nullif({{ squared_weight_sum }}, 0))
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

{#- Limit of a composite score with a normal interval, kept within 0 and 100; no error, no limit. -#}
{% macro score_limit(score, standard_error, z, side) -%}
    case when {{ standard_error }} is not null
        then least(greatest({{ score }} + ({{ side }}) * {{ z }} * {{ standard_error }}, 0), 100) end
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
