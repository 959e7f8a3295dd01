with

indicators as (
    select * from {{ ref('indicators') }}
),

versions as (
    select * from {{ ref('framework_versions') }}
),

final as (
    select
        indicators.framework_version,
        versions.valid_from,
        versions.valid_to,
        indicators.dimension_code,
        indicators.indicator_code,
        indicators.indicator_role,
        indicators.indicator_weight,
        indicators.indicator_weight / nullif(cast(sum(cast(indicators.indicator_weight as decimal(18, 9))) over (
            partition by indicators.framework_version, indicators.dimension_code
        ) as double), 0) as weight_in_dimension_share
    from indicators
    inner join versions
        on indicators.framework_version = versions.framework_version
)

select * from final
