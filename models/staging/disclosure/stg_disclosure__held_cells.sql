with

source as (
    select * from {{ source('disclosure', 'held_cells') }}
),

final as (
    select
        -- ids
        cast(wave_id as string) as wave_id,
        cast(insurer_id as string) as insurer_id,

        -- strings
        cast(framework_version as string) as framework_version,
        cast(segment_type as string) as segment_type,
        cast(segment_code as string) as segment_code,
        cast(score_level as string) as score_level,
        cast(score_code as string) as score_code
    from source
)

select * from final
