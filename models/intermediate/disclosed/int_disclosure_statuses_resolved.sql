with

cells as (
    select * from {{ ref('int_disclosure_cells_listed') }}
),

members as (
    select * from {{ ref('int_companions_hidden_last') }}
),

hidden as (
    select distinct cell_number from members
    where is_hidden = 1
),

final as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        cells.score_level,
        cells.score_code,
        case
            when cells.primary_status = 'published' and (hidden.cell_number is not null or cells.is_hidden = 1)
                then 'complementary'
            else cells.primary_status
        end as disclosure_status
    from cells
    left join hidden
        on cells.group_number = hidden.cell_number
)

select * from final
