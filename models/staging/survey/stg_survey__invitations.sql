with

source as (
    select * from {{ source('survey', 'invitations') }}
),

final as (
    select
        -- ids
        cast(invitation_id as string) as invitation_id,
        cast(insurer_id as string) as insurer_id,
        cast(customer_key as string) as customer_key,
        cast(phone_token as string) as phone_token,
        cast(reference_id as string) as reference_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(survey_code as string) as survey_code,
        cast(instrument_version as string) as instrument_version,
        cast(collection_channel as string) as collection_channel,
        cast(touchpoint as string) as touchpoint,
        cast(reference_type as string) as reference_type,
        cast(team_code as string) as team_code,
        cast(stratum as string) as stratum,
        cast(source_file as string) as source_file,

        -- numerics
        cast(design_weight as double) as design_weight,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(delivered as boolean) as is_delivered,

        -- timestamps
        cast(sent_at as timestamp) as sent_at
    from source
)

select * from final
