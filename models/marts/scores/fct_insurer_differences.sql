with

pairs as (
    select * from {{ ref('int_insurer_pairs_tested') }}
    where score_level <> 'indicator'
),

final as (
    select
        wave_id,
        insurer_id,
        other_insurer_id,
        framework_version,
        score_level,
        score_code,
        difference,
        case when is_known and not is_certain then difference_standard_error end as standard_error,
        case when is_known and not is_certain then difference - reach_down end as difference_lower,
        case when is_known and not is_certain then difference + reach_up end as difference_upper,
        p_value,
        adjusted_p_value,
        is_significant
    from pairs
)

select * from final
