with

source as (
    select * from {{ source('policy', 'products') }}
),

final as (
    select
        -- ids
        cast(product_id as string) as product_id,
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_name_zh as string) as product_name_zh,
        cast(product_name_en as string) as product_name_en,
        cast(product_line as string) as product_line,
        cast(source_file as string) as source_file,

        -- numerics
        cast(cooling_off_days as bigint) as cooling_off_days,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(is_long_term as boolean) as is_long_term
    from source
)

select * from final
