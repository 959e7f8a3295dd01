{% set margins = raking_margins() -%}

with

estimates as (
    select * from {{ ref('int_survey_estimates_numbered') }}
    where segment_type = 'all'
),

coefficients as (
    select * from {{ ref('int_raking_coefficients_estimated') }}
),

listed as (
    select * from {{ ref('int_respondent_levels_listed') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

persons as (
    select * from {{ ref('int_respondent_strata_counted') }}
),

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
    where stratum is not null
),

response_slots as (
    select
        response_id
        {%- for margin in margins %},
        max(case when margin = '{{ margin }}' then slot end) as {{ margin }}_slot
        {%- endfor %}
    from listed
    group by response_id
),

-- Every respondent, also who did not answer the question: the weights of all were fitted together.
explained as (
    select
        estimates.estimate_number,
        respondents.person_key,
        -cast(weights.relative_weight as double) * (
            {% for margin in margins -%}
            {{ '+ ' if not loop.first }}coalesce({{ margin }}_coefficients.coefficient, 0)
            {% endfor -%}
        ) as influence
    from respondents
    inner join weights
        on respondents.response_id = weights.response_id
    inner join estimates
        on respondents.wave_id = estimates.wave_id
        and respondents.insurer_id = estimates.insurer_id
    left join response_slots
        on respondents.response_id = response_slots.response_id
    {%- for margin in margins %}
    left join coefficients as {{ margin }}_coefficients
        on estimates.estimate_number = {{ margin }}_coefficients.estimate_number
        and response_slots.{{ margin }}_slot = {{ margin }}_coefficients.slot
    {%- endfor %}
    union all
    select
        estimates.estimate_number,
        sums.person_key,
        (cast(sums.weighted_numerator as double) - estimates.ratio * cast(sums.weighted_denominator as double))
        / estimates.denominator_sum as influence
    from sums
    inner join estimates
        on sums.wave_id = estimates.wave_id
        and sums.framework_version = estimates.framework_version
        and sums.insurer_id = estimates.insurer_id
        and sums.indicator_code = estimates.indicator_code
),

residuals as (
    select
        estimate_number,
        person_key,
        sum(cast(influence as decimal(38, 20))) as influence
    from explained
    group by estimate_number, person_key
),

centred as (
    select
        estimates.wave_id,
        estimates.framework_version,
        estimates.insurer_id,
        estimates.indicator_code,
        residuals.person_key,
        persons.variance_factor,
        persons.centring_factor,
        cast(residuals.influence as double) as influence,
        cast(sum(residuals.influence) over (partition by residuals.estimate_number, persons.stratum) as double)
        as stratum_influence
    from residuals
    inner join estimates
        on residuals.estimate_number = estimates.estimate_number
    inner join persons
        on estimates.wave_id = persons.wave_id
        and estimates.insurer_id = persons.insurer_id
        and residuals.person_key = persons.person_key
),

-- Centred and scaled, so that the squares of an indicator add up to its variance (through rows of the insurer).
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        sqrt(variance_factor)
        * (influence - coalesce(centring_factor / nullif(variance_factor, 0), 0) * stratum_influence) as ratio_influence
    from centred
)

select * from final
