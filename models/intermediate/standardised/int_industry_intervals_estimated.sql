with

parts as (
    select * from {{ ref('int_industry_parts_weighted') }}
),

covariances as (
    select * from {{ ref('int_industry_covariances_estimated') }}
),

total_errors as (
    select * from {{ ref('int_score_errors_estimated') }}
    where insurer_id = 'industry'
),

centres as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        score as centre
    from {{ ref('int_industry_scores_aggregated') }}
    union all
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        'value' as score_level,
        indicator_code as score_code,
        indicator_value as centre
    from {{ ref('int_indicator_industry_values_pooled') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

summed as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        cast(sum(cast(power(industry_share * standard_error, 2) as decimal(38, 18))) as double) as variance,
        cast(sum(cast(power(industry_share * distance_lower, 2) as decimal(38, 18))) as double) as squared_lower,
        cast(sum(cast(power(industry_share * distance_upper, 2) as decimal(38, 18))) as double) as squared_upper
    from parts
    group by wave_id, framework_version, segment_type, segment_code, score_level, score_code
),

-- Composites of the total know the influence of every person; elsewhere persons with several insurers tell.
correlated as (
    select
        summed.*,
        coalesce(
            case when summed.segment_type = 'all'
                then total_errors.standard_error * total_errors.standard_error - summed.variance end,
            covariances.covariance,
            0
        ) as covariance
    from summed
    left join total_errors
        on summed.wave_id = total_errors.wave_id
        and summed.framework_version = total_errors.framework_version
        and summed.score_level = total_errors.score_level
        and summed.score_code = total_errors.score_code
    left join covariances
        on summed.wave_id = covariances.wave_id
        and summed.framework_version = covariances.framework_version
        and summed.segment_type = covariances.segment_type
        and summed.segment_code = covariances.segment_code
        and summed.score_level = covariances.score_level
        and summed.score_code = covariances.score_code
),

limits as (
    select
        correlated.*,
        centres.centre,
        rules.confidence_level_z
    from correlated
    inner join centres
        on correlated.wave_id = centres.wave_id
        and correlated.framework_version = centres.framework_version
        and correlated.segment_type = centres.segment_type
        and correlated.segment_code = centres.segment_code
        and correlated.score_level = centres.score_level
        and correlated.score_code = centres.score_code
    cross join rules
    where correlated.variance is not null
),

final as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        sqrt(greatest(variance + covariance, 0)) as standard_error,
        case
            when score_level = 'value' then {{ mover_end('centre', 'squared_lower', 'covariance', 'confidence_level_z', -1) }}
            else {{ mover_limit('centre', 'squared_lower', 'covariance', 'confidence_level_z', -1) }}
        end as estimate_lower,
        case
            when score_level = 'value' then {{ mover_end('centre', 'squared_upper', 'covariance', 'confidence_level_z', 1) }}
            else {{ mover_limit('centre', 'squared_upper', 'covariance', 'confidence_level_z', 1) }}
        end as estimate_upper
    from limits
)

select * from final
