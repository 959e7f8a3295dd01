with

cells as (
    select * from {{ ref('int_score_cells_listed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

applicability as (
    select * from {{ ref('indicator_applicability') }}
),

limited as (
    select distinct indicator_code from applicability
),

insurer_lines as (
    select * from {{ ref('int_insurer_lines_listed') }}
),

-- A limited indicator applies to an insurer that has one of its lines, and to the segment of such a line only.
insurer_applicability as (
    select distinct
        insurer_lines.wave_id,
        insurer_lines.insurer_id,
        applicability.indicator_code
    from insurer_lines
    inner join applicability
        on insurer_lines.product_line = applicability.product_line
),

final as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        indicators.indicator_code,
        (
            limited.indicator_code is null
            or (
                insurer_applicability.indicator_code is not null
                and (cells.segment_type <> 'product_line' or applicability.product_line is not null)
            )
        )
        -- Nothing applies to a product line the insurer does not have.
        and (cells.segment_type <> 'product_line' or sold.product_line is not null) as is_applicable
    from cells
    inner join indicators
        on cells.framework_version = indicators.framework_version
    left join limited
        on indicators.indicator_code = limited.indicator_code
    left join insurer_applicability
        on cells.wave_id = insurer_applicability.wave_id
        and cells.insurer_id = insurer_applicability.insurer_id
        and indicators.indicator_code = insurer_applicability.indicator_code
    left join insurer_lines as sold
        on cells.wave_id = sold.wave_id
        and cells.insurer_id = sold.insurer_id
        and cells.segment_code = sold.product_line
    left join applicability
        on cells.segment_type = 'product_line'
        and cells.segment_code = applicability.product_line
        and indicators.indicator_code = applicability.indicator_code
)

select * from final
