with

segments as (
    select * from {{ ref('segments') }}
),

final as (
    select
        segment_type,
        segment_code,
        segment_name_zh,
        segment_name_en,
        position
    from segments
)

select * from final
