with

products as (
    select * from {{ ref('stg_policy__products') }}
),

final as (
    select
        product_id,
        insurer_id,
        product_name_zh,
        product_name_en,
        product_line,
        is_long_term,
        cooling_off_days
    from products
)

select * from final
