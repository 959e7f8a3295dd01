with

figures as (
    select * from {{ ref('stg_published__figures') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

-- Published figures name an indicator; some version of their wave must know it.
published_indicators as (
    select distinct
        wave_versions.wave_id,
        indicators.indicator_code
    from wave_versions
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    where indicators.estimator = 'published'
),

final as (
    select
        waves.wave_id,
        figures.provider,
        figures.period_starts_on,
        figures.period_ends_on,
        figures.insurer_id,
        figures.indicator_code,
        -- The pair where both are published, else the value by itself; halves are not mixed.
        case when figures.numerator is not null and figures.denominator is not null then figures.numerator
            else figures.figure_value end as numerator,
        case when figures.numerator is not null and figures.denominator is not null then figures.denominator
            else 1.0 end as denominator,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when waves.wave_id is null then 'period_not_one_wave'
            when published_indicators.indicator_code is null then 'indicator_unknown'
            when figures.figure_value is null and (figures.numerator is null or figures.denominator is null)
                then 'figure_incomplete'
            when row_number() over (
                partition by figures.period_starts_on, figures.period_ends_on, figures.insurer_id, figures.indicator_code
                order by figures.provider
            ) > 1 then 'second_provider'
        end as exclusion_reason
    from figures
    left join insurers
        on figures.insurer_id = insurers.insurer_id
    left join waves
        on figures.period_starts_on = waves.starts_on
        and figures.period_ends_on = waves.ends_on
    left join published_indicators
        on waves.wave_id = published_indicators.wave_id
        and figures.indicator_code = published_indicators.indicator_code
)

select * from final
