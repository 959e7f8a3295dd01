with

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

final as (
    select
        insurer_id,
        insurer_name_zh,
        insurer_name_en,
        licence_type,
        opened_on,
        false as is_industry
    from insurers
    union all
    select
        'industry' as insurer_id,
        '行业' as insurer_name_zh,
        'Industry' as insurer_name_en,
        cast(null as string) as licence_type,
        cast(null as date) as opened_on,
        true as is_industry
)

select * from final
