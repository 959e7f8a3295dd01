with

contacts as (
    select * from {{ ref('stg_service__contacts') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

scales as (
    select * from {{ ref('scales') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

cases as (
    select
        contacts.*,
        coalesce(contacts.case_id, 'contact ' || contacts.contact_id) as resolved_case_id,
        coalesce(contacts.customer_key, 'contact ' || contacts.contact_id) as caller_key,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when contacts.responded_at < contacts.contacted_at then 'replied_before_contact'
        end as exclusion_reason
    from contacts
    left join insurers
        on contacts.insurer_id = insurers.insurer_id
),

sequenced as (
    select
        cases.*,
        -- Excluded rows are numbered apart, so that they neither open a case nor repeat one.
        row_number() over (
            partition by insurer_id, resolved_case_id, exclusion_reason
            order by contacted_at, contact_id
        ) as contact_rank,
        lead(contacted_at) over (
            partition by insurer_id, caller_key, topic, exclusion_reason
            order by contacted_at, contact_id
        ) as next_contacted_at,
        min(contact_channel) over (partition by insurer_id, resolved_case_id, topic, exclusion_reason) as first_channel,
        max(contact_channel) over (partition by insurer_id, resolved_case_id, topic, exclusion_reason) as last_channel
    from cases
),

final as (
    select
        sequenced.contact_id,
        sequenced.insurer_id,
        sequenced.customer_key,
        sequenced.product_line,
        sequenced.contact_channel,
        sequenced.topic,
        sequenced.contacted_at,
        case when sequenced.contact_rank = 1 then sequenced.contacted_at end as case_started_at,
        case when sequenced.is_human_requested then coalesce(sequenced.is_human_answered, false) end as is_agent_connected,
        case when sequenced.rating is not null then sequenced.rating >= scales.satisfied_from end as is_agent_satisfied,
        coalesce(sequenced.is_reply_valid, false)
        and coalesce(
            {{ seconds_between('sequenced.contacted_at', 'sequenced.responded_at') }} <= reply.limit_seconds, false
        ) as is_first_response_on_time,
        not coalesce(
            {{ seconds_between('sequenced.contacted_at', 'sequenced.next_contacted_at') }} <= repeats.limit_seconds, false
        ) as is_first_contact_resolved,
        sequenced.first_channel <> sequenced.last_channel as is_channel_repeated,
        sequenced.exclusion_reason
    from sequenced
    left join scales
        on sequenced.rating_scale_code = scales.scale_code
    left join limits as reply
        on reply.limit_code = 'agent_response'
        and {{ limit_holds('reply', 'sequenced.contacted_at') }}
    left join limits as repeats
        on repeats.limit_code = 'repeat_contact'
        and {{ limit_holds('repeats', 'sequenced.contacted_at') }}
)

select * from final
