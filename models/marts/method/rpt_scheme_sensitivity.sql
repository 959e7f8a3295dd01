with

shifts as (
    select * from {{ ref('int_scheme_shifts_measured') }}
),

final as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        normalisation,
        aggregation,
        has_auxiliary,
        scheme_status,
        reason_zh,
        reason_en,
        insurer_count,
        mean_absolute_shift,
        largest_shift,
        rank_correlation
    from shifts
)

select * from final
