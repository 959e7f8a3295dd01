with

source as (
    select * from {{ source('published', 'figures') }}
),

final as (
    select
        -- ids
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(provider as string) as provider,
        cast(indicator_code as string) as indicator_code,
        cast(source_file as string) as source_file,

        -- numerics
        cast(figure_value as double) as figure_value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(period_starts_on as date) as period_starts_on,
        cast(period_ends_on as date) as period_ends_on
    from source
)

select * from final
