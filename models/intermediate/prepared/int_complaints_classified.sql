with

complaints as (
    select * from {{ ref('stg_complaints__complaints') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

causes as (
    select * from {{ ref('complaint_causes') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

dated as (
    select
        complaints.*,
        coalesce(
            complaints.due_at,
            {{ add_seconds('complaints.received_at', 'closing.limit_seconds') }}
        ) as resolved_due_at
    from complaints
    left join limits as closing
        on closing.limit_code = 'complaint_closing'
        and closing.case_class = coalesce(complaints.extension_class, 'none')
        and {{ limit_holds('closing', 'complaints.received_at') }}
),

final as (
    select
        dated.complaint_id,
        dated.insurer_id,
        dated.customer_key,
        dated.product_line,
        dated.region,
        dated.complaint_channel,
        dated.validity,
        causes.cause_code,
        dated.received_at,
        dated.closed_at,
        dated.resolved_due_at as due_at,
        {{ days_between('dated.received_at', 'dated.closed_at') }} as handling_days,
        case when {{ is_recorded('dated.closed_at', 'dated.insurer_id') }}
            then coalesce(dated.closed_at <= dated.resolved_due_at, false) end as is_on_time,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when dated.closed_at < dated.received_at then 'closed_before_received'
        end as exclusion_reason
    from dated
    left join insurers
        on dated.insurer_id = insurers.insurer_id
    left join causes
        on dated.cause = causes.cause_found
)

select * from final
