with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where score is not null
),

indicators as (
    select * from {{ ref('indicators') }}
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
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.indicator_code,
        scores.base_count,
        scores.indicator_value,
        indicators.estimator,
        shares.industry_share,
        -- Survey sums are relative to the insurer's mean weight; pooled, each counts with its customers.
        cast(scores.denominator_sum * case when measures.source_model = 'int_responses_screened'
            then insurer_weights.insurer_mean_weight else 1.0 end as decimal(28, 9)) as pooled_denominator
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

-- The pooled ratio is the mean of the insurers' ratios, weighted by their denominators.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        base_count,
        indicator_value,
        pooled_denominator,
        -- A derived indicator has no sums to pool: its line is the mean of the insurers, weighted by persons insured.
        case
            when estimator = 'derived' then industry_share
            else cast(pooled_denominator as double) / nullif(cast(sum(pooled_denominator) over (
                partition by wave_id, framework_version, segment_type, segment_code, indicator_code
            ) as double), 0)
        end as value_share
    from pooled
)

select * from final
