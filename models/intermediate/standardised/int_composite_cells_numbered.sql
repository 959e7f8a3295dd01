with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where segment_type <> 'all' and score_slope <> 0
),

composites as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        dimension_code,
        -- Points of the index per point of the dimension: the same for every indicator of the dimension.
        max(index_share / nullif(dimension_share, 0)) as index_ratio
    from slopes
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code
),

-- Cells by number: persons are grouped by two short keys instead of seven long ones.
final as (
    select
        composites.*,
        dense_rank() over (order by wave_id, framework_version, insurer_id, segment_type, segment_code) as cell_number,
        row_number() over (
            order by wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code
        ) as dimension_number
    from composites
)

select * from final
