with

source as (
    select * from {{ source('service', 'contacts') }}
),

final as (
    select
        -- ids
        cast(contact_id as string) as contact_id,
        cast(case_id as string) as case_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(contact_channel as string) as contact_channel,
        cast(topic as string) as topic,
        cast(responded_by as string) as responded_by,
        cast(rating_scale_code as string) as rating_scale_code,
        cast(team_code as string) as team_code,
        cast(source_file as string) as source_file,

        -- numerics
        cast(rating as double) as rating,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(human_requested as boolean) as is_human_requested,
        cast(human_answered as boolean) as is_human_answered,
        cast(reply_valid as boolean) as is_reply_valid,

        -- timestamps
        cast(contacted_at as timestamp) as contacted_at,
        cast(responded_at as timestamp) as responded_at
    from source
)

select * from final
