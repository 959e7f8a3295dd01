with

source as (
    select * from {{ source('policy', 'customers') }}
),

final as (
    select
        -- ids
        cast(customer_key as string) as customer_key,
        cast(insurer_id as string) as insurer_id,
        cast(phone_token as string) as phone_token,
        cast(id_card_token as string) as id_card_token,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(age_band as string) as age_band,
        cast(gender as string) as gender,
        cast(region as string) as region,
        cast(sales_channel as string) as sales_channel,
        cast(source_file as string) as source_file,

        -- numerics
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(customer_since as date) as customer_since,

        -- timestamps
        cast(survey_consent_at as timestamp) as survey_consent_at,
        cast(survey_consent_withdrawn_at as timestamp) as survey_consent_withdrawn_at,
        cast(claims_consent_at as timestamp) as claims_consent_at,
        cast(claims_consent_withdrawn_at as timestamp) as claims_consent_withdrawn_at
    from source
)

select * from final
