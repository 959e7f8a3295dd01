with

squares as (
    select * from {{ ref('int_element_influences_squared') }}
),

spillovers as (
    select * from {{ ref('int_element_spillovers_estimated') }}
),

shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        cast(influence_square_sum as decimal(38, 24)) as variance
    from squares
    union all
    -- Weights fitted together with those of other insurers carry a part of the error to their respondents.
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level as view_code,
        score_code as element_code,
        cast(spillover_variance as decimal(38, 24)) as variance
    from spillovers
    union all
    select
        spillovers.wave_id,
        spillovers.framework_version,
        'industry' as insurer_id,
        shares.view_code,
        shares.element_code,
        cast(
            shares.industry_share * shares.industry_share * spillovers.spillover_variance as decimal(38, 24)
        ) as variance
    from spillovers
    inner join shares
        on spillovers.wave_id = shares.wave_id
        and spillovers.framework_version = shares.framework_version
        and spillovers.insurer_id = shares.insurer_id
        and spillovers.score_level = shares.view_code
        and spillovers.score_code = shares.element_code
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        sqrt(cast(sum(variance) as double)) as standard_error
    from unioned
    group by wave_id, framework_version, insurer_id, view_code, element_code
)

select * from final
