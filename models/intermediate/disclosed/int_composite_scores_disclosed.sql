with

judged as (
    select * from {{ ref('int_composite_scores_judged') }}
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
        judged.score_level,
        judged.score_code,
        judged.applicable_weight,
        judged.coverage_share,
        judged.score,
        judged.base_count,
        judged.disclosure_base_count,
        judged.pooled_wave_count,
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
        and judged.score_level = statuses.score_level
        and judged.score_code = statuses.score_code
    left join judged as totals
        on judged.segment_type not in ('all', 'pooled')
        and totals.segment_type in ('all', 'pooled')
        and judged.wave_id = totals.wave_id
        and judged.framework_version = totals.framework_version
        and judged.insurer_id = totals.insurer_id
        and judged.score_level = totals.score_level
        and judged.score_code = totals.score_code
)

select * from final
