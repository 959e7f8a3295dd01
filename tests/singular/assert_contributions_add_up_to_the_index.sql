with

contributions as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        sum(cast(contribution_points as decimal(28, 15))) as contribution_points
    from {{ ref('int_score_contributions_split') }}
    group by wave_id, framework_version, insurer_id, segment_type, segment_code
),

adjustments as (
    select * from {{ ref('int_index_adjustments_completed') }}
),

index_scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index' and score is not null
)

select
    'wave ' || index_scores.wave_id || ', insurer ' || index_scores.insurer_id || ', segment '
    || index_scores.segment_code || ': contributions, adjustment and clip remainder differ from the index by '
    || cast(
        cast(contributions.contribution_points as double) + adjustments.adjustment_points
        + adjustments.clip_remainder - index_scores.score as string
    ) as problem
from index_scores
left join contributions
    on index_scores.wave_id = contributions.wave_id
    and index_scores.framework_version = contributions.framework_version
    and index_scores.insurer_id = contributions.insurer_id
    and index_scores.segment_type = contributions.segment_type
    and index_scores.segment_code = contributions.segment_code
left join adjustments
    on index_scores.wave_id = adjustments.wave_id
    and index_scores.framework_version = adjustments.framework_version
    and index_scores.insurer_id = adjustments.insurer_id
    and index_scores.segment_type = adjustments.segment_type
    and index_scores.segment_code = adjustments.segment_code
where
    contributions.contribution_points is null
    or adjustments.adjustment_points is null
    or abs(
        cast(contributions.contribution_points as double) + adjustments.adjustment_points
        + adjustments.clip_remainder - index_scores.score
    ) > 0.000000001
