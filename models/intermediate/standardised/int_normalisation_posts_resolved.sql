{#- What every normalisation needs to turn values into scores, whether the framework uses it or not. The linear ones come
    down to goalposts of their own: the ends of the compared insurers, five standard deviations around their mean
    (50 + 10 z), or zero and the best. Where less is better the leader's value stands in goalpost_lower. -#}
with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

compared as (
    select * from {{ ref('int_indicator_values_compared') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

summed as (
    select
        wave_id,
        framework_version,
        indicator_code,
        count(*) as insurer_count,
        cast(min(indicator_value) as double) as value_min,
        cast(max(indicator_value) as double) as value_max,
        cast(sum(indicator_value) as double) / count(*) as value_mean
    from compared
    group by wave_id, framework_version, indicator_code
),

spread as (
    select
        compared.wave_id,
        compared.framework_version,
        compared.indicator_code,
        sqrt(
            cast(sum(cast(power(cast(compared.indicator_value as double) - summed.value_mean, 2) as decimal(38, 18))) as double)
            / nullif(count(*) - 1, 0)
        ) as value_deviation
    from compared
    inner join summed
        on compared.wave_id = summed.wave_id
        and compared.framework_version = summed.framework_version
        and compared.indicator_code = summed.indicator_code
    group by compared.wave_id, compared.framework_version, compared.indicator_code
),

described as (
    select
        wave_versions.wave_id,
        wave_versions.framework_version,
        indicators.indicator_code,
        indicators.direction,
        indicators.goalpost_lower,
        indicators.goalpost_upper,
        coalesce(summed.insurer_count, 0) as insurer_count,
        summed.value_min,
        summed.value_max,
        summed.value_mean,
        spread.value_deviation,
        case indicators.direction when 'lower' then summed.value_min else summed.value_max end as value_best,
        case
            when summed.insurer_count is null then 'missing'
            when summed.insurer_count < rules.objective_insurers_min then 'few_insurers'
            when summed.value_min = summed.value_max then 'constant'
            else 'estimated'
        end as column_status
    from wave_versions
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    cross join rules
    left join summed
        on wave_versions.wave_id = summed.wave_id
        and wave_versions.framework_version = summed.framework_version
        and indicators.indicator_code = summed.indicator_code
    left join spread
        on wave_versions.wave_id = spread.wave_id
        and wave_versions.framework_version = spread.framework_version
        and indicators.indicator_code = spread.indicator_code
),

final as (
    {% for normalisation in normalisations() -%}
    select
        wave_id,
        framework_version,
        indicator_code,
        '{{ normalisation }}' as normalisation,
        direction,
        insurer_count,
        {% if normalisation == 'goalposts' -%}
        goalpost_lower,
        goalpost_upper,
        'given' as normalisation_status
        {% elif normalisation == 'min_max' -%}
        value_min as goalpost_lower,
        value_max as goalpost_upper,
        column_status as normalisation_status
        {% elif normalisation == 'z_score' -%}
        {{ z_score_post('value_mean', 'value_deviation', -1) }} as goalpost_lower,
        {{ z_score_post('value_mean', 'value_deviation', 1) }} as goalpost_upper,
        column_status as normalisation_status
        {% elif normalisation == 'percentile_rank' -%}
        cast(null as double) as goalpost_lower,
        cast(null as double) as goalpost_upper,
        column_status as normalisation_status
        {% else -%}
        case direction when 'lower' then value_best else cast(0 as double) end as goalpost_lower,
        case direction when 'lower' then cast(null as double) else value_best end as goalpost_upper,
        -- A distance is a ratio to the leader: without a leader above zero there is none.
        case when column_status = 'estimated' and value_best <= 0 then 'no_leader' else column_status end
        as normalisation_status
        {% endif -%}
    from described
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
)

select * from final
