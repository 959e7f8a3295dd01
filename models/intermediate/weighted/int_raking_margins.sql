{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_base_weights_adjusted') }}
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

grouped as (
    select
        respondents.*,
        raking_groups.raking_group,
        respondents.insurer_id || ' · ' || respondents.product_line as insurer_line
    from respondents
    inner join raking_groups
        on respondents.wave_id = raking_groups.wave_id
        and respondents.insurer_id = raking_groups.insurer_id
),

sampled as (
    {% for margin in margins -%}
    select
        wave_id,
        raking_group,
        '{{ margin }}' as margin,
        {{ margin }} as level,
        count(*) as respondent_count,
        sum(cast(base_weight as decimal(28, 9))) as base_weight_sum
    from grouped
    group by wave_id, raking_group, {{ margin }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sample_shares as (
    select
        wave_id,
        raking_group,
        margin,
        level,
        -- What is not known of a respondent targets its own share of the sample.
        (margin = 'insurer_line' and level like '% · unknown')
        or (margin <> 'insurer_line' and level = 'unknown') as is_unknown,
        respondent_count,
        cast(base_weight_sum as double)
        / cast(sum(base_weight_sum) over (partition by wave_id, raking_group, margin) as double) as sample_share
    from sampled
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

targets as (
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
