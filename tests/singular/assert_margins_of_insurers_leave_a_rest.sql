-- Customers of insurers with margins of their own are part of the population; the others are what is left of it.
select
    'wave ' || targets.wave_id || ', margin ' || targets.margin || ', level ' || targets.level
    || ': insurers with margins of their own have more of it than the population; correct population_margins' as problem
from {{ ref('int_population_targets_split') }} as targets
where round(targets.target_share, 6) < 0
union all
select
    'wave ' || wave_id || ', insurer ' || insurer_id || ': it has margins of its own and no insured persons, so its '
    || 'part of the population is not known; file policy.exposures or delete its rows of population_margins' as problem
from {{ ref('int_raking_groups_resolved') }}
where raking_group <> 'all' and insured_share = 0
