with

factors as (
    select * from {{ ref('int_bridge_factors_derived') }}
),

links as (
    select * from {{ ref('int_link_factors_chained') }}
),

final as (
    select
        factors.framework_version,
        factors.previous_version,
        factors.wave_id,
        factors.score_level,
        factors.score_code,
        factors.previous_score,
        factors.score,
        factors.bridge_factor,
        links.link_factor
    from factors
    left join links
        on factors.previous_version = links.framework_version
        and factors.score_level = links.score_level
        and factors.score_code = links.score_code
)

select * from final
