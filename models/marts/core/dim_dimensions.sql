with

dimensions as (
    select * from {{ ref('dimensions') }}
),

final as (
    select
        framework_version,
        dimension_code,
        dimension_name_zh,
        dimension_name_en,
        position,
        dimension_weight,
        aggregation,
        is_required
    from dimensions
)

select * from final
