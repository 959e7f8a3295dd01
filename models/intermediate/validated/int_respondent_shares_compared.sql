with

respondents as (
    select * from {{ ref('int_respondent_segments_counted') }}
    where segment_code <> 'unknown'
),

customers as (
    select * from {{ ref('int_customer_segments_counted') }}
    where segment_code <> 'unknown'
),

-- A level that only one side has is a share of zero on the other.
levels as (
    select
        coalesce(customers.wave_id, respondents.wave_id) as wave_id,
        coalesce(customers.insurer_id, respondents.insurer_id) as insurer_id,
        coalesce(customers.segment_type, respondents.segment_type) as segment_type,
        coalesce(customers.segment_code, respondents.segment_code) as segment_code,
        coalesce(customers.customer_count, 0) as customer_count,
        coalesce(respondents.respondent_count, 0) as respondent_count,
        cast(coalesce(respondents.weight_sum, 0) as decimal(28, 9)) as weight_sum
    from customers
    full outer join respondents
        on customers.wave_id = respondents.wave_id
        and customers.insurer_id = respondents.insurer_id
        and customers.segment_type = respondents.segment_type
        and customers.segment_code = respondents.segment_code
),

totals as (
    select
        levels.*,
        sum(customer_count) over (partition by wave_id, insurer_id, segment_type) as customer_total,
        sum(respondent_count) over (partition by wave_id, insurer_id, segment_type) as respondent_total,
        sum(weight_sum) over (partition by wave_id, insurer_id, segment_type) as weight_total
    from levels
),

final as (
    select
        wave_id,
        insurer_id,
        segment_type,
        segment_code,
        customer_count,
        respondent_count,
        cast(customer_count as double) / nullif(customer_total, 0) as customer_share,
        cast(respondent_count as double) / nullif(respondent_total, 0) as respondent_share,
        cast(weight_sum as double) / nullif(cast(weight_total as double), 0) as weighted_share
    from totals
)

select * from final
