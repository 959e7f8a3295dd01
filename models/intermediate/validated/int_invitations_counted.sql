with

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

final as (
    select
        waves.wave_id,
        invitations.insurer_id,
        count(*) as invitation_count,
        cast(sum(case when invitations.is_delivered then 1 else 0 end) as bigint) as delivered_count
    from invitations
    inner join waves
        on invitations.sent_at >= waves.starts_at_utc
        and invitations.sent_at < waves.ends_at_utc
    group by waves.wave_id, invitations.insurer_id
)

select * from final
