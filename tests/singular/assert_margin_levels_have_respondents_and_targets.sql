-- Raking can meet a margin only when every level that has a target has respondents, and the other way round.
select
    'wave ' || wave_id || ', group ' || raking_group || ', margin ' || margin || ', level ' || level || ': '
    || case
        when respondent_count = 0
            then 'the population has a target and no respondent; merge the level in population_margins or survey it'
        else 'respondents have no target; add the level to population_margins or to policy.exposures'
    end as problem
from {{ ref('int_raking_margins') }}
where respondent_count = 0 or target_share is null
union all
-- Margins of its own divide an insurer's share of the insured persons, and there is none.
select
    'wave ' || wave_id || ', insurer ' || insurer_id
    || ': other insurers filed insured persons and this one did not; add them to policy.exposures' as problem
from {{ ref('int_raking_groups_resolved') }}
where raking_group = insurer_id and insured_share = 0
order by problem
