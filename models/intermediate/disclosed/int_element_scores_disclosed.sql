with

judged as (
    select * from {{ ref('int_element_scores_judged') }}
),

statuses as (
    select * from {{ ref('int_disclosure_statuses_resolved') }}
),

final as (
    select
        judged.wave_id,
        judged.framework_version,
        judged.insurer_id,
        judged.view_code,
        judged.element_code,
        judged.applicable_weight,
        judged.coverage_share,
        judged.has_shown_indicator,
        judged.is_provisional,
        judged.score,
        judged.base_count,
        judged.primary_status,
        judged.is_caution,
        coalesce(statuses.disclosure_status, judged.primary_status) as disclosure_status
    from judged
    left join statuses
        on judged.wave_id = statuses.wave_id
        and judged.framework_version = statuses.framework_version
        and judged.insurer_id = statuses.insurer_id
        and judged.view_code = statuses.score_level
        and judged.element_code = statuses.score_code
)

select * from final
