with

judged as (
    select * from {{ ref('int_indicator_scores_judged') }}
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
        and judged.segment_type = statuses.segment_type
        and judged.segment_code = statuses.segment_code
        and statuses.score_level = 'indicator'
        and judged.indicator_code = statuses.score_code
)

select * from final
