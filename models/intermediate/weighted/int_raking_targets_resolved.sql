with

sample_shares as (
    select * from {{ ref('int_sample_shares_counted') }}
),

raking_groups as (
    select * from {{ ref('int_raking_groups_resolved') }}
),

exposures as (
    select * from {{ ref('int_exposures_measured') }}
    where measure_code = 'insured_persons'
),

population_targets as (
    select * from {{ ref('int_population_targets_split') }}
),

unknown_shares as (
    select
        wave_id,
        raking_group,
        margin,
        cast(sum(cast(case when is_unknown then sample_share else 0 end as decimal(28, 15))) as double) as unknown_share
    from sample_shares
    group by wave_id, raking_group, margin
),

-- Insured persons by insurer and product line are a margin of every raked wave.
insured as (
    select
        exposures.wave_id,
        raking_groups.raking_group,
        exposures.insurer_id || ' · ' || exposures.product_line as level,
        sum(exposures.total) as persons
    from exposures
    inner join raking_groups
        on exposures.wave_id = raking_groups.wave_id
        and exposures.insurer_id = raking_groups.insurer_id
    where exposures.product_line <> 'unknown'
    group by exposures.wave_id, raking_groups.raking_group, exposures.insurer_id, exposures.product_line
),

known_targets as (
    select
        wave_id,
        raking_group,
        'insurer_line' as margin,
        level,
        cast(persons as double) / cast(sum(persons) over (partition by wave_id, raking_group) as double) as known_share
    from insured
    where persons > 0
    union all
    select
        wave_id,
        raking_group,
        margin,
        level,
        target_share as known_share
    from population_targets
    where target_share > 0
),

raked_margins as (
    select distinct
        wave_id,
        raking_group,
        margin
    from known_targets
),

final as (
    select
        known_targets.wave_id,
        known_targets.raking_group,
        known_targets.margin,
        known_targets.level,
        known_targets.known_share * (1 - coalesce(unknown_shares.unknown_share, 0)) as target_share
    from known_targets
    left join unknown_shares
        on known_targets.wave_id = unknown_shares.wave_id
        and known_targets.raking_group = unknown_shares.raking_group
        and known_targets.margin = unknown_shares.margin
    union all
    select
        sample_shares.wave_id,
        sample_shares.raking_group,
        sample_shares.margin,
        sample_shares.level,
        sample_shares.sample_share as target_share
    from sample_shares
    inner join raked_margins
        on sample_shares.wave_id = raked_margins.wave_id
        and sample_shares.raking_group = raked_margins.raking_group
        and sample_shares.margin = raked_margins.margin
    where sample_shares.is_unknown
)

select * from final
