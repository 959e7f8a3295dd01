with

scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

provisional as (
    select * from {{ ref('int_indicators_provisional') }}
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'indicator'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

ranked as (
    select
        scores.*,
        wave_versions.is_official as is_official_version,
        provisional.is_provisional,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group
    from scores
    inner join wave_versions
        on scores.wave_id = wave_versions.wave_id
        and scores.framework_version = wave_versions.framework_version
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.indicator_code = provisional.indicator_code
    left join ranks
        on scores.wave_id = ranks.wave_id
        and scores.framework_version = ranks.framework_version
        and scores.insurer_id = ranks.insurer_id
        and scores.indicator_code = ranks.score_code
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
        dimension_code,
        indicator_code,
        {{ shown('indicator_value') }} as value,
        {{ shown('median_value') }} as median_value,
        {{ shown('standard_deviation') }} as standard_deviation,
        {{ shown('value_standard_error') }} as value_standard_error,
        {{ shown('value_lower') }} as value_lower,
        {{ shown('value_upper') }} as value_upper,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown('base_count') }} as base_count,
        {{ shown('effective_base') }} as effective_base,
        {{ shown('design_effect') }} as design_effect,
        {{ shown('base_count / nullif(effective_base, 0)') }} as weighting_design_effect,
        rank_position as rank,
        rank_lower,
        rank_upper,
        tie_group,
        {{ estimation_status('is_provisional', 'segment_type') }} as estimation_status,
        cast(pooled_wave_count as bigint) as pooled_wave_count,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        {{ unless_hidden('is_scored') }} as is_scored,
        is_rankable,
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
