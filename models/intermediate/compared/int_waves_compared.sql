with

waves as (
    select * from {{ ref('int_waves_begun') }}
),

ordered as (
    select
        waves.*,
        lag(wave_id) over (order by starts_at_utc asc) as previous_wave_id
    from waves
),

final as (
    select
        wave_id,
        'previous' as comparison,
        previous_wave_id as before_wave_id
    from ordered
    where previous_wave_id is not null
    union all
    select
        waves.wave_id,
        'year_ago' as comparison,
        past.wave_id as before_wave_id
    from waves
    inner join waves as past
        on waves.start_month_index - 12 = past.start_month_index
)

select * from final
