with

source as (
    select * from {{ source('claims', 'claims') }}
),

final as (
    select
        -- ids
        cast(claim_id as string) as claim_id,
        cast(policy_id as string) as policy_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(sales_channel as string) as sales_channel,
        cast(outcome as string) as outcome,
        cast(team_code as string) as team_code,
        cast(source_file as string) as source_file,

        -- numerics
        cast(claimed_amount as decimal(18, 2)) as claimed_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(reopened as boolean) as is_reopened,

        -- timestamps
        cast(loss_at as timestamp) as loss_at,
        cast(reported_at as timestamp) as reported_at,
        cast(registered_at as timestamp) as registered_at,
        cast(documents_complete_at as timestamp) as documents_complete_at,
        cast(decided_at as timestamp) as decided_at,
        cast(agreed_at as timestamp) as agreed_at,
        cast(paid_at as timestamp) as paid_at,
        cast(closed_at as timestamp) as closed_at
    from source
)

select * from final
