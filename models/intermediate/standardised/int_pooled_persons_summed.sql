with

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

exposures as (
    select * from {{ ref('int_exposure_totals_summed') }}
    where segment_type = 'all' and exposure_denominator_sum > 0
),

-- A person in several waves of a window is one cluster, with the sum.
final as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        sums.indicator_code,
        sums.person_key,
        -- Waves differ in strata and margins: over a window weights count as given and persons as one sample.
        cast(null as string) as stratum,
        cast(1 as double) as variance_factor,
        cast(sum(sums.weighted_numerator) as decimal(28, 9)) as weighted_numerator,
        cast(sum(sums.weighted_denominator) as decimal(28, 9)) as weighted_denominator,
        cast(sum(sums.weighted_square) as decimal(28, 9)) as weighted_square
    from windows
    inner join sums
        on windows.pooled_wave_id = sums.wave_id
        and windows.framework_version = sums.framework_version
        and windows.insurer_id = sums.insurer_id
    inner join indicators
        on sums.framework_version = indicators.framework_version
        and sums.indicator_code = indicators.indicator_code
    left join exposures
        on sums.wave_id = exposures.wave_id
        and sums.framework_version = exposures.framework_version
        and sums.insurer_id = exposures.insurer_id
        and sums.indicator_code = exposures.indicator_code
    -- Events count only in waves whose exposure is known, or the rate would have too many.
    where indicators.estimator <> 'exposure_rate' or exposures.indicator_code is not null
    group by
        windows.wave_id, windows.framework_version, windows.insurer_id, sums.indicator_code, sums.person_key
)

select * from final
