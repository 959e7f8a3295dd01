with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_role <> 'component'
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

indicator_pairs as (
    select * from {{ ref('int_indicator_pairs_correlated') }}
),

item_reliabilities as (
    select * from {{ ref('int_item_reliabilities_estimated') }}
    where subject_type = 'measure'
),

criteria as (
    select first_code as criterion_code from {{ ref('validity_pairs') }}
    where pair_kind = 'criterion'
),

scoring as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

availabilities as (
    select
        wave_id,
        framework_version,
        indicator_code,
        count(*) as applicable_count,
        count(score) as available_count
    from scores
    group by wave_id, framework_version, indicator_code
),

eligible as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.indicator_code,
        cast(scores.score as decimal(28, 12)) as score,
        cast(power(scores.score_slope * scores.value_standard_error, 2) as decimal(38, 15)) as error_variance,
        -- A figure published by others has no persons of its own.
        case when indicators.estimator = 'published' or scores.base_count >= scoring.caution_below then 1 else 0 end
        as is_measurable,
        case when round(scores.score, 6) >= 100 then 1 else 0 end as is_at_ceiling,
        case when round(scores.score, 6) <= 0 then 1 else 0 end as is_at_floor
    from scores
    inner join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
    inner join indicators
        on scores.framework_version = indicators.framework_version
        and scores.indicator_code = indicators.indicator_code
    cross join scoring
    where assessed.is_eligible and scores.score is not null
),

moments as (
    select
        wave_id,
        framework_version,
        indicator_code,
        {{ correlation_moments('score', 'score') }},
        cast(sum(error_variance) as double) / nullif(count(error_variance), 0) as mean_error_variance,
        cast(sum(is_measurable) as double) / count(*) as measurable_share,
        cast(sum(is_at_ceiling) as double) / count(*) as ceiling_share,
        cast(sum(is_at_floor) as double) / count(*) as floor_share
    from eligible
    group by wave_id, framework_version, indicator_code
),

spreads as (
    select
        moments.wave_id,
        moments.framework_version,
        moments.indicator_code,
        moments.pair_count as insurer_count,
        moments.mean_error_variance,
        moments.measurable_share,
        moments.ceiling_share,
        moments.floor_share,
        case when moments.pair_count > 1 then greatest({{ covariance() }}, 0) end as score_variance
    from moments
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

judged_pairs as (
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
),

relevances as (
    select
        judged_pairs.wave_id,
        judged_pairs.framework_version,
        judged_pairs.indicator_code,
        judged_pairs.score_correlation as relevance_correlation
    from judged_pairs
    inner join criteria
        on judged_pairs.other_code = criteria.criterion_code
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

described as (
    select
        wave_versions.wave_id,
        indicators.framework_version,
        indicators.indicator_code,
        indicators.dimension_code,
        indicators.indicator_role,
        coalesce(availabilities.applicable_count, 0) as applicable_count,
        coalesce(spreads.insurer_count, 0) as insurer_count,
        cast(availabilities.available_count as double) / availabilities.applicable_count as availability_share,
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
    left join judged_pairs as closest
        on wave_versions.wave_id = closest.wave_id
        and indicators.framework_version = closest.framework_version
        and indicators.indicator_code = closest.indicator_code
        and closest.closeness_rank = 1
),

-- Two findings speak for retiring, the others for a look; what rests on too few insurers is not judged.
reasoned as (
    select
        described.*,
        concat_ws(
            ' ',
            case when coalesce(availability_share, 0) < availability_min then 'rarely_available' end,
            case when is_judged and round(greatest(ceiling_share, floor_share), 6) > one_end_share_max then 'at_one_end' end
        ) as retire_reasons,
        concat_ws(
            ' ',
            case when round(relevance_correlation, 6) < validity_correlation_min then 'not_relevant' end,
            case when is_judged and round(measurable_share, 6) < measurable_share_min then 'small_bases' end,
            case when is_judged and coalesce(round(signal_share, 6), 1) < signal_share_min then 'noise' end,
            case when round(alpha, 6) < alpha_min then 'inconsistent_items' end,
            case when round(closest_correlation, 6) > redundancy_correlation_max then 'redundant' end,
            case when owner_department is null then 'no_owner' end
        ) as review_reasons
    from described
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        dimension_code,
        indicator_role,
        applicable_count,
        insurer_count,
        availability_share,
        relevance_correlation,
        case when is_judged then measurable_share end as measurable_share,
        case when is_judged then score_standard_deviation end as score_standard_deviation,
        case when is_judged then signal_share end as signal_share,
        case when is_judged then ceiling_share end as ceiling_share,
        case when is_judged then floor_share end as floor_share,
        alpha,
        closest_code,
        closest_correlation,
        owner_department is not null as is_controllable,
        case
            when indicator_role = 'auxiliary' and coalesce(availability_share, 0) < availability_min then 'show_only'
            else 'score'
        end as scoring_advice,
        case
            when retire_reasons <> '' then 'retire_candidate'
            when review_reasons <> '' then 'review'
            when not coalesce(is_judged, false) then 'too_few'
            else 'keep'
        end as verdict,
        trim(retire_reasons || ' ' || review_reasons) as reason
    from reasoned
)

select * from final
