with

versions as (
    select framework_version from {{ ref('framework_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

elements as (
    select * from {{ ref('regulator_elements') }}
),

tags as (
    select * from {{ ref('int_element_tags_listed') }}
    where indicator_role = 'core'
),

measures as (
    select * from {{ ref('measures') }}
),

final as (
    select
        dimensions.framework_version,
        'dimension' as subject_type,
        dimensions.dimension_code as subject_code,
        'no_core_indicator' as trigger_code
    from dimensions
    left join indicators
        on dimensions.framework_version = indicators.framework_version
        and dimensions.dimension_code = indicators.dimension_code
        and indicators.indicator_role = 'core'
        and indicators.indicator_weight > 0
    where indicators.indicator_code is null
    union all
    select
        versions.framework_version,
        elements.view_code as subject_type,
        elements.element_code as subject_code,
        'no_core_indicator' as trigger_code
    from versions
    cross join elements
    left join tags
        on versions.framework_version = tags.framework_version
        and elements.view_code = tags.view_code
        and elements.element_code = tags.element_code
    where tags.indicator_code is null
    union all
    -- Measured already, so a candidate that costs nothing to add.
    select
        versions.framework_version,
        'measure' as subject_type,
        measures.measure_code as subject_code,
        'unused_measure' as trigger_code
    from versions
    cross join measures
    left join indicators
        on versions.framework_version = indicators.framework_version
        and (
            measures.measure_code = indicators.numerator_measure
            or measures.measure_code = indicators.denominator_measure
        )
    where indicators.indicator_code is null
)

select * from final
