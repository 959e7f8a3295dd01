with

source as (
    select * from {{ source('policy', 'endorsements') }}
),

final as (
    select
        -- ids
        cast(endorsement_id as string) as endorsement_id,
        cast(policy_id as string) as policy_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(source_file as string) as source_file,

        -- numerics
        cast(source_row_number as bigint) as source_row_number,

        -- timestamps
        cast(requested_at as timestamp) as requested_at,
        cast(done_at as timestamp) as done_at
    from source
)

select * from final
