with

scores as (
    select * from {{ ref('int_composite_scores_described') }}
    where score_level = 'dimension'
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'dimension'
),

ranked as (
    select
        scores.*,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group
    from scores
    left join ranks
        on scores.segment_type = 'all'
        and scores.wave_id = ranks.wave_id
        and scores.framework_version = ranks.framework_version
        and scores.insurer_id = ranks.insurer_id
        and scores.score_code = ranks.score_code
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
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
