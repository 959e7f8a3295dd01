with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index'
),

intervals as (
    select * from {{ ref('int_composite_intervals_completed') }}
    where score_level = 'index'
),

adjustments as (
    select * from {{ ref('int_index_adjustments_completed') }}
),

provisional as (
    select * from {{ ref('int_composites_provisional') }}
),

effective_bases as (
    select * from {{ ref('int_respondent_bases_weighted') }}
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'index'
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

bands as (
    select * from {{ ref('score_bands') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

links as (
    select * from {{ ref('int_link_factors_chained') }}
    where score_level = 'index'
),

described as (
    select
        scores.*,
        wave_versions.is_official as is_official_version,
        links.link_factor,
        coalesce(provisional.is_provisional, false) as is_provisional,
        intervals.standard_error,
        intervals.score_lower,
        intervals.score_upper,
        adjustments.adjustment_points,
        adjustments.clip_remainder,
        effective_bases.effective_base,
        -- A pooled window is as long as it takes to reach the floors.
        scores.insurer_id = 'industry' or scores.segment_type = 'pooled' or coalesce(assessed.is_eligible, false)
        as is_eligible
    from scores
    inner join wave_versions
        on scores.wave_id = wave_versions.wave_id
        and scores.framework_version = wave_versions.framework_version
    left join links
        on scores.framework_version = links.framework_version
    left join intervals
        on scores.wave_id = intervals.wave_id
        and scores.framework_version = intervals.framework_version
        and scores.insurer_id = intervals.insurer_id
        and scores.segment_type = intervals.segment_type
        and scores.segment_code = intervals.segment_code
    left join adjustments
        on scores.wave_id = adjustments.wave_id
        and scores.framework_version = adjustments.framework_version
        and scores.insurer_id = adjustments.insurer_id
        and scores.segment_type = adjustments.segment_type
        and scores.segment_code = adjustments.segment_code
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.insurer_id = provisional.insurer_id
        and scores.segment_type = provisional.segment_type
        and scores.segment_code = provisional.segment_code
        and scores.score_code = provisional.score_code
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

ranked as (
    select
        described.*,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group
    from described
    left join ranks
        on described.segment_type = 'all'
        and described.wave_id = ranks.wave_id
        and described.framework_version = ranks.framework_version
        and described.insurer_id = ranks.insurer_id
),

-- The lower bound of a band belongs to it, on the score at six decimals.
graded as (
    select
        ranked.wave_id,
        ranked.framework_version,
        ranked.insurer_id,
        ranked.segment_type,
        ranked.segment_code,
        max(bands.score_from) as band_from
    from ranked
    inner join bands
        on round(ranked.score, 6) >= bands.score_from
    group by
        ranked.wave_id, ranked.framework_version, ranked.insurer_id, ranked.segment_type, ranked.segment_code
),

final as (
    select
        ranked.wave_id,
        ranked.insurer_id,
        {{ shown_segment_type('ranked.segment_type') }} as segment_type,
        ranked.segment_code,
        ranked.framework_version,
        ranked.is_official_version,
        {{ shown('ranked.score') }} as score,
        {{ shown('ranked.standard_error') }} as standard_error,
        {{ shown('ranked.score_lower') }} as score_lower,
        {{ shown('ranked.score_upper') }} as score_upper,
        {{ shown(linked_score('ranked.score', 'ranked.link_factor')) }} as linked_score,
        {{ shown(is_link_clipped('ranked.score', 'ranked.link_factor')) }} as is_link_clipped,
        {{ shown('bands.grade_code') }} as grade_code,
        {{ shown('ranked.adjustment_points') }} as adjustment_points,
        {{ shown('ranked.clip_remainder') }} as clip_remainder,
        {{ shown('ranked.base_count') }} as base_count,
        {{ shown('ranked.effective_base') }} as effective_base,
        {{ shown('ranked.base_count / nullif(ranked.effective_base, 0)') }} as design_effect,
        ranked.coverage_share,
        ranked.rank_position as rank,
        ranked.rank_lower,
        ranked.rank_upper,
        ranked.tie_group,
        {{ estimation_status('ranked.is_provisional', 'ranked.segment_type') }} as estimation_status,
        cast(ranked.pooled_wave_count as bigint) as pooled_wave_count,
        ranked.disclosure_status,
        ranked.disclosure_status = 'published' and ranked.is_caution as is_caution,
        ranked.is_rankable,
        ranked.disclosure_status = 'published' and ranked.is_eligible as is_reportable
    from ranked
    left join graded
        on ranked.wave_id = graded.wave_id
        and ranked.framework_version = graded.framework_version
        and ranked.insurer_id = graded.insurer_id
        and ranked.segment_type = graded.segment_type
        and ranked.segment_code = graded.segment_code
    left join bands
        on graded.band_from = bands.score_from
)

select * from final
