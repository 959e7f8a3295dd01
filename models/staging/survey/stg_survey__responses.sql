with

source as (
    select * from {{ source('survey', 'responses') }}
),

final as (
    select
        -- ids
        cast(response_id as string) as response_id,
        cast(invitation_id as string) as invitation_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(phone_token as string) as phone_token,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(survey_code as string) as survey_code,
        cast(sales_channel as string) as sales_channel,
        cast(device as string) as device,
        cast(age_band as string) as age_band,
        cast(gender as string) as gender,
        cast(region as string) as region,
        cast(source_file as string) as source_file,

        -- numerics
        cast(source_row_number as bigint) as source_row_number,

        -- timestamps
        cast(started_at as timestamp) as started_at,
        cast(submitted_at as timestamp) as submitted_at
    from source
)

select * from final
