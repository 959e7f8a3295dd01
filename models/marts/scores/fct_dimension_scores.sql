with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'dimension'
),

intervals as (
    select * from {{ ref('int_composite_intervals_completed') }}
    where score_level = 'dimension'
),

provisional as (
    select * from {{ ref('int_composites_provisional') }}
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'dimension'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

links as (
    select * from {{ ref('int_link_factors_chained') }}
    where score_level = 'dimension'
),

ranked as (
    select
        scores.*,
        wave_versions.is_official as is_official_version,
        links.link_factor,
        coalesce(provisional.is_provisional, false) as is_provisional,
        intervals.standard_error,
        intervals.score_lower,
        intervals.score_upper,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group
    from scores
    inner join wave_versions
        on scores.wave_id = wave_versions.wave_id
        and scores.framework_version = wave_versions.framework_version
    left join links
        on scores.framework_version = links.framework_version
        and scores.score_code = links.score_code
    left join intervals
        on scores.wave_id = intervals.wave_id
        and scores.framework_version = intervals.framework_version
        and scores.insurer_id = intervals.insurer_id
        and scores.segment_type = intervals.segment_type
        and scores.segment_code = intervals.segment_code
        and scores.score_code = intervals.score_code
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.insurer_id = provisional.insurer_id
        and scores.segment_type = provisional.segment_type
        and scores.segment_code = provisional.segment_code
        and scores.score_code = provisional.score_code
    left join ranks
        on scores.wave_id = ranks.wave_id
        and scores.framework_version = ranks.framework_version
        and scores.insurer_id = ranks.insurer_id
        and scores.score_code = ranks.score_code
        and scores.segment_type = 'all'
),

final as (
    select
        wave_id,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        framework_version,
        is_official_version,
        score_code as dimension_code,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown(linked_score('score', 'link_factor')) }} as linked_score,
        {{ shown(is_link_clipped('score', 'link_factor')) }} as is_link_clipped,
        {{ shown('base_count') }} as base_count,
        cast(null as double) as effective_base,
        cast(null as double) as design_effect,
        coverage_share,
        rank_position as rank,
        rank_lower,
        rank_upper,
        tie_group,
        {{ estimation_status('is_provisional', 'segment_type') }} as estimation_status,
        cast(pooled_wave_count as bigint) as pooled_wave_count,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        is_rankable,
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
