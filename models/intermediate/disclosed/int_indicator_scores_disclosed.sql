with

judged as (
    select * from {{ ref('int_indicator_scores_judged') }}
),

statuses as (
    select * from {{ ref('int_disclosure_statuses_resolved') }}
),

final as (
    select
        judged.wave_id,
        judged.framework_version,
        judged.insurer_id,
        judged.segment_type,
        judged.segment_code,
        judged.indicator_code,
        judged.is_applicable,
        judged.denominator_sum,
        judged.base_count,
        judged.disclosure_base_count,
        judged.pooled_wave_count,
        judged.effective_base,
        judged.design_effect,
        judged.indicator_value,
        judged.standard_deviation,
        judged.value_standard_error,
        judged.value_lower,
        judged.value_upper,
        judged.score,
        judged.standard_error,
        judged.score_lower,
        judged.score_upper,
        judged.median_value,
        judged.is_scored,
        judged.dimension_code,
        judged.direction,
        judged.estimator,
        judged.primary_status,
        judged.is_caution,
        judged.has_rankable_base,
        {{ status_with_companions('judged', 'statuses', 'totals') }} as disclosure_status
    from judged
    left join statuses
        on judged.wave_id = statuses.wave_id
        and judged.framework_version = statuses.framework_version
        and judged.insurer_id = statuses.insurer_id
        and judged.segment_type = statuses.segment_type
        and judged.segment_code = statuses.segment_code
        and statuses.score_level = 'indicator'
        and judged.indicator_code = statuses.score_code
    left join judged as totals
        on judged.segment_type not in ('all', 'pooled')
        and totals.segment_type in ('all', 'pooled')
        and judged.wave_id = totals.wave_id
        and judged.framework_version = totals.framework_version
        and judged.insurer_id = totals.insurer_id
        and judged.indicator_code = totals.indicator_code
)

select * from final
