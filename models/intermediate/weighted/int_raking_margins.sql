with

targets as (
    select * from {{ ref('int_raking_targets_resolved') }}
),

sample_shares as (
    select * from {{ ref('int_sample_shares_counted') }}
),

raked_margins as (
    select distinct
        wave_id,
        raking_group,
        margin
    from targets
),

matched as (
    select
        coalesce(targets.wave_id, sample_shares.wave_id) as wave_id,
        coalesce(targets.raking_group, sample_shares.raking_group) as raking_group,
        coalesce(targets.margin, sample_shares.margin) as margin,
        coalesce(targets.level, sample_shares.level) as level,
        coalesce(sample_shares.respondent_count, 0) as respondent_count,
        sample_shares.sample_share,
        targets.target_share
    from targets
    full outer join sample_shares
        on targets.wave_id = sample_shares.wave_id
        and targets.raking_group = sample_shares.raking_group
        and targets.margin = sample_shares.margin
        and targets.level = sample_shares.level
),

-- Only margins with a target are raked to; groups are formed of respondents.
final as (
    select
        matched.wave_id,
        matched.raking_group,
        matched.margin,
        matched.level,
        matched.respondent_count,
        matched.sample_share,
        matched.target_share
    from matched
    inner join raked_margins
        on matched.wave_id = raked_margins.wave_id
        and matched.raking_group = raked_margins.raking_group
        and matched.margin = raked_margins.margin
)

select * from final
