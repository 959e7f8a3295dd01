with

reasons as (
    select * from {{ ref('stg_gate__reasons') }}
),

removals as (
    select * from {{ ref('stg_gate__removals') }}
),

accounted as (
    select * from {{ ref('int_rows_accounted') }}
),

final as (
    select
        source_name || '.' || table_name as table_address,
        'gate' as rejected_by,
        coalesce(column_name, '') as column_name,
        reason_code,
        cast(sum(rows_quarantined) as bigint) as row_count
    from reasons
    group by source_name, table_name, column_name, reason_code
    union all
    select
        source_name || '.' || table_name as table_address,
        'rights' as rejected_by,
        '' as column_name,
        cause as reason_code,
        cast(sum(rows_removed) as bigint) as row_count
    from removals
    where layer = 'raw'
    group by source_name, table_name, cause
    union all
    select
        table_address,
        'model' as rejected_by,
        '' as column_name,
        exclusion_reason as reason_code,
        cast(row_count as bigint) as row_count
    from accounted
    where exclusion_reason is not null
)

select * from final
