with

endorsements as (
    select * from {{ ref('stg_policy__endorsements') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

final as (
    select
        endorsements.endorsement_id,
        endorsements.insurer_id,
        endorsements.customer_key,
        endorsements.product_line,
        endorsements.done_at,
        {{ days_between('endorsements.requested_at', 'endorsements.done_at') }} as endorsement_days,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when endorsements.done_at < endorsements.requested_at then 'done_before_requested'
        end as exclusion_reason
    from endorsements
    left join insurers
        on endorsements.insurer_id = insurers.insurer_id
)

select * from final
