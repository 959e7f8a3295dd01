with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

exposures as (
    select * from {{ ref('int_exposures_measured') }}
    where measure_code = 'insured_persons'
),

population_margins as (
    select * from {{ ref('population_margins') }}
),

{% set margins = ['insurer_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure'] -%}

sampled as (
    {% for margin in margins -%}
    select
        wave_id,
        '{{ margin }}' as margin,
        {% if margin == 'insurer_line' %}insurer_id || ' · ' || product_line{% else %}{{ margin }}{% endif %} as level,
        count(*) as respondent_count,
        sum(cast(design_weight as decimal(28, 9))) as design_weight_sum
    from respondents
    group by wave_id, {% if margin == 'insurer_line' %}insurer_id, product_line{% else %}{{ margin }}{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sample_shares as (
    select
        wave_id,
        margin,
        level,
        -- What is not known of a respondent targets its own share of the sample.
        (margin = 'insurer_line' and level like '% · unknown')
        or (margin <> 'insurer_line' and level = 'unknown') as is_unknown,
        respondent_count,
        cast(design_weight_sum as double)
        / cast(sum(design_weight_sum) over (partition by wave_id, margin) as double) as sample_share
    from sampled
),

unknown_shares as (
    select
        wave_id,
        margin,
        cast(sum(cast(case when is_unknown then sample_share else 0 end as decimal(28, 15))) as double) as unknown_share
    from sample_shares
    group by wave_id, margin
),

raked_waves as (
    select distinct wave_id from population_margins
),

surveyed_insurers as (
    select distinct
        wave_id,
        insurer_id
    from respondents
),

-- Insured persons by insurer and product line are a margin of every raked wave.
insured as (
    select
        exposures.wave_id,
        exposures.insurer_id || ' · ' || exposures.product_line as level,
        sum(exposures.total) as persons
    from exposures
    inner join raked_waves
        on exposures.wave_id = raked_waves.wave_id
    inner join surveyed_insurers
        on exposures.wave_id = surveyed_insurers.wave_id
        and exposures.insurer_id = surveyed_insurers.insurer_id
    where exposures.product_line <> 'unknown'
    group by exposures.wave_id, exposures.insurer_id, exposures.product_line
),

known_targets as (
    select
        wave_id,
        'insurer_line' as margin,
        level,
        cast(persons as double) / cast(sum(persons) over (partition by wave_id) as double) as known_share
    from insured
    where persons > 0
    union all
    select
        wave_id,
        margin,
        level,
        share as known_share
    from population_margins
    where share > 0
),

raked_margins as (
    select distinct
        wave_id,
        margin
    from known_targets
),

targets as (
    select
        known_targets.wave_id,
        known_targets.margin,
        known_targets.level,
        known_targets.known_share * (1 - coalesce(unknown_shares.unknown_share, 0)) as target_share
    from known_targets
    left join unknown_shares
        on known_targets.wave_id = unknown_shares.wave_id
        and known_targets.margin = unknown_shares.margin
    union all
    select
        sample_shares.wave_id,
        sample_shares.margin,
        sample_shares.level,
        sample_shares.sample_share as target_share
    from sample_shares
    inner join raked_margins
        on sample_shares.wave_id = raked_margins.wave_id
        and sample_shares.margin = raked_margins.margin
    where sample_shares.is_unknown
),

matched as (
    select
        coalesce(targets.wave_id, sample_shares.wave_id) as wave_id,
        coalesce(targets.margin, sample_shares.margin) as margin,
        coalesce(targets.level, sample_shares.level) as level,
        coalesce(sample_shares.respondent_count, 0) as respondent_count,
        sample_shares.sample_share,
        targets.target_share
    from targets
    full outer join sample_shares
        on targets.wave_id = sample_shares.wave_id
        and targets.margin = sample_shares.margin
        and targets.level = sample_shares.level
),

-- Only margins with a target are raked to, and only in waves that have respondents.
final as (
    select
        matched.wave_id,
        matched.margin,
        matched.level,
        matched.respondent_count,
        matched.sample_share,
        matched.target_share
    from matched
    inner join raked_margins
        on matched.wave_id = raked_margins.wave_id
        and matched.margin = raked_margins.margin
    where matched.wave_id in (select respondents.wave_id from respondents)
)

select * from final
