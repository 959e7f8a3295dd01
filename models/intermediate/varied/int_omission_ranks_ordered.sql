{#- The published index and ranking without one indicator after the other; its dimension keeps its points. -#}
with

scores as (
    select * from {{ ref('int_ranked_scores_listed') }}
),

published_dimensions as (
    select * from {{ ref('dimensions') }}
),

omissions as (
    select distinct
        wave_id,
        framework_version,
        indicator_code as omitted_code
    from scores
),

varied as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        omissions.omitted_code,
        scores.dimension_code,
        published_dimensions.dimension_weight,
        scores.indicator_weight as variant_weight,
        scores.score
    from scores
    inner join omissions
        on scores.wave_id = omissions.wave_id
        and scores.framework_version = omissions.framework_version
        and scores.indicator_code <> omissions.omitted_code
    inner join published_dimensions
        on scores.framework_version = published_dimensions.framework_version
        and scores.dimension_code = published_dimensions.dimension_code
),

{{ ranks_of_variants('varied', 'omitted_code') }}

select * from final
