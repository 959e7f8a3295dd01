with

files as (
    select * from {{ ref('stg_gate__files') }}
),

removals as (
    select * from {{ ref('stg_gate__removals') }}
),

staged as (
    select * from {{ ref('int_rows_staged_counted') }}
),

accounted as (
    select * from {{ ref('int_rows_accounted') }}
),

gated as (
    select
        source_name || '.' || table_name as table_address,
        cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_accepted) as bigint) as rows_accepted,
        cast(sum(rows_quarantined) as bigint) as rows_quarantined,
        cast(sum(rows_duplicate) as bigint) as rows_duplicate
    from files
    group by source_name, table_name
),

removed as (
    select
        source_name || '.' || table_name as table_address,
        cast(sum(rows_removed) as bigint) as rows_removed
    from removals
    where layer = 'raw'
    group by source_name, table_name
),

outcomes as (
    select
        table_address,
        cast(sum(case when exclusion_reason is null then row_count else 0 end) as bigint) as rows_used,
        cast(sum(case when exclusion_reason is not null then row_count else 0 end) as bigint) as rows_excluded
    from accounted
    group by table_address
),

final as (
    select
        staged.table_address,
        coalesce(gated.rows_read, 0) as rows_read,
        coalesce(gated.rows_accepted, 0) as rows_accepted,
        coalesce(gated.rows_quarantined, 0) as rows_quarantined,
        coalesce(gated.rows_duplicate, 0) as rows_duplicate,
        coalesce(removed.rows_removed, 0) as rows_removed,
        staged.row_count as rows_staged,
        -- Reference tables are looked up, not measured: they have no used or excluded rows.
        outcomes.rows_used,
        outcomes.rows_excluded
    from staged
    left join gated
        on staged.table_address = gated.table_address
    left join removed
        on staged.table_address = removed.table_address
    left join outcomes
        on staged.table_address = outcomes.table_address
)

select * from final
