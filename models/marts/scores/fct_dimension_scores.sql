with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'dimension'
),

errors as (
    select * from {{ ref('int_score_errors_estimated') }}
    where score_level = 'dimension'
),

provisional as (
    select * from {{ ref('int_composites_provisional') }}
),

ranks as (
    select * from {{ ref('int_rank_intervals_counted') }}
    where score_level = 'dimension'
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

ranked as (
    select
        scores.*,
        coalesce(provisional.is_provisional, false) as is_provisional,
        errors.standard_error,
        {{ score_limit('scores.score', 'errors.standard_error', 'rules.confidence_level_z', -1) }} as score_lower,
        {{ score_limit('scores.score', 'errors.standard_error', 'rules.confidence_level_z', 1) }} as score_upper,
        ranks.rank_position is not null as is_rankable,
        ranks.rank_position,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.tie_group
    from scores
    left join errors
        on scores.wave_id = errors.wave_id
        and scores.framework_version = errors.framework_version
        and scores.insurer_id = errors.insurer_id
        and scores.score_code = errors.score_code
        and scores.segment_type = 'all'
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
    cross join rules
),

final as (
    select
        wave_id,
        insurer_id,
        segment_type,
        segment_code,
        framework_version,
        score_code as dimension_code,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown('base_count') }} as base_count,
        coverage_share,
        rank_position as rank,
        rank_lower,
        rank_upper,
        tie_group,
        case when is_provisional then 'provisional' else 'direct' end as estimation_status,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        is_rankable,
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
