with

changes as (
    select * from {{ ref('int_score_changes_tested') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

judged as (
    select
        changes.*,
        round(changes.adjusted_p_value, 6) <= rules.false_discovery_rate as is_significant
    from changes
    cross join rules
),

final as (
    select
        wave_id,
        insurer_id,
        segment_type,
        segment_code,
        framework_version,
        score_level,
        score_code,
        comparison,
        before_wave_id,
        {{ shown('indicator_value') }} as value,
        {{ shown('before_indicator_value') }} as before_value,
        {{ shown('indicator_value - before_indicator_value') }} as value_change,
        {{ shown('score') }} as score,
        {{ shown('before_score') }} as before_score,
        {{ shown('score_change') }} as score_change,
        case when test_status = 'tested' then standard_error end as standard_error,
        case when test_status = 'tested' then score_change - reach_down end as change_lower,
        case when test_status = 'tested' then score_change + reach_up end as change_upper,
        p_value,
        adjusted_p_value,
        is_significant,
        case
            when is_significant and score_change > 0 then 'up'
            when is_significant then 'down'
            when not is_significant then 'flat'
        end as verdict_code,
        test_status,
        estimation_status,
        disclosure_status
    from judged
    -- A row of a group too small would say that it has somebody.
    where disclosure_status <> 'small_n' or segment_type = 'all'
)

select * from final
