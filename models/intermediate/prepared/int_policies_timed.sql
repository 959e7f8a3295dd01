with

applications as (
    select * from {{ ref('stg_policy__applications') }}
),

products as (
    select * from {{ ref('stg_policy__products') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

classified as (
    select
        applications.*,
        case when coalesce(products.is_long_term, false) then 'long_term' else 'short_term' end as term_class,
        case when coalesce(products.is_long_term, false) then applications.premium_paid_at else applications.renewed_at end
            as continued_at,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when applications.issued_at < applications.started_at then 'issued_before_started'
            when applications.delivered_at < applications.issued_at then 'delivered_before_issued'
        end as exclusion_reason
    from applications
    left join products
        on applications.product_id = products.product_id
    left join insurers
        on applications.insurer_id = insurers.insurer_id
),

final as (
    select
        classified.application_id,
        classified.insurer_id,
        classified.customer_key,
        classified.product_line,
        classified.sales_channel,
        classified.term_class,
        classified.started_at,
        classified.issued_at,
        classified.callback_due_at,
        classified.first_renewal_due_at as renewal_due_at,
        case when classified.issued_at is not null and {{ is_recorded('classified.delivered_at', 'classified.insurer_id') }} then
            coalesce({{ seconds_between('classified.issued_at', 'classified.delivered_at') }} <= delivery.limit_seconds, false)
        end as is_epolicy_on_time,
        case when classified.callback_due_at is not null
            and {{ is_recorded('classified.callback_done_at', 'classified.insurer_id') }} then
            coalesce(classified.callback_done_at <= classified.callback_due_at, false)
        end as is_callback_done,
        case when not coalesce(classified.is_declined, false) then
            coalesce({{ seconds_between('classified.started_at', 'classified.issued_at') }} <= completion.limit_seconds, false)
        end as is_application_completed,
        case when classified.issued_at is not null and classified.cooling_off_ends_at is not null then
            coalesce(classified.surrendered_at <= classified.cooling_off_ends_at, false)
        end as is_cooling_off_surrendered,
        -- A policy surrendered before its due date falls due no more.
        case
            when classified.first_renewal_due_at is not null
                and not coalesce(classified.surrendered_at < classified.first_renewal_due_at, false)
                then coalesce(
                    {{ seconds_between('classified.first_renewal_due_at', 'classified.continued_at') }}
                    <= grace.limit_seconds, false
                )
        end as is_policy_renewed,
        classified.exclusion_reason
    from classified
    left join limits as delivery
        on delivery.limit_code = 'epolicy_delivery'
        and {{ limit_holds('delivery', 'classified.issued_at') }}
    left join limits as completion
        on completion.limit_code = 'application_issue'
        and {{ limit_holds('completion', 'classified.started_at') }}
    left join limits as grace
        on grace.limit_code = 'renewal_grace'
        and grace.case_class = classified.term_class
        and {{ limit_holds('grace', 'classified.first_renewal_due_at') }}
)

select * from final
