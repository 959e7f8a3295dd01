with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where score is not null
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where score is not null
),

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and score is not null
),

-- How much of a whole each of its parts is.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'dimension' as whole_level,
        dimension_code as whole_code,
        wave_id as part_wave_id,
        framework_version as part_framework_version,
        'indicator' as part_level,
        indicator_code as part_code,
        dimension_share as part_share
    from slopes
    union all
    select
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.segment_type,
        dimension_scores.segment_code,
        'index' as whole_level,
        'index' as whole_code,
        dimension_scores.wave_id as part_wave_id,
        dimension_scores.framework_version as part_framework_version,
        'dimension' as part_level,
        dimension_scores.dimension_code as part_code,
        dimension_scores.dimension_weight / index_scores.scored_weight as part_share
    from dimension_scores
    inner join index_scores
        on dimension_scores.wave_id = index_scores.wave_id
        and dimension_scores.framework_version = index_scores.framework_version
        and dimension_scores.insurer_id = index_scores.insurer_id
        and dimension_scores.segment_type = index_scores.segment_type
        and dimension_scores.segment_code = index_scores.segment_code
    where dimension_scores.dimension_weight > 0
    union all
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.insurer_id,
        indicator_scores.segment_type,
        indicator_scores.segment_code,
        tags.view_code as whole_level,
        tags.element_code as whole_code,
        indicator_scores.wave_id as part_wave_id,
        indicator_scores.framework_version as part_framework_version,
        'indicator' as part_level,
        tags.indicator_code as part_code,
        tags.indicator_weight / cast(sum(cast(tags.indicator_weight as decimal(18, 9))) over (
            partition by
                indicator_scores.wave_id,
                indicator_scores.framework_version,
                indicator_scores.insurer_id,
                tags.view_code,
                tags.element_code
        ) as double) as part_share
    from indicator_scores
    inner join tags
        on indicator_scores.framework_version = tags.framework_version
        and indicator_scores.indicator_code = tags.indicator_code
)

select * from final
