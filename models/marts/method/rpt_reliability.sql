with

items as (
    select * from {{ ref('int_survey_items_grouped') }}
),

item_reliabilities as (
    select * from {{ ref('int_item_reliabilities_estimated') }}
),

adequacies as (
    select * from {{ ref('int_sampling_adequacy_estimated') }}
),

indicator_pairs as (
    select * from {{ ref('int_indicator_pairs_correlated') }}
),

halves as (
    select * from {{ ref('int_halves_correlated') }}
),

known_groups as (
    select * from {{ ref('int_known_groups_compared') }}
),

pairs as (
    select * from {{ ref('validity_pairs') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

scoring as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

-- One row per subject: alpha is repeated on every item.
alphas as (
    select distinct
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        response_count,
        alpha
    from item_reliabilities
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

unioned as (
    select
        alphas.wave_id,
        alphas.framework_version,
        'cronbach_alpha' as statistic,
        alphas.subject_type,
        alphas.subject_code,
        '' as related_code,
        'responses' as unit,
        alphas.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        alphas.alpha as statistic_value,
        cast(null as double) as standard_error,
        rules.alpha_min as threshold
    from alphas
    cross join rules
    union all
    select
        item_reliabilities.wave_id,
        item_reliabilities.framework_version,
        'item_total_correlation' as statistic,
        item_reliabilities.subject_type,
        item_reliabilities.subject_code,
        items.question_code as related_code,
        'responses' as unit,
        item_reliabilities.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        item_reliabilities.item_total_correlation as statistic_value,
        cast(null as double) as standard_error,
        rules.item_total_min as threshold
    from item_reliabilities
    inner join items
        on item_reliabilities.framework_version = items.framework_version
        and item_reliabilities.subject_type = items.subject_type
        and item_reliabilities.subject_code = items.subject_code
        and item_reliabilities.item_position = items.item_position
    cross join rules
    union all
    select
        adequacies.wave_id,
        adequacies.framework_version,
        'sampling_adequacy' as statistic,
        'dimension' as subject_type,
        adequacies.dimension_code as subject_code,
        '' as related_code,
        'responses' as unit,
        alphas.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        adequacies.sampling_adequacy as statistic_value,
        cast(null as double) as standard_error,
        rules.sampling_adequacy_min as threshold
    from adequacies
    inner join alphas
        on adequacies.wave_id = alphas.wave_id
        and adequacies.framework_version = alphas.framework_version
        and alphas.subject_type = 'dimension'
        and adequacies.dimension_code = alphas.subject_code
    cross join rules
    union all
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
    union all
    select
        known_groups.wave_id,
        known_groups.framework_version,
        'known_groups_difference' as statistic,
        'groups' as subject_type,
        known_groups.pair_code as subject_code,
        pairs.first_code as related_code,
        'persons' as unit,
        least(known_groups.low_count, known_groups.high_count) as unit_count,
        rules.validity_persons_min as unit_min,
        known_groups.mean_difference as statistic_value,
        known_groups.standard_error,
        scoring.confidence_level_z * known_groups.standard_error as threshold
    from known_groups
    inner join pairs
        on known_groups.pair_code = pairs.pair_code
    cross join rules
    cross join scoring
),

final as (
    select
        wave_id,
        framework_version,
        statistic,
        subject_type,
        subject_code,
        related_code,
        unit,
        unit_count,
        case when unit_count >= unit_min then statistic_value end as statistic_value,
        case when unit_count >= unit_min then standard_error end as standard_error,
        case when unit_count >= unit_min then threshold end as threshold,
        case
            when unit_count < unit_min then 'too_few'
            when statistic_value is null then 'undefined'
            when statistic = 'known_groups_difference' and round(statistic_value, 6) < -round(threshold, 6) then 'negative'
            when statistic <> 'known_groups_difference' and round(statistic_value, 6) < 0 then 'negative'
            when statistic = 'indicator_correlation' and round(statistic_value, 6) > threshold then 'redundant'
            when statistic <> 'indicator_correlation' and round(statistic_value, 6) < round(threshold, 6) then 'low'
            else 'ok'
        end as verdict
    from unioned
)

select * from final
