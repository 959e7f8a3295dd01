with

item_statistics as (
    select * from {{ ref('int_item_statistics_listed') }}
),

rank_statistics as (
    select * from {{ ref('int_rank_statistics_listed') }}
),

calibration_statistics as (
    select * from {{ ref('int_calibration_statistics_listed') }}
),

known_groups as (
    select * from {{ ref('int_known_groups_compared') }}
),

pairs as (
    select * from {{ ref('validity_pairs') }}
),

scoring as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

group_statistics as (
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

unioned as (
    select * from item_statistics
    union all
    select * from rank_statistics
    union all
    select * from calibration_statistics
    union all
    select * from group_statistics
),

bounded as (
    select
        unioned.*,
        scoring.scores_persons_min
    from unioned
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
        -- A count of one to nine persons is hidden; insurers and indicators may be counted.
        case when unit not in ('persons', 'responses') or {{ is_sayable('unit_count', 'scores_persons_min') }}
            then unit_count end as unit_count,
        case when unit_count >= unit_min then statistic_value end as statistic_value,
        case when unit_count >= unit_min then standard_error end as standard_error,
        case when unit_count >= unit_min then threshold end as threshold,
        case
            when unit_count < unit_min then 'too_few'
            when statistic_value is null then 'undefined'
            when statistic = 'calibration_difference' then 'not_judged'
            when statistic = 'known_groups_difference' and round(statistic_value, 6) < -round(threshold, 6) then 'negative'
            when statistic <> 'known_groups_difference' and round(statistic_value, 6) < 0 then 'negative'
            when statistic = 'indicator_correlation' and round(statistic_value, 6) > threshold then 'redundant'
            when statistic <> 'indicator_correlation' and round(statistic_value, 6) < round(threshold, 6) then 'low'
            else 'ok'
        end as verdict
    from bounded
)

select * from final
