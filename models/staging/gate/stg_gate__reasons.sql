with

source as (
    select * from {{ source('gate', 'reasons') }}
),

final as (
    select
        -- ids
        cast(batch_id as string) as batch_id,

        -- strings
        cast(source_name as string) as source_name,
        cast(table_name as string) as table_name,
        cast(column_name as string) as column_name,
        cast(reason_code as string) as reason_code,

        -- numerics
        cast(rows_quarantined as bigint) as rows_quarantined
    from source
)

select * from final
