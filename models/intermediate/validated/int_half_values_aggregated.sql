with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where estimator in ('mean', 'share') and indicator_role <> 'component'
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

-- By a hash of the person, not of the row: all that one person says or does falls into one half.
halved as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        case when substr(md5(person_key), 1, 1) < '8' then 'first' else 'second' end as half_code,
        weighted_numerator,
        weighted_denominator
    from sums
),

ratios as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        half_code,
        cast(sum(weighted_numerator) as double) / nullif(cast(sum(weighted_denominator) as double), 0) as ratio
    from halved
    group by wave_id, framework_version, insurer_id, indicator_code, half_code
),

final as (
    select
        ratios.wave_id,
        ratios.framework_version,
        ratios.insurer_id,
        ratios.indicator_code,
        ratios.half_code,
        ratios.ratio * indicators.multiplier
        * case when indicators.time_basis = 'per_quarter' then waves.quarter_share else cast(1 as double) end as half_value
    from ratios
    inner join indicators
        on ratios.framework_version = indicators.framework_version
        and ratios.indicator_code = indicators.indicator_code
    inner join waves
        on ratios.wave_id = waves.wave_id
    where ratios.ratio is not null
)

select * from final
