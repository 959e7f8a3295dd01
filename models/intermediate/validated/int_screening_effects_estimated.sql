with

valid_rows as (
    select * from {{ ref('int_survey_measured') }}
),

careless_rows as (
    select * from {{ ref('int_careless_responses_measured') }}
),

responses as (
    select * from {{ ref('int_responses_described') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where numerator_measure = denominator_measure
),

unioned as (
    select
        row_id,
        wave_id,
        insurer_id,
        measure_code,
        numerator,
        denominator,
        false as is_careless
    from valid_rows
    union all
    select
        row_id,
        wave_id,
        insurer_id,
        measure_code,
        numerator,
        denominator,
        true as is_careless
    from careless_rows
),

-- Careless responses have no calibrated weight: both sides carry the weights of the design.
weighted as (
    select
        unioned.wave_id,
        unioned.insurer_id,
        unioned.measure_code,
        responses.person_key,
        unioned.is_careless,
        cast(responses.design_weight * cast(unioned.numerator as double) as decimal(28, 9)) as weighted_numerator,
        cast(responses.design_weight * cast(unioned.denominator as double) as decimal(28, 9)) as weighted_denominator
    from unioned
    inner join responses
        on unioned.row_id = responses.response_id
),

summed as (
    select
        wave_id,
        insurer_id,
        measure_code,
        count(distinct case when not is_careless then person_key end) as valid_person_count,
        count(distinct case when is_careless then person_key end) as careless_person_count,
        cast(sum(weighted_numerator) as double) as numerator_all,
        cast(sum(weighted_denominator) as double) as denominator_all,
        cast(sum(case when not is_careless then weighted_numerator end) as double) as numerator_screened,
        cast(sum(case when not is_careless then weighted_denominator end) as double) as denominator_screened
    from weighted
    group by wave_id, insurer_id, measure_code
),

valued as (
    select
        summed.wave_id,
        wave_versions.framework_version,
        summed.insurer_id,
        indicators.indicator_code,
        summed.valid_person_count,
        summed.careless_person_count,
        indicators.multiplier * summed.numerator_all / nullif(summed.denominator_all, 0) as value_all,
        indicators.multiplier * summed.numerator_screened / nullif(summed.denominator_screened, 0) as value_screened
    from summed
    inner join wave_versions
        on summed.wave_id = wave_versions.wave_id
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
        and summed.measure_code = indicators.numerator_measure
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        valid_person_count,
        careless_person_count,
        value_all,
        value_screened,
        value_screened - value_all as value_difference
    from valued
)

select * from final
