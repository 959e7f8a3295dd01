with

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

responses as (
    select * from {{ ref('int_responses_described') }}
    where row_fault is null
),

flags as (
    select * from {{ ref('int_responses_flagged') }}
),

screened as (
    select * from {{ ref('int_responses_screened') }}
),

invited as (
    select
        waves.wave_id,
        invitations.insurer_id,
        invitations.collection_channel,
        count(*) as invitation_count,
        cast(sum(case when invitations.is_delivered then 1 else 0 end) as bigint) as delivered_count
    from invitations
    inner join insurers
        on invitations.insurer_id = insurers.insurer_id
    inner join waves
        on invitations.sent_at >= waves.starts_at_utc
        and invitations.sent_at < waves.ends_at_utc
    group by waves.wave_id, invitations.insurer_id, invitations.collection_channel
),

-- Nobody is known to be complete while the rule that says so is not active.
answered as (
    select
        responses.wave_id,
        responses.insurer_id,
        responses.collection_channel,
        count(*) as response_count,
        cast(sum(case when flags.is_complete then 1 when not flags.is_complete then 0 end) as bigint) as complete_count,
        cast(sum(case when screened.exclusion_reason is null then 1 else 0 end) as bigint) as valid_count
    from responses
    inner join flags
        on responses.response_id = flags.response_id
    inner join screened
        on responses.response_id = screened.response_id
    group by responses.wave_id, responses.insurer_id, responses.collection_channel
),

final as (
    select
        coalesce(invited.wave_id, answered.wave_id) as wave_id,
        coalesce(invited.insurer_id, answered.insurer_id) as insurer_id,
        coalesce(invited.collection_channel, answered.collection_channel) as collection_channel,
        coalesce(invited.invitation_count, 0) as invitation_count,
        coalesce(invited.delivered_count, 0) as delivered_count,
        coalesce(answered.response_count, 0) as response_count,
        answered.complete_count,
        coalesce(answered.valid_count, 0) as valid_count
    from invited
    full outer join answered
        on invited.wave_id = answered.wave_id
        and invited.insurer_id = answered.insurer_id
        and invited.collection_channel = answered.collection_channel
)

select * from final
