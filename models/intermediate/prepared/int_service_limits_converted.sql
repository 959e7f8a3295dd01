with

limits as (
    select * from {{ ref('service_limits') }}
),

final as (
    select
        limit_code,
        case_class,
        cast(valid_from as timestamp) as valid_from_at,
        cast(valid_to as timestamp) as valid_to_at,
        limit_value * case limit_unit
            when 'seconds' then 1
            when 'minutes' then 60
            when 'hours' then 3600
            when 'days' then 86400
        end as limit_seconds
    from limits
)

select * from final
