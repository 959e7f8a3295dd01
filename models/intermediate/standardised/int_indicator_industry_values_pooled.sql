with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where score is not null
),

indicators as (
    select * from {{ ref('indicators') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'indicator'
),

insurer_weights as (
    select distinct
        wave_id,
        insurer_id,
        insurer_mean_weight
    from {{ ref('int_respondent_weights_calibrated') }}
),

pooled as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.segment_type,
        scores.segment_code,
        scores.indicator_code,
        scores.base_count,
        -- Survey sums are relative to the insurer's mean weight; pooled, each counts with its customers.
        case when measures.source_model = 'int_responses_screened' then insurer_weights.insurer_mean_weight else 1.0 end
        as insurer_weight,
        shares.industry_share * scores.indicator_value as weighted_value,
        scores.numerator_sum,
        scores.denominator_sum
    from scores
    inner join shares
        on scores.wave_id = shares.wave_id
        and scores.framework_version = shares.framework_version
        and scores.insurer_id = shares.insurer_id
        and scores.segment_type = shares.segment_type
        and scores.segment_code = shares.segment_code
        and scores.indicator_code = shares.score_code
    inner join indicators
        on scores.framework_version = indicators.framework_version
        and scores.indicator_code = indicators.indicator_code
    left join measures
        on indicators.denominator_measure = measures.measure_code
    left join insurer_weights
        on scores.wave_id = insurer_weights.wave_id
        and scores.insurer_id = insurer_weights.insurer_id
),

summed as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        indicator_code,
        cast(sum(base_count) as bigint) as base_count,
        cast(sum(cast(weighted_value as decimal(28, 12))) as double) as weighted_value,
        cast(sum(cast(insurer_weight * numerator_sum as decimal(28, 9))) as double) as numerator_sum,
        cast(sum(cast(insurer_weight * denominator_sum as decimal(28, 9))) as double) as denominator_sum
    from pooled
    group by wave_id, framework_version, segment_type, segment_code, indicator_code
),

final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.segment_type,
        summed.segment_code,
        summed.indicator_code,
        summed.base_count,
        summed.denominator_sum,
        -- A derived indicator has no sums to pool: its line is the mean of the insurers, weighted by persons insured.
        case
            when indicators.estimator = 'derived' then summed.weighted_value
            else
                indicators.multiplier
                * case when indicators.time_basis = 'per_quarter' then waves.quarter_share else 1.0 end
                * summed.numerator_sum / nullif(summed.denominator_sum, 0)
        end as indicator_value
    from summed
    inner join waves
        on summed.wave_id = waves.wave_id
    inner join indicators
        on summed.framework_version = indicators.framework_version
        and summed.indicator_code = indicators.indicator_code
)

select * from final
