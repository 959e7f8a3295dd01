with

parts as (
    select * from {{ ref('int_composite_parts_weighted') }}
),

covariances as (
    select * from {{ ref('int_composite_covariances_estimated') }}
    where covariance is not null
),

centres as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'dimension' as score_level,
        dimension_code as score_code,
        score as centre
    from {{ ref('int_dimension_scores_aggregated') }}
    union all
    -- Around the adjusted index, before it is clipped.
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        unadjusted_score + adjustment_points as centre
    from {{ ref('int_index_scores_aggregated') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

distances as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        cast(sum(cast(power(score_share * distance_lower, 2) as decimal(38, 24))) as double) as squared_lower,
        cast(sum(cast(power(score_share * distance_upper, 2) as decimal(38, 24))) as double) as squared_upper
    from parts
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, score_level, score_code
),

-- A composite none of whose parts has an error has no interval.
final as (
    select
        covariances.wave_id,
        covariances.framework_version,
        covariances.insurer_id,
        covariances.segment_type,
        covariances.segment_code,
        covariances.score_level,
        covariances.score_code,
        sqrt(greatest(covariances.variance + covariances.covariance, 0)) as standard_error,
        {{ mover_limit('centres.centre', 'distances.squared_lower', 'covariances.covariance', 'rules.confidence_level_z', -1) }}
        as score_lower,
        {{ mover_limit('centres.centre', 'distances.squared_upper', 'covariances.covariance', 'rules.confidence_level_z', 1) }}
        as score_upper
    from covariances
    inner join distances
        on covariances.wave_id = distances.wave_id
        and covariances.framework_version = distances.framework_version
        and covariances.insurer_id = distances.insurer_id
        and covariances.segment_type = distances.segment_type
        and covariances.segment_code = distances.segment_code
        and covariances.score_level = distances.score_level
        and covariances.score_code = distances.score_code
    inner join centres
        on covariances.wave_id = centres.wave_id
        and covariances.framework_version = centres.framework_version
        and covariances.insurer_id = centres.insurer_id
        and covariances.segment_type = centres.segment_type
        and covariances.segment_code = centres.segment_code
        and covariances.score_level = centres.score_level
        and covariances.score_code = centres.score_code
    cross join rules
)

select * from final
