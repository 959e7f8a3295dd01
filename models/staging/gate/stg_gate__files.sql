with

source as (
    select * from {{ source('gate', 'files') }}
),

final as (
    select
        -- ids
        cast(batch_id as string) as batch_id,

        -- strings
        cast(source_name as string) as source_name,
        cast(table_name as string) as table_name,
        cast(source_file as string) as source_file,
        cast(file_sha256 as string) as file_sha256,
        cast(key_id as string) as key_id,
        cast(segmenter as string) as segmenter,

        -- numerics
        cast(rows_read as bigint) as rows_read,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_quarantined as bigint) as rows_quarantined,
        cast(rows_duplicate as bigint) as rows_duplicate,
        cast(load_number as bigint) as load_number,

        -- dates
        cast(received_on as date) as received_on,

        -- timestamps
        cast(latest_event_at as timestamp) as latest_event_at
    from source
)

select * from final
