with

ranked as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

-- Which dimensions count is decided by the published index: variants differ in their weights, not in what is missing.
dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where segment_type = 'all' and score is not null
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_weight > 0 and score is not null
),

final as (
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.insurer_id,
        indicator_scores.dimension_code,
        indicator_scores.indicator_code,
        indicator_scores.indicator_weight,
        indicator_scores.score
    from ranked
    inner join indicator_scores
        on ranked.wave_id = indicator_scores.wave_id
        and ranked.framework_version = indicator_scores.framework_version
        and ranked.insurer_id = indicator_scores.insurer_id
    inner join dimension_scores
        on indicator_scores.wave_id = dimension_scores.wave_id
        and indicator_scores.framework_version = dimension_scores.framework_version
        and indicator_scores.insurer_id = dimension_scores.insurer_id
        and indicator_scores.dimension_code = dimension_scores.dimension_code
)

select * from final
