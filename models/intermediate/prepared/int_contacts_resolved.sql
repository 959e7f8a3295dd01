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
        coalesce(contacts.customer_key, 'case ' || contacts.case_id, 'contact ' || contacts.contact_id) as caller_key,
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

-- A case repeats a channel when any one of its topics came through two.
channeled as (
    select
        sequenced.*,
        max(case when first_channel <> last_channel then 1 else 0 end) over (
            partition by insurer_id, resolved_case_id, exclusion_reason
        ) = 1 as has_channel_repeat
    from sequenced
),

final as (
    select
        channeled.contact_id,
        channeled.insurer_id,
        channeled.customer_key,
        channeled.product_line,
        channeled.contact_channel,
        channeled.topic,
        channeled.contacted_at,
        case when channeled.contact_rank = 1 then channeled.contacted_at end as case_started_at,
        case when channeled.is_human_requested then coalesce(channeled.is_human_answered, false) end as is_agent_connected,
        case when channeled.rating is not null then channeled.rating >= scales.satisfied_from end as is_agent_satisfied,
        case when {{ is_recorded('channeled.responded_at', 'channeled.insurer_id') }}
            then coalesce(channeled.is_reply_valid, false)
            and coalesce(
                {{ seconds_between('channeled.contacted_at', 'channeled.responded_at') }} <= reply.limit_seconds, false
            ) end as is_first_response_on_time,
        not coalesce(
            {{ seconds_between('channeled.contacted_at', 'channeled.next_contacted_at') }} <= repeats.limit_seconds, false
        ) as is_first_contact_resolved,
        channeled.has_channel_repeat as is_channel_repeated,
        channeled.exclusion_reason
    from channeled
    left join scales
        on channeled.rating_scale_code = scales.scale_code
    left join limits as reply
        on reply.limit_code = 'agent_response'
        and {{ limit_holds('reply', 'channeled.contacted_at') }}
    left join limits as repeats
        on repeats.limit_code = 'repeat_contact'
        and {{ limit_holds('repeats', 'channeled.contacted_at') }}
)

select * from final
