with

versions as (
    select * from {{ ref('int_framework_versions_ordered') }}
    where previous_version is not null
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

waivers as (
    select * from {{ ref('weight_change_waivers') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Whatever either of the two versions knows.
codes as (
    select
        versions.framework_version,
        versions.previous_version,
        indicators.indicator_code
    from versions
    inner join indicators
        on versions.framework_version = indicators.framework_version
    union
    select
        versions.framework_version,
        versions.previous_version,
        indicators.indicator_code
    from versions
    inner join indicators
        on versions.previous_version = indicators.framework_version
),

compared as (
    select
        codes.*,
        coalesce(earlier.indicator_weight, 0) as previous_weight,
        coalesce(later.indicator_weight, 0) as indicator_weight,
        later.indicator_weight / nullif(earlier.indicator_weight, 0) - 1 as weight_change,
        coalesce(
            earlier.goalpost_lower <> later.goalpost_lower
            or earlier.goalpost_upper <> later.goalpost_upper
            or earlier.normalisation <> later.normalisation,
            false
        ) as has_new_goalposts,
        earlier.indicator_code is not null and later.indicator_code is not null and (
            earlier.dimension_code <> later.dimension_code
            or earlier.estimator <> later.estimator
            or earlier.multiplier <> later.multiplier
            or earlier.time_basis <> later.time_basis
            or earlier.direction <> later.direction
            or coalesce(earlier.numerator_measure, '') <> coalesce(later.numerator_measure, '')
            or coalesce(earlier.denominator_measure, '') <> coalesce(later.denominator_measure, '')
        ) as has_new_definition,
        waivers.reason as waiver_reason
    from codes
    left join indicators as earlier
        on codes.previous_version = earlier.framework_version
        and codes.indicator_code = earlier.indicator_code
    left join indicators as later
        on codes.framework_version = later.framework_version
        and codes.indicator_code = later.indicator_code
    left join waivers
        on codes.framework_version = waivers.framework_version
        and codes.indicator_code = waivers.indicator_code
),

final as (
    select
        compared.framework_version,
        compared.previous_version,
        compared.indicator_code,
        case
            when compared.previous_weight = 0 and compared.indicator_weight = 0 then 'without_weight'
            when compared.previous_weight = 0 then 'new'
            when compared.indicator_weight = 0 then 'retired'
            when round(abs(compared.weight_change), 6) > rules.weight_change_max and compared.waiver_reason is not null
                then 'waived'
            when round(abs(compared.weight_change), 6) > rules.weight_change_max then 'above_limit'
            when round(compared.weight_change, 6) <> 0 then 'reweighted'
            else 'kept'
        end as change_kind,
        compared.previous_weight,
        compared.indicator_weight,
        case when compared.indicator_weight > 0 then compared.weight_change end as weight_change,
        compared.has_new_goalposts,
        compared.has_new_definition,
        compared.waiver_reason
    from compared
    cross join rules
)

select * from final
