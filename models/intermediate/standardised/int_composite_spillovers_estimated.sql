with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where segment_type = 'all'
),

-- Points of a composite per unit of value of an indicator.
composites as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'dimension' as score_level,
        dimension_code as score_code,
        indicator_code,
        dimension_share * score_slope as points_slope
    from slopes
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code,
        indicator_code,
        index_share * score_slope as points_slope
    from slopes
    where index_share is not null
),

{{ spillover_variances('composites') }}
