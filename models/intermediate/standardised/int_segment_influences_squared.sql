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

pointed as (
    select
        cells.dimension_number,
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
),

-- One pass per attribute: a person counts in one segment of each, or in several (product lines, channels).
dimension_influences as (
    {% for attribute in attributes + ['pooled'] -%}
    select
        pointed.dimension_number,
        sums.person_key,
        cast(sum(cast(sqrt(sums.variance_factor) * (
            pointed.numerator_points * cast(sums.weighted_numerator as double)
            + pointed.denominator_points * cast(sums.weighted_denominator as double)
        ) as decimal(38, 20))) as double) as influence
    from {{ 'pooled_sums' if attribute == 'pooled' else 'sums' }} as sums
    inner join pointed
        on sums.wave_id = pointed.source_wave_id
        and sums.framework_version = pointed.source_framework_version
        and sums.insurer_id = pointed.insurer_id
        and sums.indicator_code = pointed.source_indicator_code
        and sums.{{ attribute }} = pointed.segment_code
        and pointed.segment_type = '{{ attribute }}'
    group by pointed.dimension_number, sums.person_key
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
