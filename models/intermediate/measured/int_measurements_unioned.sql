{% set sources = [
    'int_contacts_measured', 'int_policies_measured', 'int_endorsements_measured', 'int_claims_measured',
    'int_open_claims_measured', 'int_complaints_measured', 'int_posts_measured',
] -%}

with

survey as (
    select * from {{ ref('int_survey_measured') }}
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

tenures as (
    select * from {{ ref('segments') }}
    where segment_type = 'tenure'
),

operational as (
    {% for source in sources -%}
    select
        '{{ source }}' as source_model,
        row_id,
        wave_id,
        insurer_id,
        customer_key,
        product_line,
        sales_channel,
        region,
        measure_code,
        numerator,
        denominator
    from {{ ref(source) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

described as (
    select
        operational.*,
        coalesce(profiles.person_key, operational.customer_key, operational.source_model || ' ' || operational.row_id)
        as person_key,
        coalesce(profiles.region, operational.region, 'unknown') as person_region,
        coalesce(operational.sales_channel, profiles.sales_channel, 'unknown') as person_channel,
        coalesce(profiles.age_band, 'unknown') as age_band,
        coalesce(profiles.gender, 'unknown') as gender,
        {{ tenure_years('profiles.customer_since', 'waves.starts_on') }} as tenure_years
    from operational
    inner join waves
        on operational.wave_id = waves.wave_id
    left join profiles
        on operational.customer_key = profiles.customer_key
),

final as (
    select
        'int_survey_measured' as source_model,
        survey.row_id,
        survey.wave_id,
        survey.insurer_id,
        respondents.person_key,
        respondents.product_line,
        respondents.sales_channel,
        respondents.region,
        respondents.age_band,
        respondents.gender,
        respondents.tenure,
        survey.measure_code,
        survey.numerator,
        survey.denominator,
        weights.relative_weight as weight
    from survey
    inner join respondents
        on survey.row_id = respondents.response_id
    inner join weights
        on survey.row_id = weights.response_id
    union all
    select
        described.source_model,
        described.row_id,
        described.wave_id,
        described.insurer_id,
        described.person_key,
        coalesce(described.product_line, 'unknown') as product_line,
        described.person_channel as sales_channel,
        described.person_region as region,
        described.age_band,
        described.gender,
        coalesce(tenures.segment_code, 'unknown') as tenure,
        described.measure_code,
        described.numerator,
        described.denominator,
        cast(1 as decimal(18, 9)) as weight
    from described
    left join tenures
        on {{ is_in_tenure('described.tenure_years', 'tenures') }}
)

select * from final
