with

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

final as (
    select
        framework_version,
        'regulator_2025' as view_code,
        regulator_element as element_code,
        indicator_code,
        indicator_role,
        indicator_weight
    from indicators
    where regulator_element is not null
    union all
    select
        framework_version,
        'sqi' as view_code,
        sqi_dimension as element_code,
        indicator_code,
        indicator_role,
        indicator_weight
    from indicators
    where sqi_dimension is not null
)

select * from final
