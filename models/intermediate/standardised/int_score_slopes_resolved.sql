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

versions as (
    select
        framework_version,
        coalesce(index_aggregation, 'arithmetic') as index_aggregation
    from {{ ref('framework_versions') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where score is not null
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

joined as (
    select
        scores.*,
        dimensions.aggregation as dimension_aggregation,
        versions.index_aggregation,
        rules.aggregation_floor,
        scores.indicator_weight / dimension_scores.present_weight as dimension_weight_share,
        dimension_scores.dimension_weight / index_scores.scored_weight as index_weight_share,
        dimension_scores.score as dimension_score,
        dimension_scores.mean_score as dimension_mean,
        -- Adjusted and clipped afterwards: parts give points to the index before that.
        index_scores.unadjusted_score as index_score,
        index_scores.mean_score as index_mean
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
    inner join versions
        on scores.framework_version = versions.framework_version
    cross join rules
    left join index_scores
        on scores.wave_id = index_scores.wave_id
        and scores.framework_version = index_scores.framework_version
        and scores.insurer_id = index_scores.insurer_id
        and scores.segment_type = index_scores.segment_type
        and scores.segment_code = index_scores.segment_code
),

{% set in_dimension = ['dimension_aggregation', 'dimension_weight_share', 'score', 'dimension_score', 'dimension_mean'] -%}
{% set in_index = ['index_aggregation', 'index_weight_share', 'dimension_score', 'index_score', 'index_mean'] -%}

sloped as (
    select
        joined.*,
        {{ aggregation_slope(*in_dimension, floor='aggregation_floor') }} as dimension_slope,
        {{ aggregation_slope(*in_index, floor='aggregation_floor') }} as index_slope,
        {{ aggregation_points(*in_dimension, floor='aggregation_floor') }} as dimension_points,
        {{ aggregation_points(*in_index, floor='aggregation_floor') }} as index_points
    from joined
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        dimension_code,
        indicator_code,
        score,
        score_slope,
        dimension_slope as dimension_share,
        case when index_weight_share is not null then dimension_slope * index_slope end as index_share,
        dimension_weight_share * index_weight_share as weight_share,
        -- A dimension hands its points on as it got them; where it has none, by weight.
        case when dimension_score > 0 then dimension_points * index_points / dimension_score
            else dimension_weight_share * index_points end as contribution_points
    from sloped
)

select * from final
