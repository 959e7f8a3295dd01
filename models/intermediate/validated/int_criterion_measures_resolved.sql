with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

versions as (
    select * from {{ ref('framework_versions') }}
),

pairs as (
    select * from {{ ref('validity_pairs') }}
    where pair_kind = 'criterion'
),

indicators as (
    select * from {{ ref('indicators') }}
    where numerator_measure = denominator_measure
),

measures as (
    select * from {{ ref('int_measures_timed') }}
    where source_model = 'int_responses_screened'
),

-- The indicator that relevance is judged against is the overall score of a response, if the survey asks for it. Where
-- two versions score a wave the newer speaks.
ranked as (
    select
        wave_versions.wave_id,
        indicators.framework_version,
        indicators.indicator_code,
        indicators.numerator_measure as measure_code,
        indicators.multiplier,
        row_number() over (
            partition by wave_versions.wave_id
            order by versions.valid_from desc, versions.framework_version desc
        ) as version_rank
    from wave_versions
    inner join versions
        on wave_versions.framework_version = versions.framework_version
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    inner join pairs
        on indicators.indicator_code = pairs.first_code
    inner join measures
        on indicators.numerator_measure = measures.measure_code
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        measure_code,
        multiplier
    from ranked
    where version_rank = 1
)

select * from final
