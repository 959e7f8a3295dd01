{% set columns = ['age_band', 'gender', 'region', 'tenure', 'sales_channel'] -%}

with

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

tenures as (
    select * from {{ ref('segments') }}
    where segment_type = 'tenure'
),

surveyed as (
    select distinct
        wave_id,
        insurer_id
    from respondents
),

persons as (
    select distinct
        insurer_id,
        person_key,
        coalesce(age_band, 'unknown') as age_band,
        coalesce(gender, 'unknown') as gender,
        coalesce(region, 'unknown') as region,
        coalesce(sales_channel, 'unknown') as sales_channel,
        customer_since
    from profiles
    where insurer_id is not null
),

-- Who became a customer after the wave could not have been asked.
customers as (
    select
        surveyed.wave_id,
        persons.*,
        {{ tenure_years('persons.customer_since', 'waves.starts_on') }} as tenure_years
    from surveyed
    inner join waves
        on surveyed.wave_id = waves.wave_id
    inner join persons
        on surveyed.insurer_id = persons.insurer_id
        and (persons.customer_since is null or waves.ends_on >= persons.customer_since)
),

placed as (
    select
        customers.*,
        coalesce(tenures.segment_code, 'unknown') as tenure
    from customers
    left join tenures
        on {{ is_in_tenure('customers.tenure_years', 'tenures') }}
),

final as (
    select
        wave_id,
        insurer_id,
        {{ segment_of_grouping(columns) }},
        count(*) as customer_count
    from placed
    group by grouping sets (
        {% for column in columns -%}
        (wave_id, insurer_id, {{ column }}){{ ',' if not loop.last }}
        {% endfor %}
    )
)

select * from final
