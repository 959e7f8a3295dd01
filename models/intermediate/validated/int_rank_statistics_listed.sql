with

indicator_pairs as (
    select * from {{ ref('int_indicator_pairs_correlated') }}
),

halves as (
    select * from {{ ref('int_halves_correlated') }}
),

pairs as (
    select * from {{ ref('validity_pairs') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

-- Which two indicators are to go together: the auxiliary with the core one it supports, and the pairs of the seed.
expected_pairs as (
    select
        framework_version,
        'core_auxiliary_correlation' as statistic,
        indicator_code as subject_code,
        supports_core_code as related_code
    from indicators
    where indicator_role = 'auxiliary' and supports_core_code is not null
    union all
    select distinct
        indicators.framework_version,
        'convergence_correlation' as statistic,
        pairs.first_code as subject_code,
        pairs.second_code as related_code
    from pairs
    inner join indicators
        on pairs.first_code = indicators.indicator_code
    where pairs.pair_kind = 'convergence'
),

final as (
    select
        indicator_pairs.wave_id,
        indicator_pairs.framework_version,
        'indicator_correlation' as statistic,
        'indicator' as subject_type,
        indicator_pairs.first_code as subject_code,
        indicator_pairs.second_code as related_code,
        'insurers' as unit,
        indicator_pairs.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        indicator_pairs.score_correlation as statistic_value,
        cast(null as double) as standard_error,
        rules.redundancy_correlation_max as threshold
    from indicator_pairs
    cross join rules
    union all
    select
        indicator_pairs.wave_id,
        indicator_pairs.framework_version,
        expected_pairs.statistic,
        'indicator' as subject_type,
        expected_pairs.subject_code,
        expected_pairs.related_code,
        'insurers' as unit,
        indicator_pairs.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        indicator_pairs.rank_correlation as statistic_value,
        cast(null as double) as standard_error,
        rules.validity_correlation_min as threshold
    from expected_pairs
    inner join indicator_pairs
        on expected_pairs.framework_version = indicator_pairs.framework_version
        and least(expected_pairs.subject_code, expected_pairs.related_code) = indicator_pairs.first_code
        and greatest(expected_pairs.subject_code, expected_pairs.related_code) = indicator_pairs.second_code
    cross join rules
    union all
    select
        halves.wave_id,
        halves.framework_version,
        'split_half_correlation' as statistic,
        halves.subject_type,
        halves.subject_code,
        '' as related_code,
        'insurers' as unit,
        halves.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        halves.half_correlation as statistic_value,
        cast(null as double) as standard_error,
        cast(null as double) as threshold
    from halves
    cross join rules
    union all
    select
        halves.wave_id,
        halves.framework_version,
        'split_half_reliability' as statistic,
        halves.subject_type,
        halves.subject_code,
        '' as related_code,
        'insurers' as unit,
        halves.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        halves.stepped_up_reliability as statistic_value,
        cast(null as double) as standard_error,
        rules.split_half_min as threshold
    from halves
    cross join rules
)

select * from final
