with

influences as (
    select * from {{ ref('int_shared_influences_summed') }}
),

weights as (
    select * from {{ ref('int_industry_line_weights_resolved') }}
),

insurer_influences as (
    select
        weights.wave_id,
        weights.framework_version,
        weights.insurer_id,
        weights.segment_type,
        weights.segment_code,
        weights.score_level,
        weights.score_code,
        influences.person_key,
        cast(sum(cast(weights.line_weight * influences.value_influence as decimal(38, 20))) as double) as influence
    from influences
    inner join weights
        on influences.wave_id = weights.wave_id
        and influences.framework_version = weights.framework_version
        and influences.insurer_id = weights.insurer_id
        and influences.segment_type = weights.segment_type
        and influences.segment_code = weights.segment_code
        and influences.indicator_code = weights.indicator_code
    group by
        weights.wave_id,
        weights.framework_version,
        weights.insurer_id,
        weights.segment_type,
        weights.segment_code,
        weights.score_level,
        weights.score_code,
        influences.person_key
),

person_influences as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        person_key,
        cast(sum(cast(influence as decimal(38, 20))) as double) as influence,
        cast(sum(cast(influence * influence as decimal(38, 24))) as double) as squared_influence
    from insurer_influences
    group by wave_id, framework_version, segment_type, segment_code, score_level, score_code, person_key
),

-- What a person adds by moving several insurers at once.
final as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        cast(sum(cast(influence * influence - squared_influence as decimal(38, 24))) as double) as covariance
    from person_influences
    group by wave_id, framework_version, segment_type, segment_code, score_level, score_code
)

select * from final
