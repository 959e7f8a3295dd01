with

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role = 'auxiliary'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
    where is_official
),

waves as (
    select
        wave_id,
        row_number() over (order by starts_at_utc asc) as wave_number
    from {{ ref('int_waves_begun') }}
),

indicator_pairs as (
    select * from {{ ref('int_indicator_pairs_correlated') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

correlated as (
    select
        waves.wave_number,
        wave_versions.wave_id,
        wave_versions.framework_version,
        indicators.indicator_code,
        indicators.supports_core_code,
        indicator_pairs.rank_correlation,
        case when round(abs(indicator_pairs.rank_correlation), 6) < rules.validity_correlation_min then 1 else 0 end
        as is_weak
    from wave_versions
    inner join waves
        on wave_versions.wave_id = waves.wave_id
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    inner join indicator_pairs
        on wave_versions.wave_id = indicator_pairs.wave_id
        and wave_versions.framework_version = indicator_pairs.framework_version
        and least(indicators.indicator_code, indicators.supports_core_code) = indicator_pairs.first_code
        and greatest(indicators.indicator_code, indicators.supports_core_code) = indicator_pairs.second_code
    cross join rules
    where indicator_pairs.insurer_count >= rules.validity_insurers_min
),

-- Over the wave and those before it, whatever the version: a wave without a correlation breaks the run.
final as (
    select
        now.wave_id,
        now.framework_version,
        now.indicator_code,
        now.supports_core_code,
        now.rank_correlation,
        sum(past.is_weak) as weak_wave_count,
        max(rules.review_waves) as review_waves
    from correlated as now
    cross join rules
    inner join correlated as past
        on now.indicator_code = past.indicator_code
        and now.supports_core_code = past.supports_core_code
        and now.wave_number >= past.wave_number
        and now.wave_number < past.wave_number + rules.review_waves
    group by
        now.wave_id, now.framework_version, now.indicator_code, now.supports_core_code, now.rank_correlation
)

select * from final
