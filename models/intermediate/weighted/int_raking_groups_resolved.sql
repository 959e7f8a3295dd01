with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

exposures as (
    select * from {{ ref('int_exposures_measured') }}
    where measure_code = 'insured_persons' and product_line <> 'unknown'
),

population_margins as (
    select * from {{ ref('population_margins') }}
),

raked_waves as (
    select distinct wave_id from population_margins
),

own_margins as (
    select distinct
        wave_id,
        insurer_id
    from population_margins
    where insurer_id is not null
),

surveyed as (
    select
        respondents.wave_id,
        respondents.insurer_id,
        count(*) as respondent_count
    from respondents
    inner join raked_waves
        on respondents.wave_id = raked_waves.wave_id
    group by respondents.wave_id, respondents.insurer_id
),

insured as (
    select
        wave_id,
        insurer_id,
        sum(total) as persons
    from exposures
    group by wave_id, insurer_id
),

-- An insurer with margins of its own is raked by itself, the others of the wave together.
final as (
    select
        surveyed.wave_id,
        surveyed.insurer_id,
        case when own_margins.insurer_id is null then 'all' else surveyed.insurer_id end as raking_group,
        surveyed.respondent_count,
        cast(sum(surveyed.respondent_count) over (partition by surveyed.wave_id) as double) as wave_respondents,
        -- Share of the surveyed insurers' insured persons; where none filed any, of the respondents.
        coalesce(
            cast(coalesce(insured.persons, 0) as double)
            / nullif(cast(sum(insured.persons) over (partition by surveyed.wave_id) as double), 0),
            cast(surveyed.respondent_count as double)
            / cast(sum(surveyed.respondent_count) over (partition by surveyed.wave_id) as double)
        ) as insured_share
    from surveyed
    left join insured
        on surveyed.wave_id = insured.wave_id
        and surveyed.insurer_id = insured.insurer_id
    left join own_margins
        on surveyed.wave_id = own_margins.wave_id
        and surveyed.insurer_id = own_margins.insurer_id
)

select * from final
