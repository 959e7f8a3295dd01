with

estimates as (
    select * from {{ ref('int_indicator_estimates_unioned') }}
),

medians as (
    select * from {{ ref('int_duration_medians_estimated') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

-- Measures for which the insurer has at least one answer in the wave.
asked as (
    select * from {{ ref('int_design_clusters_counted') }}
),

limits as (
    select * from {{ ref('int_indicator_limits_resolved') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

final as (
    select
        estimates.wave_id,
        estimates.framework_version,
        estimates.insurer_id,
        estimates.segment_type,
        estimates.segment_code,
        estimates.indicator_code,
        estimates.is_applicable,
        estimates.denominator_sum,
        estimates.base_count,
        estimates.disclosure_base_count,
        estimates.pooled_wave_count,
        estimates.effective_base,
        estimates.design_effect,
        estimates.indicator_value,
        estimates.standard_deviation,
        estimates.value_standard_error,
        estimates.value_lower,
        estimates.value_upper,
        estimates.score,
        estimates.standard_error,
        estimates.score_lower,
        estimates.score_upper,
        medians.median_value,
        estimates.score is not null as is_scored,
        indicators.dimension_code,
        indicators.direction,
        indicators.estimator,
        limits.persons_min,
        case
            when not estimates.is_applicable then 'not_applicable'
            when estimates.indicator_value is null and measures.source_model = 'int_responses_screened'
                and assessed.response_count > 0 and asked.measure_code is null then 'not_asked'
            when estimates.indicator_value is null then 'not_available'
            when estimates.disclosure_base_count < limits.persons_min then 'small_n'
            when limits.is_dominated then 'dominance'
            else 'published'
        end as primary_status,
        coalesce(estimates.base_count < rules.caution_below, false)
        or coalesce(estimates.effective_base < rules.caution_effective_below, false) as is_caution,
        estimates.insurer_id <> 'industry'
        and estimates.score is not null
        and (indicators.estimator = 'published' or estimates.base_count >= rules.rankable_from) as has_rankable_base
    from estimates
    inner join indicators
        on estimates.framework_version = indicators.framework_version
        and estimates.indicator_code = indicators.indicator_code
    left join medians
        on estimates.wave_id = medians.wave_id
        and estimates.framework_version = medians.framework_version
        and estimates.insurer_id = medians.insurer_id
        and estimates.segment_type = medians.segment_type
        and estimates.segment_code = medians.segment_code
        and estimates.indicator_code = medians.indicator_code
    left join limits
        on estimates.wave_id = limits.wave_id
        and estimates.framework_version = limits.framework_version
        and estimates.insurer_id = limits.insurer_id
        and estimates.segment_type = limits.segment_type
        and estimates.segment_code = limits.segment_code
        and estimates.indicator_code = limits.indicator_code
    left join measures
        on indicators.denominator_measure = measures.measure_code
    left join asked
        on estimates.wave_id = asked.wave_id
        and estimates.insurer_id = asked.insurer_id
        and indicators.denominator_measure = asked.measure_code
    left join assessed
        on estimates.wave_id = assessed.wave_id
        and estimates.insurer_id = assessed.insurer_id
    cross join rules
)

select * from final
