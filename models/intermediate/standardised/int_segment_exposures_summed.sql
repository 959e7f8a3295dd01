with

exposures as (
    select * from {{ ref('int_exposures_measured') }}
    where measure_code = 'insured_persons'
),

cells as (
    select * from {{ ref('int_score_cells_listed') }}
),

summed as (
    select
        wave_id,
        insurer_id,
        {{ segment_of_grouping(['product_line', 'region']) }},
        cast(sum(total) as double) as insured_persons
    from exposures
    group by grouping sets (
        (wave_id, insurer_id),
        (wave_id, insurer_id, product_line),
        (wave_id, insurer_id, region)
    )
),

final as (
    -- Exposures know product line and region; every other segment counts with the insurer's total.
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        case when cells.segment_type in ('product_line', 'region') then own.insured_persons else total.insured_persons end
        as insured_persons
    from cells
    left join summed as own
        on cells.wave_id = own.wave_id
        and cells.insurer_id = own.insurer_id
        and cells.segment_type = own.segment_type
        and cells.segment_code = own.segment_code
    left join summed as total
        on cells.wave_id = total.wave_id
        and cells.insurer_id = total.insurer_id
        and total.segment_type = 'all'
)

select * from final
