with

source as (
    select * from {{ source('policy', 'applications') }}
),

final as (
    select
        -- ids
        cast(application_id as string) as application_id,
        cast(policy_id as string) as policy_id,
        cast(insurer_id as string) as insurer_id,
        cast(product_id as string) as product_id,
        cast(customer_key as string) as customer_key,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(sales_channel as string) as sales_channel,
        cast(source_file as string) as source_file,

        -- numerics
        cast(premium as decimal(18, 2)) as premium,
        cast(insured_persons as bigint) as insured_persons,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(declined as boolean) as is_declined,

        -- timestamps
        cast(started_at as timestamp) as started_at,
        cast(issued_at as timestamp) as issued_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(callback_due_at as timestamp) as callback_due_at,
        cast(callback_done_at as timestamp) as callback_done_at,
        cast(cooling_off_ends_at as timestamp) as cooling_off_ends_at,
        cast(surrendered_at as timestamp) as surrendered_at,
        cast(starts_at as timestamp) as starts_at,
        cast(ends_at as timestamp) as ends_at,
        cast(first_renewal_due_at as timestamp) as first_renewal_due_at,
        cast(renewed_at as timestamp) as renewed_at,
        cast(premium_paid_at as timestamp) as premium_paid_at
    from source
)

select * from final
