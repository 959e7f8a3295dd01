with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
),

intervals as (
    select * from {{ ref('int_composite_intervals_completed') }}
),

provisional as (
    select * from {{ ref('int_composites_provisional') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

links as (
    select * from {{ ref('int_link_factors_chained') }}
),

final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.score_level,
        scores.score_code,
        scores.applicable_weight,
        scores.coverage_share,
        scores.score,
        scores.base_count,
        scores.disclosure_base_count,
        scores.pooled_wave_count,
        scores.disclosure_status,
        scores.is_caution,
        scores.has_rankable_base,
        wave_versions.is_official as is_official_version,
        links.link_factor,
        coalesce(provisional.is_provisional, false) as is_provisional,
        intervals.standard_error,
        intervals.score_lower,
        intervals.score_upper
    from scores
    inner join wave_versions
        on scores.wave_id = wave_versions.wave_id
        and scores.framework_version = wave_versions.framework_version
    left join links
        on scores.framework_version = links.framework_version
        and scores.score_level = links.score_level
        and scores.score_code = links.score_code
    left join intervals
        on scores.wave_id = intervals.wave_id
        and scores.framework_version = intervals.framework_version
        and scores.insurer_id = intervals.insurer_id
        and scores.segment_type = intervals.segment_type
        and scores.segment_code = intervals.segment_code
        and scores.score_level = intervals.score_level
        and scores.score_code = intervals.score_code
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.insurer_id = provisional.insurer_id
        and scores.segment_type = provisional.segment_type
        and scores.segment_code = provisional.segment_code
        and scores.score_code = provisional.score_code
)

select * from final
