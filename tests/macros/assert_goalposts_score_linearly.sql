-- Goalposts 40 and 95, higher is better: 40 scores 0, 67.5 scores 50, 95 and above 100; no value has no score.
-- Goalposts 1 and 40, lower is better: 40 and above score 0, 20.5 scores 50. The slope is 100/55 between the posts and
-- 0 on and beyond them.
with

cases as (
    select
        cast(40 as double) as goalpost_lower,
        cast(95 as double) as goalpost_upper,
        'higher' as direction,
        cast(40 as double) as v,
        0.0 as score,
        0.0 as slope
    union all
    select 40.0, 95.0, 'higher', cast(67.5 as double), 50.0, 1.8181818
    union all
    select 40.0, 95.0, 'higher', cast(120 as double), 100.0, 0.0
    union all
    select 1.0, 40.0, 'lower', cast(20.5 as double), 50.0, -2.5641026
    union all
    select 1.0, 40.0, 'lower', cast(55 as double), 0.0, 0.0
    union all
    select 1.0, 40.0, 'lower', cast(0.5 as double), 100.0, 0.0
    union all
    select 1.0, 40.0, 'lower', cast(null as double), null, 0.0
)

select
    direction || ' ' || coalesce(cast(v as string), 'null') || ': score ' || coalesce(cast({{ goalpost_score('v', 'cases') }} as string), 'null') as problem
from cases
where
    abs({{ goalpost_score('v', 'cases') }} - score) > 0.0000001
    or ({{ goalpost_score('v', 'cases') }} is null) <> (score is null)
    or abs({{ goalpost_slope('v', 'cases') }} - slope) > 0.0000001
