with recursive

ranked as (
    select * from {{ ref('int_scores_ranked') }}
),

pairs as (
    select * from {{ ref('int_insurer_pairs_tested') }}
    where is_significant
),

-- For everyone who could lead a group: the first below whom it beats opens the next one.
successors as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        rank_position,
        min(other_rank_position) as next_rank
    from pairs
    group by wave_id, framework_version, score_level, score_code, rank_position
),

final as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        cast(1 as bigint) as tie_group,
        rank_position as opened_by_rank
    from ranked
    where rank_position = 1
    union all
    select
        final.wave_id,
        final.framework_version,
        final.score_level,
        final.score_code,
        final.tie_group + 1 as tie_group,
        successors.next_rank as opened_by_rank
    from final
    inner join successors
        on final.wave_id = successors.wave_id
        and final.framework_version = successors.framework_version
        and final.score_level = successors.score_level
        and final.score_code = successors.score_code
        and final.opened_by_rank = successors.rank_position
)

select * from final
