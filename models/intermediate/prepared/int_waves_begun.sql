with

waves as (
    select * from {{ ref('waves') }}
),

as_of as (
    select * from {{ ref('int_run_as_of') }}
),

final as (
    select
        waves.wave_id,
        waves.starts_on,
        waves.ends_on,
        waves.starts_at_utc,
        waves.ends_at_utc,
        cast({{ month_index('waves.starts_on') }} as bigint) as start_month_index,
        -- A flow over a stock is scored per quarter, whatever the length of the wave.
        cast(3 as double) / waves.length_months as quarter_share,
        as_of.as_of_at
    from waves
    cross join as_of
    where waves.starts_at_utc <= as_of.as_of_at
)

select * from final
