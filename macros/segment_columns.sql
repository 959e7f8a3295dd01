{#- Inside `group by grouping sets`: the segment a row of the result stands for. Real nulls must not occur in the
    columns; 'all' stands for the set without any of them. `prefix` begins the names of the two columns. -#}
{% macro segment_of_grouping(columns, prefix='segment') -%}
    case
        {% for column in columns -%}
        when grouping({{ column }}) = 0 then '{{ column }}'
        {% endfor -%}
        else 'all'
    end as {{ prefix }}_type,
    case
        {% for column in columns -%}
        when grouping({{ column }}) = 0 then {{ column }}
        {% endfor -%}
        else 'all'
    end as {{ prefix }}_code
{%- endmacro %}

{#- The moments from which value, standard error and effective base of a ratio follow. u = weighted numerator,
    t = weighted denominator of one person. Squares for the variance carry the factor of the person's stratum, the
    square for the effective base does not. -#}
{% macro ratio_moments() -%}
    cast(count(case when weighted_denominator > 0 then 1 end) as bigint) as person_count,
    cast(sum(weighted_numerator) as double) as numerator_sum,
    cast(sum(weighted_denominator) as double) as denominator_sum,
    cast(sum(weighted_square) as double) as row_square_sum,
    cast(sum(numerator_square) as double) as numerator_square_sum,
    cast(sum(cross_product) as double) as cross_product_sum,
    cast(sum(denominator_square) as double) as denominator_square_sum,
    cast(sum(weight_square) as double) as weight_square_sum,
    cast(max(weighted_denominator) as double) as largest_denominator,
    max(case when stratum is not null then 1 else 0 end) = 1 as is_sampled
{%- endmacro %}

{#- One row per person, indicator and the columns given: their sums and the squares of these. Squares keep 15 decimals:
    with nine, a variance far smaller than the squared mean loses its eighth digit. -#}
{% macro person_sums(relation, columns) -%}
    select
        summed.*,
        cast(
            variance_factor * cast(weighted_numerator as double) * cast(weighted_numerator as double) as decimal(38, 15)
        ) as numerator_square,
        cast(
            variance_factor * cast(weighted_numerator as double) * cast(weighted_denominator as double) as decimal(38, 15)
        ) as cross_product,
        cast(
            variance_factor * cast(weighted_denominator as double) * cast(weighted_denominator as double) as decimal(38, 15)
        ) as denominator_square,
        cast(cast(weighted_denominator as double) * cast(weighted_denominator as double) as decimal(38, 15)) as weight_square
    from (
        select
            wave_id,
            framework_version,
            insurer_id,
            indicator_code,
            person_key,
            {% for column in columns %}{{ column }},
            {% endfor -%}
            max(stratum) as stratum,
            max(variance_factor) as variance_factor,
            cast(sum(weighted_numerator) as decimal(28, 9)) as weighted_numerator,
            cast(sum(weighted_denominator) as decimal(28, 9)) as weighted_denominator,
            cast(sum(weighted_square) as decimal(28, 9)) as weighted_square
        from {{ relation }}
        group by
            wave_id,
            framework_version,
            insurer_id,
            indicator_code,
            {% for column in columns %}{{ column }},
            {% endfor -%}
            person_key
    ) as summed
{%- endmacro %}

{#- Sums of exposure for an indicator. A sum that lacks a part is not known: the missing part is not zero. -#}
{% macro exposure_sums() -%}
    case when count(numerator) = count(case when is_numerator then 1 end)
        then cast(sum(numerator) as double) end as exposure_numerator_sum,
    case when count(denominator) = count(case when is_denominator then 1 end)
        then cast(sum(denominator) as double) end as exposure_denominator_sum,
    max(case when is_numerator then 1 else 0 end) = 1 as is_numerator_total
{%- endmacro %}
