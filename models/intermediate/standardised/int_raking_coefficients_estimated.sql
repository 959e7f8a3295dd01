with

estimates as (
    select * from {{ ref('int_survey_estimates_numbered') }}
    where segment_type = 'all'
),

influences as (
    select * from {{ ref('int_level_influences_summed') }}
),

projections as (
    select * from {{ ref('int_level_projections_resolved') }}
),

-- Per level the part of a respondent's influence (per unit of weight) that the margins explain; a respondent's part is
-- the sum over the levels it has.
final as (
    select
        influences.estimate_number,
        projections.slot,
        cast(sum(cast(projections.coefficient * influences.influence_sum as decimal(38, 20))) as double) as coefficient
    from influences
    inner join estimates
        on influences.estimate_number = estimates.estimate_number
    inner join projections
        on influences.wave_id = projections.wave_id
        and influences.insurer_id = projections.insurer_id
        and influences.slot = projections.other_slot
    group by influences.estimate_number, projections.slot
)

select * from final
