with

availabilities as (
    select * from {{ ref('int_indicator_availabilities_counted') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

spreads as (
    select * from {{ ref('int_indicator_spreads_estimated') }}
),

neighbours as (
    select * from {{ ref('int_indicator_neighbours_ranked') }}
),

item_reliabilities as (
    select * from {{ ref('int_item_reliabilities_estimated') }}
    where subject_type = 'measure'
),

criteria as (
    select first_code as criterion_code from {{ ref('validity_pairs') }}
    where pair_kind = 'criterion'
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

relevances as (
    select
        neighbours.wave_id,
        neighbours.framework_version,
        neighbours.indicator_code,
        neighbours.score_correlation as relevance_correlation
    from neighbours
    inner join criteria
        on neighbours.other_code = criteria.criterion_code
),

alphas as (
    select distinct
        item_reliabilities.wave_id,
        item_reliabilities.framework_version,
        item_reliabilities.subject_code as measure_code,
        item_reliabilities.alpha
    from item_reliabilities
    cross join rules
    where item_reliabilities.response_count >= rules.validity_persons_min
),

final as (
    select
        wave_versions.wave_id,
        indicators.framework_version,
        indicators.indicator_code,
        indicators.dimension_code,
        indicators.indicator_role,
        coalesce(availabilities.applicable_count, 0) as applicable_count,
        coalesce(spreads.insurer_count, 0) as insurer_count,
        availabilities.availability_share,
        coalesce(availabilities.is_shown_only, false) as is_shown_only,
        relevances.relevance_correlation,
        spreads.measurable_share,
        sqrt(spreads.score_variance) as score_standard_deviation,
        case
            when round(spreads.score_variance, 6) = 0 then cast(0 as double)
            when spreads.mean_error_variance is not null
                then greatest(1 - spreads.mean_error_variance / spreads.score_variance, 0)
        end as signal_share,
        spreads.ceiling_share,
        spreads.floor_share,
        alphas.alpha,
        closest.other_code as closest_code,
        closest.score_correlation as closest_correlation,
        indicators.owner_department,
        spreads.insurer_count >= rules.validity_insurers_min as is_judged,
        rules.availability_min,
        rules.one_end_share_max,
        rules.signal_share_min,
        rules.measurable_share_min,
        rules.validity_correlation_min,
        rules.redundancy_correlation_max,
        rules.alpha_min
    from wave_versions
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    cross join rules
    left join availabilities
        on wave_versions.wave_id = availabilities.wave_id
        and indicators.framework_version = availabilities.framework_version
        and indicators.indicator_code = availabilities.indicator_code
    left join spreads
        on wave_versions.wave_id = spreads.wave_id
        and indicators.framework_version = spreads.framework_version
        and indicators.indicator_code = spreads.indicator_code
    left join relevances
        on wave_versions.wave_id = relevances.wave_id
        and indicators.framework_version = relevances.framework_version
        and indicators.indicator_code = relevances.indicator_code
    left join alphas
        on wave_versions.wave_id = alphas.wave_id
        and indicators.framework_version = alphas.framework_version
        and indicators.numerator_measure = alphas.measure_code
    left join neighbours as closest
        on wave_versions.wave_id = closest.wave_id
        and indicators.framework_version = closest.framework_version
        and indicators.indicator_code = closest.indicator_code
        and closest.closeness_rank = 1
)

select * from final
