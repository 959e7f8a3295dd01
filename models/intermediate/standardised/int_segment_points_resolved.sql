with

factors as (
    select * from {{ ref('int_influence_factors_resolved') }}
),

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where segment_type <> 'all' and score_slope <> 0
),

cells as (
    select * from {{ ref('int_composite_cells_numbered') }}
),

final as (
    select
        cells.dimension_number,
        factors.indicator_code,
        factors.source_wave_id,
        factors.source_framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        factors.source_indicator_code,
        slopes.dimension_share * slopes.score_slope * factors.numerator_factor as numerator_points,
        slopes.dimension_share * slopes.score_slope * factors.denominator_factor as denominator_points
    from slopes
    inner join factors
        on slopes.wave_id = factors.wave_id
        and slopes.framework_version = factors.framework_version
        and slopes.insurer_id = factors.insurer_id
        and slopes.segment_type = factors.segment_type
        and slopes.segment_code = factors.segment_code
        and slopes.indicator_code = factors.indicator_code
    inner join cells
        on slopes.wave_id = cells.wave_id
        and slopes.framework_version = cells.framework_version
        and slopes.insurer_id = cells.insurer_id
        and slopes.segment_type = cells.segment_type
        and slopes.segment_code = cells.segment_code
        and slopes.dimension_code = cells.dimension_code
)

select * from final
