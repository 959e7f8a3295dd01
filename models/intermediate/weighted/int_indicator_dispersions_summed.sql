with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

scores as (
    select * from {{ ref('int_indicator_scores_compared') }}
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
        cast(sum(score) as double) as score_sum,
        cast(min(score) as double) as score_min,
        cast(max(score) as double) as score_max
    from scores
    group by wave_id, framework_version, indicator_code
),

final as (
    select
        wave_versions.wave_id,
        wave_versions.framework_version,
        indicators.indicator_code,
        coalesce(summed.insurer_count, 0) as insurer_count,
        summed.score_sum,
        summed.score_min,
        summed.score_max,
        case
            when summed.insurer_count is null then 'missing'
            when summed.insurer_count < rules.objective_insurers_min then 'few_insurers'
            when summed.score_min = 0 and summed.score_max = 0 then 'all_zero'
            when summed.score_min = summed.score_max then 'constant'
            else 'estimated'
        end as dispersion_status
    from wave_versions
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    cross join rules
    left join summed
        on wave_versions.wave_id = summed.wave_id
        and wave_versions.framework_version = summed.framework_version
        and indicators.indicator_code = summed.indicator_code
)

select * from final
