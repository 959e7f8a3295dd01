with

crosswalk as (
    select * from {{ ref('stg_gate__person_crosswalk') }}
),

customers as (
    select * from {{ ref('stg_policy__customers') }}
),

-- A person with several customer numbers at one insurer has one profile there: that of the smallest customer key.
ranked as (
    select
        customers.insurer_id,
        crosswalk.person_key,
        customers.age_band,
        customers.gender,
        customers.region,
        customers.sales_channel,
        customers.customer_since,
        row_number() over (
            partition by customers.insurer_id, crosswalk.person_key
            order by customers.customer_key
        ) as profile_rank
    from customers
    inner join crosswalk
        on customers.customer_key = crosswalk.customer_key
),

customer_insurers as (
    select
        customer_key,
        insurer_id
    from customers
),

final as (
    select
        crosswalk.customer_key,
        crosswalk.person_key,
        ranked.insurer_id,
        ranked.age_band,
        ranked.gender,
        ranked.region,
        ranked.sales_channel,
        ranked.customer_since
    from crosswalk
    left join customer_insurers
        on crosswalk.customer_key = customer_insurers.customer_key
    left join ranked
        on customer_insurers.insurer_id = ranked.insurer_id
        and crosswalk.person_key = ranked.person_key
        and ranked.profile_rank = 1
)

select * from final
