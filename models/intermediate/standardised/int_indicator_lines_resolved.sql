with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

applicability as (
    select * from {{ ref('indicator_applicability') }}
),

limited as (
    select distinct indicator_code from applicability
),

measured as (
    select
        framework_version,
        indicator_code,
        numerator_measure as measure_code,
        true as is_numerator,
        numerator_measure = denominator_measure as is_denominator
    from indicators
    where numerator_measure is not null
    union all
    select
        framework_version,
        indicator_code,
        denominator_measure as measure_code,
        false as is_numerator,
        true as is_denominator
    from indicators
    where denominator_measure <> numerator_measure
),

-- One row per wave, version, indicator, measure it uses and product line its rows may come from; null = every line.
final as (
    select
        wave_versions.wave_id,
        wave_versions.framework_version,
        measured.indicator_code,
        measured.measure_code,
        measured.is_numerator,
        measured.is_denominator,
        applicability.product_line
    from wave_versions
    inner join measured
        on wave_versions.framework_version = measured.framework_version
    left join limited
        on measured.indicator_code = limited.indicator_code
    left join applicability
        on limited.indicator_code = applicability.indicator_code
)

select * from final
