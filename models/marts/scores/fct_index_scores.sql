with

scores as (
    select * from {{ ref('int_composite_scores_described') }}
    where score_level = 'index'
),

adjustments as (
    select * from {{ ref('int_index_adjustments_completed') }}
),

effective_bases as (
    select * from {{ ref('int_respondent_bases_weighted') }}
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'index'
),

grades as (
    select * from {{ ref('int_index_grades_resolved') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

described as (
    select
        scores.*,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group,
        grades.grade_code,
        adjustments.adjustment_points,
        adjustments.clip_remainder,
        effective_bases.effective_base,
        -- A pooled window is as long as it takes to reach the floors.
        scores.insurer_id = 'industry' or scores.segment_type = 'pooled' or coalesce(assessed.is_eligible, false)
        as is_eligible
    from scores
    left join ranks
        on scores.segment_type = 'all'
        and scores.wave_id = ranks.wave_id
        and scores.framework_version = ranks.framework_version
        and scores.insurer_id = ranks.insurer_id
    left join grades
        on scores.wave_id = grades.wave_id
        and scores.framework_version = grades.framework_version
        and scores.insurer_id = grades.insurer_id
        and scores.segment_type = grades.segment_type
        and scores.segment_code = grades.segment_code
    left join adjustments
        on scores.wave_id = adjustments.wave_id
        and scores.framework_version = adjustments.framework_version
        and scores.insurer_id = adjustments.insurer_id
        and scores.segment_type = adjustments.segment_type
        and scores.segment_code = adjustments.segment_code
    left join effective_bases
        on scores.wave_id = effective_bases.wave_id
        and scores.framework_version = effective_bases.framework_version
        and scores.insurer_id = effective_bases.insurer_id
        and scores.segment_type = effective_bases.segment_type
        and scores.segment_code = effective_bases.segment_code
    left join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
),

final as (
    select
        wave_id,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        framework_version,
        is_official_version,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown(linked_score('score', 'link_factor')) }} as linked_score,
        {{ shown(is_link_clipped('score', 'link_factor')) }} as is_link_clipped,
        {{ shown('grade_code') }} as grade_code,
        {{ shown('adjustment_points') }} as adjustment_points,
        {{ shown('clip_remainder') }} as clip_remainder,
        {{ shown('base_count') }} as base_count,
        {{ shown('effective_base') }} as effective_base,
        {{ shown('base_count / nullif(effective_base, 0)') }} as design_effect,
        {{ unless_hidden('coverage_share') }} as coverage_share,
        rank_position as rank,
        rank_lower,
        rank_upper,
        tie_group,
        {{ estimation_status('is_provisional', 'segment_type') }} as estimation_status,
        cast(pooled_wave_count as bigint) as pooled_wave_count,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        is_rankable,
        disclosure_status = 'published' and is_eligible as is_reportable
    from described
)

select * from final
