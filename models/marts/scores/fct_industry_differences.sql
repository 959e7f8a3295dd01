with

differences as (
    select * from {{ ref('int_industry_differences_tested') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

judged as (
    select
        differences.*,
        round(differences.adjusted_p_value, 6) <= rules.false_discovery_rate as is_significant
    from differences
    cross join rules
),

final as (
    select
        wave_id,
        insurer_id,
        framework_version,
        score_level,
        score_code,
        {{ shown('score') }} as score,
        {{ shown('industry_score') }} as industry_score,
        {{ shown('difference') }} as difference,
        case when test_status = 'tested' then standard_error end as standard_error,
        case when test_status = 'tested' then difference - reach_down end as difference_lower,
        case when test_status = 'tested' then difference + reach_up end as difference_upper,
        p_value,
        adjusted_p_value,
        is_significant,
        case
            when is_significant and difference > 0 then 'above'
            when is_significant then 'below'
            when not is_significant then 'level'
        end as verdict_code,
        test_status,
        estimation_status,
        disclosure_status
    from judged
)

select * from final
