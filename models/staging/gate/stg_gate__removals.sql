with

source as (
    select * from {{ source('gate', 'removals') }}
),

final as (
    select
        -- ids
        cast(batch_id as string) as batch_id,

        -- strings
        cast(source_name as string) as source_name,
        cast(table_name as string) as table_name,
        cast(layer as string) as layer,
        cast(cause as string) as cause,

        -- numerics
        cast(rows_removed as bigint) as rows_removed
    from source
)

select * from final
