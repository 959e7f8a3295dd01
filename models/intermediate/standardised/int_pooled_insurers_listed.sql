with

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        max(pooled_wave_count) as pooled_wave_count
    from windows
    group by wave_id, framework_version, insurer_id
)

select * from final
