with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where is_applicable and indicator_weight > 0 and score is not null
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where score is not null
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where score is not null
),

final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.dimension_code,
        scores.indicator_code,
        scores.score,
        scores.score_slope,
        scores.indicator_weight / dimension_scores.present_weight as dimension_share,
        scores.indicator_weight / dimension_scores.present_weight
        * dimensions.dimension_weight / index_scores.scored_weight as index_share
    from scores
    inner join dimension_scores
        on scores.wave_id = dimension_scores.wave_id
        and scores.framework_version = dimension_scores.framework_version
        and scores.insurer_id = dimension_scores.insurer_id
        and scores.segment_type = dimension_scores.segment_type
        and scores.segment_code = dimension_scores.segment_code
        and scores.dimension_code = dimension_scores.dimension_code
    inner join dimensions
        on scores.framework_version = dimensions.framework_version
        and scores.dimension_code = dimensions.dimension_code
    left join index_scores
        on scores.wave_id = index_scores.wave_id
        and scores.framework_version = index_scores.framework_version
        and scores.insurer_id = index_scores.insurer_id
        and scores.segment_type = index_scores.segment_type
        and scores.segment_code = index_scores.segment_code
)

select * from final
