with

source as (
    select * from {{ source('policy', 'exposures') }}
),

final as (
    select
        -- ids
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(product_line as string) as product_line,
        cast(region as string) as region,
        cast(figure_source as string) as figure_source,
        cast(source_file as string) as source_file,

        -- numerics
        cast(policies_in_force_start as bigint) as policies_in_force_start,
        cast(policies_in_force_end as bigint) as policies_in_force_end,
        cast(policies_in_force_mean as bigint) as policies_in_force_mean,
        cast(policies_surrendered as bigint) as policies_surrendered,
        cast(insured_person_times as bigint) as insured_person_times,
        cast(premium_income as decimal(18, 2)) as premium_income,
        cast(claims_closed as bigint) as claims_closed,
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(period_starts_on as date) as period_starts_on,
        cast(period_ends_on as date) as period_ends_on
    from source
)

select * from final
