{#- The triggers that speak about one indicator. -#}
with

selection as (
    select * from {{ ref('rpt_indicator_selection') }}
),

auxiliaries as (
    select * from {{ ref('int_auxiliaries_tested') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

versions as (
    select * from {{ ref('int_framework_versions_ordered') }}
),

regulation_changes as (
    select * from {{ ref('regulation_changes') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

-- New rules of an element that the approval of the version cannot have known.
changed_elements as (
    select
        wave_versions.wave_id,
        wave_versions.framework_version,
        regulation_changes.regulator_element,
        max(regulation_changes.effective_on) as effective_on
    from wave_versions
    inner join waves
        on wave_versions.wave_id = waves.wave_id
    inner join versions
        on wave_versions.framework_version = versions.framework_version
    inner join regulation_changes
        on waves.ends_on >= regulation_changes.effective_on
        and versions.approved_on < regulation_changes.effective_on
    group by wave_versions.wave_id, wave_versions.framework_version, regulation_changes.regulator_element
),

final as (
    select
        auxiliaries.wave_id,
        auxiliaries.framework_version,
        auxiliaries.indicator_code,
        'weak_support' as trigger_code,
        auxiliaries.supports_core_code as related_code,
        auxiliaries.rank_correlation as statistic_value,
        rules.validity_correlation_min as threshold
    from auxiliaries
    cross join rules
    where auxiliaries.weak_wave_count >= auxiliaries.review_waves
    union all
    select
        selection.wave_id,
        selection.framework_version,
        selection.indicator_code,
        'at_one_end' as trigger_code,
        cast(null as string) as related_code,
        greatest(selection.ceiling_share, selection.floor_share) as statistic_value,
        rules.one_end_share_max as threshold
    from selection
    cross join rules
    where round(greatest(selection.ceiling_share, selection.floor_share), 6) > rules.one_end_share_max
    union all
    select
        selection.wave_id,
        selection.framework_version,
        selection.indicator_code,
        'low_coverage' as trigger_code,
        cast(null as string) as related_code,
        selection.availability_share as statistic_value,
        rules.availability_min as threshold
    from selection
    cross join rules
    where round(selection.availability_share, 6) < rules.availability_min
    union all
    select
        selection.wave_id,
        selection.framework_version,
        selection.indicator_code,
        'redundant' as trigger_code,
        selection.closest_code as related_code,
        selection.closest_correlation as statistic_value,
        rules.redundancy_correlation_max as threshold
    from selection
    cross join rules
    where round(selection.closest_correlation, 6) > rules.redundancy_correlation_max
    union all
    select
        changed_elements.wave_id,
        changed_elements.framework_version,
        indicators.indicator_code,
        'regulation_changed' as trigger_code,
        changed_elements.regulator_element || ' ' || cast(changed_elements.effective_on as string) as related_code,
        cast(null as double) as statistic_value,
        cast(null as double) as threshold
    from changed_elements
    inner join indicators
        on changed_elements.framework_version = indicators.framework_version
        and changed_elements.regulator_element = indicators.regulator_element
)

select * from final
