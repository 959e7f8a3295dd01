with

indicators as (
    select * from {{ ref('indicators') }}
),

departments as (
    select * from {{ ref('departments') }}
),

final as (
    select
        indicators.framework_version,
        indicators.indicator_code,
        indicators.indicator_name_zh,
        indicators.indicator_name_en,
        indicators.definition_zh,
        indicators.definition_en,
        indicators.dimension_code,
        indicators.indicator_role,
        indicators.supports_core_code,
        indicators.estimator,
        indicators.indicator_unit,
        indicators.direction,
        indicators.goalpost_lower,
        indicators.goalpost_upper,
        indicators.time_basis,
        indicators.owner_department,
        departments.department_name_zh as owner_name_zh,
        departments.department_name_en as owner_name_en,
        indicators.sqi_dimension,
        indicators.regulator_element
    from indicators
    left join departments
        on indicators.owner_department = departments.department_code
)

select * from final
