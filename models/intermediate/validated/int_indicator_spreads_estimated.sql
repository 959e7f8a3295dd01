with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_role <> 'component'
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

scoring as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- From what is hidden nothing is computed that is shown: with the other scores known it would give them away.
published as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type = 'all' and disclosure_status = 'published'
),

eligible as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.indicator_code,
        cast(scores.score as decimal(28, 12)) as score,
        cast(power(scores.score_slope * scores.value_standard_error, 2) as decimal(38, 15)) as error_variance,
        -- A figure published by others has no persons of its own.
        case when indicators.estimator = 'published' or scores.base_count >= scoring.caution_below then 1 else 0 end
        as is_measurable,
        case when round(scores.score, 6) >= 100 then 1 else 0 end as is_at_ceiling,
        case when round(scores.score, 6) <= 0 then 1 else 0 end as is_at_floor
    from scores
    inner join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
    inner join published
        on scores.wave_id = published.wave_id
        and scores.framework_version = published.framework_version
        and scores.insurer_id = published.insurer_id
        and scores.indicator_code = published.indicator_code
    inner join indicators
        on scores.framework_version = indicators.framework_version
        and scores.indicator_code = indicators.indicator_code
    cross join scoring
    where assessed.is_eligible and scores.score is not null
),

moments as (
    select
        wave_id,
        framework_version,
        indicator_code,
        {{ correlation_moments('score', 'score') }},
        cast(sum(error_variance) as double) / nullif(count(error_variance), 0) as mean_error_variance,
        cast(sum(is_measurable) as double) / count(*) as measurable_share,
        cast(sum(is_at_ceiling) as double) / count(*) as ceiling_share,
        cast(sum(is_at_floor) as double) / count(*) as floor_share
    from eligible
    group by wave_id, framework_version, indicator_code
),

final as (
    select
        moments.wave_id,
        moments.framework_version,
        moments.indicator_code,
        moments.pair_count as insurer_count,
        moments.mean_error_variance,
        moments.measurable_share,
        moments.ceiling_share,
        moments.floor_share,
        case when moments.pair_count > 1 then greatest({{ covariance() }}, 0) end as score_variance
    from moments
)

select * from final
