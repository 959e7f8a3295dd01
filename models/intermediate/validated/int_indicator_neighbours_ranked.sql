with

indicator_pairs as (
    select * from {{ ref('int_indicator_pairs_correlated') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

both_ways as (
    select
        wave_id,
        framework_version,
        first_code as indicator_code,
        second_code as other_code,
        insurer_count,
        score_correlation
    from indicator_pairs
    union all
    select
        wave_id,
        framework_version,
        second_code as indicator_code,
        first_code as other_code,
        insurer_count,
        score_correlation
    from indicator_pairs
),

final as (
    select
        both_ways.wave_id,
        both_ways.framework_version,
        both_ways.indicator_code,
        both_ways.other_code,
        both_ways.score_correlation,
        row_number() over (
            partition by both_ways.wave_id, both_ways.framework_version, both_ways.indicator_code
            order by round(both_ways.score_correlation, 6) desc nulls last, both_ways.other_code asc
        ) as closeness_rank
    from both_ways
    cross join rules
    where both_ways.insurer_count >= rules.validity_insurers_min
)

select * from final
