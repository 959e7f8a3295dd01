with

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

exposures as (
    select * from {{ ref('int_segment_exposures_summed') }}
),

scored as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'indicator' as score_level,
        indicator_code as score_code,
        score
    from indicator_scores
    where score is not null
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'dimension' as score_level,
        dimension_code as score_code,
        score
    from dimension_scores
    where score is not null
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        score
    from index_scores
    where score is not null
),

exposed as (
    select
        scored.*,
        cast(exposures.insured_persons as decimal(28, 9)) as insured_persons
    from scored
    inner join assessed
        on scored.wave_id = assessed.wave_id
        and scored.insurer_id = assessed.insurer_id
    inner join exposures
        on scored.wave_id = exposures.wave_id
        and scored.framework_version = exposures.framework_version
        and scored.insurer_id = exposures.insurer_id
        and scored.segment_type = exposures.segment_type
        and scored.segment_code = exposures.segment_code
    where exposures.insured_persons > 0
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        score,
        cast(insured_persons as double) / cast(sum(insured_persons) over (
            partition by wave_id, framework_version, segment_type, segment_code, score_level, score_code
        ) as double) as industry_share
    from exposed
)

select * from final
