-- Standard errors keep one column for every level an insurer can have; a level without a column would be left out of them.
select
    'wave ' || wave_id || ', insurer ' || insurer_id || ': ' || cast(count(*) as string)
    || ' levels of margins, product lines and strata; raise the var raking_levels_max of dbt_project.yml' as problem
from {{ ref('int_raking_levels_numbered') }}
group by wave_id, insurer_id
having count(*) > {{ var('raking_levels_max') }}
