with

claims as (
    select * from {{ ref('stg_claims__claims') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

final as (
    select
        claims.claim_id,
        claims.insurer_id,
        claims.customer_key,
        claims.product_line,
        claims.sales_channel,
        claims.outcome,
        claims.registered_at,
        claims.paid_at,
        claims.closed_at,
        {{ days_between('claims.reported_at', 'claims.paid_at') }} as report_to_pay_days,
        {{ days_between('claims.loss_at', 'claims.paid_at') }} as loss_to_pay_days,
        -- The wait for documents does not count: the clock of the decision starts when they are complete.
        case when {{ is_recorded('claims.decided_at', 'claims.insurer_id') }}
            then coalesce({{ seconds_between(
                'coalesce(claims.documents_complete_at, claims.reported_at)', 'claims.decided_at') }}
                <= decision.limit_seconds, false)
            and (
                (claims.paid_at is null and coalesce(claims.outcome, '') <> 'paid')
                or coalesce({{ seconds_between('coalesce(claims.agreed_at, claims.decided_at)', 'claims.paid_at') }}
                    <= payment.limit_seconds, false)
            )
        end as is_within_limits,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when claims.paid_at < claims.reported_at then 'paid_before_reported'
            when claims.closed_at < claims.reported_at then 'closed_before_reported'
            when claims.reported_at < claims.loss_at then 'reported_before_loss'
            when claims.decided_at < claims.documents_complete_at then 'decided_before_documents'
            when claims.paid_at < claims.agreed_at then 'paid_before_agreed'
        end as exclusion_reason
    from claims
    left join insurers
        on claims.insurer_id = insurers.insurer_id
    left join limits as decision
        on decision.limit_code = 'claim_decision'
        and {{ limit_holds('decision', 'claims.reported_at') }}
    left join limits as payment
        on payment.limit_code = 'claim_payment'
        and {{ limit_holds('payment', 'claims.reported_at') }}
)

select * from final
