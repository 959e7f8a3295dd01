with

ranked as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

-- Which dimensions count is decided by the published index: schemes differ in their numbers, not in what is missing.
dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where segment_type = 'all' and score is not null
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_weight > 0 and scored_value is not null
),

posts as (
    select * from {{ ref('int_normalisation_posts_resolved') }}
),

percentiles as (
    select * from {{ ref('int_indicator_percentiles_counted') }}
    where segment_type = 'all'
),

normalised as (
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.insurer_id,
        indicator_scores.dimension_code,
        indicator_scores.indicator_code,
        indicator_scores.indicator_role,
        posts.normalisation,
        {{ normalised_score('indicator_scores.scored_value', 'posts', 'percentiles.percentile_share') }} as score
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
    inner join posts
        on indicator_scores.wave_id = posts.wave_id
        and indicator_scores.framework_version = posts.framework_version
        and indicator_scores.indicator_code = posts.indicator_code
    left join percentiles
        on indicator_scores.wave_id = percentiles.wave_id
        and indicator_scores.framework_version = percentiles.framework_version
        and indicator_scores.insurer_id = percentiles.insurer_id
        and indicator_scores.indicator_code = percentiles.indicator_code
),

final as (
    select * from normalised
    where score is not null
)

select * from final
