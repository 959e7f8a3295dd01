with

ranked as (
    select * from {{ ref('int_scores_ranked') }}
),

pairs as (
    select * from {{ ref('int_insurer_pairs_tested') }}
    where is_significant
),

tie_groups as (
    select * from {{ ref('int_tie_groups_opened') }}
),

verdicts as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        other_insurer_id as insurer_id,
        1 as better_count,
        0 as worse_count
    from pairs
    union all
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        0 as better_count,
        1 as worse_count
    from pairs
),

counted as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        sum(better_count) as better_count,
        sum(worse_count) as worse_count
    from verdicts
    group by wave_id, framework_version, score_level, score_code, insurer_id
),

sized as (
    select
        ranked.*,
        count(*) over (partition by wave_id, framework_version, score_level, score_code) as ranked_count
    from ranked
),

-- A place can be lost only to insurers that are not significantly worse, and won only from those not significantly better.
bounded as (
    select
        sized.wave_id,
        sized.framework_version,
        sized.score_level,
        sized.score_code,
        sized.insurer_id,
        sized.rank_position,
        cast(1 + coalesce(counted.better_count, 0) as bigint) as rank_lower,
        cast(sized.ranked_count - coalesce(counted.worse_count, 0) as bigint) as rank_upper
    from sized
    left join counted
        on sized.wave_id = counted.wave_id
        and sized.framework_version = counted.framework_version
        and sized.score_level = counted.score_level
        and sized.score_code = counted.score_code
        and sized.insurer_id = counted.insurer_id
),

final as (
    select
        bounded.wave_id,
        bounded.framework_version,
        bounded.score_level,
        bounded.score_code,
        bounded.insurer_id,
        bounded.rank_position,
        bounded.rank_lower,
        bounded.rank_upper,
        max(tie_groups.tie_group) as tie_group
    from bounded
    inner join tie_groups
        on bounded.wave_id = tie_groups.wave_id
        and bounded.framework_version = tie_groups.framework_version
        and bounded.score_level = tie_groups.score_level
        and bounded.score_code = tie_groups.score_code
        and bounded.rank_position >= tie_groups.opened_by_rank
    group by
        bounded.wave_id,
        bounded.framework_version,
        bounded.score_level,
        bounded.score_code,
        bounded.insurer_id,
        bounded.rank_position,
        bounded.rank_lower,
        bounded.rank_upper
)

select * from final
