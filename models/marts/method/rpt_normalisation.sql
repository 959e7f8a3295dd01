with

posts as (
    select * from {{ ref('int_normalisation_posts_resolved') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

final as (
    select
        posts.wave_id,
        posts.framework_version,
        indicators.dimension_code,
        posts.indicator_code,
        posts.normalisation,
        posts.normalisation = indicators.normalisation as is_chosen,
        cast(posts.insurer_count as bigint) as insurer_count,
        posts.normalisation_status
    from posts
    inner join indicators
        on posts.framework_version = indicators.framework_version
        and posts.indicator_code = indicators.indicator_code
)

select * from final
