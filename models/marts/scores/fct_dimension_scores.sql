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

ranked as (
    select
        scores.*,
        coalesce(provisional.is_provisional, false) as is_provisional,
        intervals.standard_error,
        intervals.score_lower,
        intervals.score_upper,
        scores.has_rankable_base and scores.segment_type = 'all' and scores.disclosure_status = 'published' as is_rankable,
        row_number() over (
            partition by
                scores.wave_id, scores.framework_version, scores.score_code, scores.segment_type,
                scores.has_rankable_base and scores.segment_type = 'all' and scores.disclosure_status = 'published'
            order by round(scores.score, 6) desc nulls last, scores.base_count desc nulls last, scores.insurer_id asc
        ) as rank_position
    from scores
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
),

final as (
    select
        wave_id,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        framework_version,
        score_code as dimension_code,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown('base_count') }} as base_count,
        cast(null as double) as effective_base,
        cast(null as double) as design_effect,
        coverage_share,
        cast(case when is_rankable then rank_position end as bigint) as rank,
        {{ estimation_status('is_provisional', 'segment_type') }} as estimation_status,
        cast(pooled_wave_count as bigint) as pooled_wave_count,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        is_rankable,
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
