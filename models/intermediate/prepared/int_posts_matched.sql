with

posts as (
    select * from {{ ref('stg_reviews__posts') }}
),

aliases as (
    select * from {{ ref('insurer_aliases') }}
),

platforms as (
    select * from {{ ref('platforms') }}
),

limits as (
    select * from {{ ref('int_service_limits_converted') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

matched as (
    select
        posts.*,
        aliases.insurer_id,
        insurers.insurer_id as known_insurer_id,
        platforms.platform_code,
        {{ add_seconds('posts.addressed_at', 'resolution.limit_seconds') }} as resolution_due_at,
        case when coalesce(posts.is_reply, false) then 'true' else 'false' end as is_reply_code
    from posts
    left join aliases
        on lower(trim(posts.merchant_name)) = lower(trim(aliases.alias))
    left join insurers
        on aliases.insurer_id = insurers.insurer_id
    left join platforms
        on posts.platform = platforms.platform_found
    left join limits as resolution
        on resolution.limit_code = 'post_resolution'
        and {{ limit_holds('resolution', 'posts.addressed_at') }}
),

final as (
    select
        -- Post numbers are unique on their platform only.
        platform || ' ' || post_id as post_key,
        platform_code,
        insurer_id,
        -- The author's name on the platform is all that is known of the person.
        platform || ' ' || author_token as customer_key,
        is_reply_code as is_reply,
        stars,
        posted_at,
        addressed_at,
        resolution_due_at,
        case when addressed_at is not null then coalesce(completed_at <= resolution_due_at, false) end as is_post_resolved,
        case
            when insurer_id is null then 'merchant_unmatched'
            when known_insurer_id is null then 'insurer_unknown'
            when platform_code is null then 'platform_unknown'
            when completed_at < posted_at then 'completed_before_posted'
            when completed_at < addressed_at then 'completed_before_addressed'
        end as exclusion_reason
    from matched
)

select * from final
