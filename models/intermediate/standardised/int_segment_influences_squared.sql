{% set attributes = ['age_band', 'gender', 'region', 'tenure', 'product_line', 'sales_channel'] -%}

with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

pooled_sums as (
    select
        *,
        'all' as pooled
    from {{ ref('int_pooled_persons_summed') }}
),

cells as (
    select * from {{ ref('int_composite_cells_numbered') }}
),

points as (
    select * from {{ ref('int_segment_points_resolved') }}
),

-- One pass per attribute: a person counts in one segment of each, or in several (product lines, channels).
dimension_influences as (
    {% for attribute in attributes + ['pooled'] -%}
    select
        points.dimension_number,
        sums.person_key,
        cast(sum(cast(sqrt(sums.variance_factor) * (
            points.numerator_points * cast(sums.weighted_numerator as double)
            + points.denominator_points * cast(sums.weighted_denominator as double)
        ) as decimal(38, 20))) as double) as influence
    from {{ 'pooled_sums' if attribute == 'pooled' else 'sums' }} as sums
    inner join points
        on sums.wave_id = points.source_wave_id
        and sums.framework_version = points.source_framework_version
        and sums.insurer_id = points.insurer_id
        and sums.indicator_code = points.source_indicator_code
        and sums.{{ attribute }} = points.segment_code
        and points.segment_type = '{{ attribute }}'
    group by points.dimension_number, sums.person_key
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

index_influences as (
    select
        cells.cell_number,
        dimension_influences.person_key,
        cast(sum(cast(cells.index_ratio * dimension_influences.influence as decimal(38, 20))) as double) as influence
    from dimension_influences
    inner join cells
        on dimension_influences.dimension_number = cells.dimension_number
    where cells.index_ratio is not null
    group by cells.cell_number, dimension_influences.person_key
),

dimension_squares as (
    select
        dimension_number,
        cast(sum(cast(influence * influence as decimal(38, 24))) as double) as influence_square_sum
    from dimension_influences
    group by dimension_number
),

index_squares as (
    select
        cell_number,
        cast(sum(cast(influence * influence as decimal(38, 24))) as double) as influence_square_sum
    from index_influences
    group by cell_number
),

final as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        'dimension' as score_level,
        cells.dimension_code as score_code,
        dimension_squares.influence_square_sum
    from cells
    inner join dimension_squares
        on cells.dimension_number = dimension_squares.dimension_number
    union all
    select distinct
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        'index' as score_level,
        'index' as score_code,
        index_squares.influence_square_sum
    from cells
    inner join index_squares
        on cells.cell_number = index_squares.cell_number
)

select * from final
