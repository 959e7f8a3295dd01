with

judged as (
    select * from {{ ref('int_element_scores_judged') }}
),

statuses as (
    select * from {{ ref('int_disclosure_statuses_resolved') }}
),

final as (
    select
        judged.*,
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
