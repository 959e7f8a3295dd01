with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where
        score_level = 'index' and segment_type = 'all'
        and disclosure_status = 'published' and has_rankable_base
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

adjustments as (
    select * from {{ ref('int_index_adjustments_completed') }}
    where segment_type = 'all'
),

-- By the rules of the published ranking.
final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.base_count,
        adjustments.adjustment_points,
        scores.score,
        row_number() over (
            partition by scores.wave_id, scores.framework_version
            order by round(scores.score, 6) desc nulls last, scores.base_count desc nulls last, scores.insurer_id asc
        ) as official_rank,
        count(*) over (partition by scores.wave_id, scores.framework_version) as insurer_count
    from scores
    inner join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
    inner join adjustments
        on scores.wave_id = adjustments.wave_id
        and scores.framework_version = adjustments.framework_version
        and scores.insurer_id = adjustments.insurer_id
)

select * from final
