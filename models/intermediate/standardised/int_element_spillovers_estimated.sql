with

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

element_scores as (
    select * from {{ ref('int_element_scores_aggregated') }}
    where score is not null
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and score is not null
),

-- Points of an element per unit of value of an indicator.
composites as (
    select
        element_scores.wave_id,
        element_scores.framework_version,
        element_scores.insurer_id,
        element_scores.view_code as score_level,
        element_scores.element_code as score_code,
        tags.indicator_code,
        tags.indicator_weight / element_scores.present_weight * indicator_scores.score_slope as points_slope
    from element_scores
    inner join tags
        on element_scores.framework_version = tags.framework_version
        and element_scores.view_code = tags.view_code
        and element_scores.element_code = tags.element_code
    inner join indicator_scores
        on element_scores.wave_id = indicator_scores.wave_id
        and element_scores.framework_version = indicator_scores.framework_version
        and element_scores.insurer_id = indicator_scores.insurer_id
        and tags.indicator_code = indicator_scores.indicator_code
),

{{ spillover_variances('composites') }}
