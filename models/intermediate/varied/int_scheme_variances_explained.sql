{#- How much of the variance of the mean rank shift over the computed schemes is known once some factors are: the variance
    of the conditional means, for every subset of factors. Factors may depend on each other, since some combinations are
    invalid; every computed scheme counts the same. -#}
{% set factors = ['weight_scheme', 'normalisation', 'aggregation', 'has_auxiliary'] -%}

with

shifts as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        normalisation,
        aggregation,
        has_auxiliary,
        cast(mean_absolute_shift as decimal(28, 12)) as shift
    from {{ ref('int_scheme_shifts_measured') }}
    where scheme_status = 'computed'
),

totals as (
    select
        wave_id,
        framework_version,
        count(*) as scheme_count,
        cast(sum(shift) as double) / count(*) as mean_shift
    from shifts
    group by wave_id, framework_version
),

grouped as (
    select
        wave_id,
        framework_version,
        {% for factor in factors -%}
        1 - grouping({{ factor }}) as knows_{{ factor }},
        {% endfor -%}
        count(*) as group_count,
        cast(sum(shift) as double) / count(*) as group_mean
    from shifts
    group by grouping sets (
        {%- for subset in subsets(factors) %}
        (
            wave_id,
            framework_version
            {%- for factor in subset %},
            {{ factor }}
            {%- endfor %}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

final as (
    select
        grouped.wave_id,
        grouped.framework_version,
        {% for factor in factors -%}
        grouped.knows_{{ factor }},
        {% endfor -%}
        {% for factor in factors -%}
        {{ '+ ' if not loop.first }}grouped.knows_{{ factor }}{{ ' as known_count,' if loop.last }}
        {% endfor -%}
        max(totals.scheme_count) as scheme_count,
        cast(sum(cast(grouped.group_count * power(grouped.group_mean - totals.mean_shift, 2) as decimal(38, 18))) as double)
        / max(totals.scheme_count) as explained_variance
    from grouped
    inner join totals
        on grouped.wave_id = totals.wave_id
        and grouped.framework_version = totals.framework_version
    group by
        grouped.wave_id,
        grouped.framework_version,
        {% for factor in factors -%}
        grouped.knows_{{ factor }}{{ ',' if not loop.last }}
        {% endfor %}
)

select * from final
