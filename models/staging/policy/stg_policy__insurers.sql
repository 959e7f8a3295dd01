with

source as (
    select * from {{ source('policy', 'insurers') }}
),

final as (
    select
        -- ids
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(insurer_name_zh as string) as insurer_name_zh,
        cast(insurer_name_en as string) as insurer_name_en,
        cast(licence_type as string) as licence_type,
        cast(source_file as string) as source_file,

        -- numerics
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(opened_on as date) as opened_on
    from source
)

select * from final
