with

source as (
    select * from {{ source('gate', 'person_crosswalk') }}
),

final as (
    select
        -- ids
        cast(customer_key as string) as customer_key,
        cast(person_key as string) as person_key
    from source
)

select * from final
