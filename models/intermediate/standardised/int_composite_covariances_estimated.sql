with

parts as (
    select * from {{ ref('int_composite_parts_weighted') }}
),

factors as (
    select * from {{ ref('int_influence_factors_resolved') }}
),

total_errors as (
    select * from {{ ref('int_score_errors_estimated') }}
),

segment_influences as (
    select * from {{ ref('int_segment_influences_squared') }}
),

-- The variance of single indicators within the summed influences of a segment.
own_variances as (
    select
        parts.wave_id,
        parts.framework_version,
        parts.insurer_id,
        parts.segment_type,
        parts.segment_code,
        parts.score_level,
        parts.score_code,
        cast(sum(cast(
            power(parts.score_share * parts.score_slope, 2) * factors.own_variance as decimal(38, 24)
        )) as double) as own_variance
    from parts
    inner join factors
        on parts.wave_id = factors.wave_id
        and parts.framework_version = factors.framework_version
        and parts.insurer_id = factors.insurer_id
        and parts.segment_type = factors.segment_type
        and parts.segment_code = factors.segment_code
        and parts.indicator_code = factors.indicator_code
    where parts.segment_type <> 'all'
    group by
        parts.wave_id,
        parts.framework_version,
        parts.insurer_id,
        parts.segment_type,
        parts.segment_code,
        parts.score_level,
        parts.score_code
),

summed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        cast(sum(cast(power(score_share * standard_error, 2) as decimal(38, 24))) as double) as variance
    from parts
    where standard_error is not null
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, score_level, score_code
),

-- What the influences of persons hold beyond the single variances: the covariances of indicators.
final as (
    select
        summed.*,
        case
            when summed.segment_type = 'all' then total_errors.standard_error * total_errors.standard_error - summed.variance
            else coalesce(segment_influences.influence_square_sum, 0) - coalesce(own_variances.own_variance, 0)
        end as covariance
    from summed
    left join total_errors
        on summed.wave_id = total_errors.wave_id
        and summed.framework_version = total_errors.framework_version
        and summed.insurer_id = total_errors.insurer_id
        and summed.score_level = total_errors.score_level
        and summed.score_code = total_errors.score_code
    left join segment_influences
        on summed.wave_id = segment_influences.wave_id
        and summed.framework_version = segment_influences.framework_version
        and summed.insurer_id = segment_influences.insurer_id
        and summed.segment_type = segment_influences.segment_type
        and summed.segment_code = segment_influences.segment_code
        and summed.score_level = segment_influences.score_level
        and summed.score_code = segment_influences.score_code
    left join own_variances
        on summed.wave_id = own_variances.wave_id
        and summed.framework_version = own_variances.framework_version
        and summed.insurer_id = own_variances.insurer_id
        and summed.segment_type = own_variances.segment_type
        and summed.segment_code = own_variances.segment_code
        and summed.score_level = own_variances.score_level
        and summed.score_code = own_variances.score_code
)

select * from final
