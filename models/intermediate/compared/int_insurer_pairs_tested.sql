with

pairs as (
    select * from {{ ref('int_insurer_pairs_compared') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

measured as (
    select
        pairs.*,
        case when is_known and not is_certain
            then {{ difference_statistic('difference', 'reach_down', 'reach_up', 'confidence_level_z') }} end
        as difference_statistic
    from pairs
),

tested as (
    select
        measured.*,
        {{ two_sided_p('difference_statistic') }} as p_value,
        count(difference_statistic) over (
            partition by wave_id, framework_version, score_level, score_code
        ) as tested_count,
        row_number() over (
            partition by wave_id, framework_version, score_level, score_code
            order by round(difference_statistic, 6) desc nulls last, insurer_id asc, other_insurer_id asc
        ) as p_position
    from measured
),

-- Holm: over all pairs of a ranking, the chance of a single wrong difference stays below the error rate.
adjusted as (
    select
        tested.*,
        case when p_value is not null then max(least(p_value * (tested_count - p_position + 1), 1)) over (
            partition by wave_id, framework_version, score_level, score_code
            order by p_position asc
            rows between unbounded preceding and current row
        ) end as adjusted_p_value
    from tested
),

final as (
    select
        adjusted.wave_id,
        adjusted.framework_version,
        adjusted.score_level,
        adjusted.score_code,
        adjusted.insurer_id,
        adjusted.other_insurer_id,
        adjusted.rank_position,
        adjusted.other_rank_position,
        adjusted.difference,
        adjusted.difference_standard_error,
        adjusted.reach_down,
        adjusted.reach_up,
        adjusted.is_certain,
        adjusted.is_known,
        adjusted.difference_statistic,
        adjusted.p_position,
        adjusted.p_value,
        adjusted.adjusted_p_value,
        case when adjusted.is_certain then round(adjusted.difference, 6) > 0
            else coalesce(round(adjusted.adjusted_p_value, 6) <= rules.familywise_error_rate, false) end as is_significant
    from adjusted
    cross join rules
)

select * from final
