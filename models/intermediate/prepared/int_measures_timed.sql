with

measures as (
    select * from {{ ref('measures') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

waits as (
    -- The longest wait of any class of case and time, so that a row counts once every class is final.
    select
        limit_code,
        max(limit_seconds) as wait_seconds
    from limits
    group by limit_code
),

final as (
    select
        measures.measure_code,
        measures.source_model,
        measures.event_column,
        measures.open_from_column,
        measures.open_until_column,
        measures.filter_set_code,
        measures.value_min,
        measures.value_max,
        measures.measure_unit,
        coalesce(waits.wait_seconds, 0) as wait_seconds
    from measures
    left join waits
        on measures.wait_limit_code = waits.limit_code
)

select * from final
