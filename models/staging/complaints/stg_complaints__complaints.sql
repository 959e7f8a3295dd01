with

source as (
    select * from {{ source('complaints', 'complaints') }}
),

final as (
    select
        -- ids
        cast(complaint_id as string) as complaint_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(region as string) as region,
        cast(complaint_channel as string) as complaint_channel,
        cast(cause as string) as cause,
        cast(validity as string) as validity,
        cast(extension_class as string) as extension_class,
        cast(team_code as string) as team_code,
        cast(complaint_text as string) as complaint_text,
        cast(complaint_text_words as string) as complaint_text_words,
        cast(source_file as string) as source_file,

        -- numerics
        cast(handling_rating as double) as handling_rating,
        cast(source_row_number as bigint) as source_row_number,

        -- timestamps
        cast(received_at as timestamp) as received_at,
        cast(due_at as timestamp) as due_at,
        cast(closed_at as timestamp) as closed_at
    from source
)

select * from final
