{#- The triggers that speak about a version as a whole, or about what it does not measure. -#}
with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where segment_type = 'all'
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

audit as (
    select * from {{ ref('rpt_weight_audit') }}
),

validity_rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

rules as (
    select max(case when rule_code = 'review_cosine_min' then rule_value end) as review_cosine_min
    from {{ ref('scoring_rules') }}
),

cosines as (
    select
        wave_id,
        framework_version,
        least(min(entropy_cosine), min(critic_cosine)) as smallest_cosine,
        case when min(critic_cosine) < min(entropy_cosine) then 'critic' else 'entropy' end as weight_scheme
    from audit
    group by wave_id, framework_version
),

coverages as (
    select
        wave_id,
        framework_version,
        dimension_code,
        cast(count(score) as double) / count(*) as scored_share
    from dimension_scores
    group by wave_id, framework_version, dimension_code
),

subjects as (
    select
        dimensions.framework_version,
        'dimension' as subject_type,
        dimensions.dimension_code as subject_code,
        count(indicators.indicator_code) as core_count
    from dimensions
    left join indicators
        on dimensions.framework_version = indicators.framework_version
        and dimensions.dimension_code = indicators.dimension_code
        and indicators.indicator_role = 'core'
        and indicators.indicator_weight > 0
    group by dimensions.framework_version, dimensions.dimension_code
    union all
    select
        versions.framework_version,
        elements.view_code as subject_type,
        elements.element_code as subject_code,
        count(tags.indicator_code) as core_count
    from elements
    cross join (select distinct framework_version from dimensions) as versions
    left join tags
        on versions.framework_version = tags.framework_version
        and elements.view_code = tags.view_code
        and elements.element_code = tags.element_code
    group by versions.framework_version, elements.view_code, elements.element_code
),

unused_measures as (
    select
        versions.framework_version,
        measures.measure_code
    from measures
    cross join (select distinct framework_version from dimensions) as versions
    left join indicators
        on versions.framework_version = indicators.framework_version
        and (
            measures.measure_code = indicators.numerator_measure
            or measures.measure_code = indicators.denominator_measure
        )
    where indicators.indicator_code is null
),

final as (
    select
        cosines.wave_id,
        cosines.framework_version,
        'framework' as subject_type,
        cosines.framework_version as subject_code,
        'weights_diverge' as trigger_code,
        cosines.weight_scheme as related_code,
        cosines.smallest_cosine as statistic_value,
        rules.review_cosine_min as threshold
    from cosines
    cross join rules
    where round(cosines.smallest_cosine, 6) < rules.review_cosine_min
    union all
    select
        coverages.wave_id,
        coverages.framework_version,
        'dimension' as subject_type,
        coverages.dimension_code as subject_code,
        'low_coverage' as trigger_code,
        cast(null as string) as related_code,
        coverages.scored_share as statistic_value,
        validity_rules.availability_min as threshold
    from coverages
    cross join validity_rules
    where round(coverages.scored_share, 6) < validity_rules.availability_min
    union all
    select
        wave_versions.wave_id,
        subjects.framework_version,
        subjects.subject_type,
        subjects.subject_code,
        'no_core_indicator' as trigger_code,
        cast(null as string) as related_code,
        cast(null as double) as statistic_value,
        cast(null as double) as threshold
    from subjects
    inner join wave_versions
        on subjects.framework_version = wave_versions.framework_version
    where subjects.core_count = 0
    union all
    select
        wave_versions.wave_id,
        unused_measures.framework_version,
        'measure' as subject_type,
        unused_measures.measure_code as subject_code,
        'unused_measure' as trigger_code,
        cast(null as string) as related_code,
        cast(null as double) as statistic_value,
        cast(null as double) as threshold
    from unused_measures
    inner join wave_versions
        on unused_measures.framework_version = wave_versions.framework_version
)

select * from final
