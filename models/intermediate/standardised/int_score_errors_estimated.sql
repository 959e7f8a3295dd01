with

composite_influences as (
    select * from {{ ref('int_composite_influences_summed') }}
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all'
),

spillovers as (
    select * from {{ ref('int_composite_spillovers_estimated') }}
),

-- A person with several insurers moves the industry once, with the sum.
industry_influences as (
    select
        composite_influences.wave_id,
        composite_influences.framework_version,
        composite_influences.score_level,
        composite_influences.score_code,
        composite_influences.person_key,
        cast(sum(cast(
            industry_shares.industry_share * composite_influences.score_influence as decimal(38, 20)
        )) as double) as score_influence
    from composite_influences
    inner join industry_shares
        on composite_influences.wave_id = industry_shares.wave_id
        and composite_influences.framework_version = industry_shares.framework_version
        and composite_influences.insurer_id = industry_shares.insurer_id
        and composite_influences.score_level = industry_shares.score_level
        and composite_influences.score_code = industry_shares.score_code
    group by
        composite_influences.wave_id,
        composite_influences.framework_version,
        composite_influences.score_level,
        composite_influences.score_code,
        composite_influences.person_key
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from composite_influences
    union all
    select
        wave_id,
        framework_version,
        'industry' as insurer_id,
        score_level,
        score_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from industry_influences
    union all
    -- Weights fitted together with those of other insurers carry a part of the error to their respondents.
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        cast(spillover_variance as decimal(38, 24)) as squared_influence
    from spillovers
    union all
    select
        spillovers.wave_id,
        spillovers.framework_version,
        'industry' as insurer_id,
        spillovers.score_level,
        spillovers.score_code,
        cast(
            industry_shares.industry_share * industry_shares.industry_share * spillovers.spillover_variance as decimal(38, 24)
        ) as squared_influence
    from spillovers
    inner join industry_shares
        on spillovers.wave_id = industry_shares.wave_id
        and spillovers.framework_version = industry_shares.framework_version
        and spillovers.insurer_id = industry_shares.insurer_id
        and spillovers.score_level = industry_shares.score_level
        and spillovers.score_code = industry_shares.score_code
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        sqrt(cast(sum(squared_influence) as double)) as standard_error
    from unioned
    group by wave_id, framework_version, insurer_id, score_level, score_code
)

select * from final
