{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_respondents_placed') }}
),

strata as (
    select distinct
        wave_id,
        insurer_id,
        stratum as level
    from {{ ref('int_respondent_strata_counted') }}
),

insurers as (
    select distinct
        wave_id,
        insurer_id,
        raking_group
    from respondents
),

demographic_levels as (
    {% for margin in margins[1:] -%}
    select
        wave_id,
        raking_group,
        '{{ margin }}' as margin,
        {{ margin }} as level,
        count(*) as respondent_count
    from respondents
    where raking_group is not null and {{ margin }} <> 'any'
    group by wave_id, raking_group, {{ margin }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbered_demographics as (
    select
        demographic_levels.*,
        row_number() over (partition by wave_id, raking_group order by margin, level) as slot
    from demographic_levels
),

-- Product lines and strata belong to one insurer: they are numbered after the levels that its group shares.
own_levels as (
    select
        wave_id,
        insurer_id,
        'insurer_line' as margin,
        insurer_line as level,
        count(*) as respondent_count
    from respondents
    where raking_group is not null and insurer_line <> 'any'
    group by wave_id, insurer_id, insurer_line
    union all
    select
        wave_id,
        insurer_id,
        'stratum' as margin,
        level,
        cast(null as bigint) as respondent_count
    from (
        select
            strata.*,
            count(*) over (partition by wave_id, insurer_id) as stratum_count
        from strata
    ) as counted_strata
    where stratum_count > 1
),

shared_counts as (
    select
        wave_id,
        raking_group,
        count(*) as shared_count
    from demographic_levels
    group by wave_id, raking_group
),

final as (
    select
        insurers.wave_id,
        insurers.insurer_id,
        insurers.raking_group,
        numbered_demographics.margin,
        numbered_demographics.level,
        cast(numbered_demographics.slot as bigint) as slot,
        cast(numbered_demographics.respondent_count as double) as respondent_count
    from insurers
    inner join numbered_demographics
        on insurers.wave_id = numbered_demographics.wave_id
        and insurers.raking_group = numbered_demographics.raking_group
    union all
    select
        insurers.wave_id,
        insurers.insurer_id,
        insurers.raking_group,
        own_levels.margin,
        own_levels.level,
        cast(
            coalesce(shared_counts.shared_count, 0) + row_number() over (
                partition by own_levels.wave_id, own_levels.insurer_id
                order by own_levels.margin, own_levels.level
            ) as bigint
        ) as slot,
        cast(own_levels.respondent_count as double) as respondent_count
    from insurers
    inner join own_levels
        on insurers.wave_id = own_levels.wave_id
        and insurers.insurer_id = own_levels.insurer_id
    left join shared_counts
        on insurers.wave_id = shared_counts.wave_id
        and insurers.raking_group = shared_counts.raking_group
)

select * from final
