-- Goalposts 10 and 30: 25 scores 75, or 25 where less is better. Percentile: three quarters of the others lie below.
-- Leader with 10, less is better: 25 scores 100 * 10 / 25 with the slope -100 * 10 / 625; whoever beats the leader stays
-- at 100. A column without spread has no score.
with

cases as (
    select
        'min_max' as normalisation,
        'estimated' as normalisation_status,
        'higher' as direction,
        cast(10 as double) as goalpost_lower,
        cast(30 as double) as goalpost_upper,
        cast(25 as double) as v,
        cast(0.75 as double) as percentile,
        cast(75 as double) as score,
        cast(5 as double) as slope
    union all
    select 'z_score', 'estimated', 'lower', 10.0, 30.0, 25.0, 0.75, 25.0, -5.0
    union all
    select 'percentile_rank', 'estimated', 'higher', null, null, 25.0, 0.75, 75.0, null
    union all
    select 'percentile_rank', 'estimated', 'lower', null, null, 25.0, 0.75, 25.0, null
    union all
    select 'percentile_rank', 'estimated', 'lower', null, null, 25.0, null, null, null
    union all
    select 'leader_distance', 'estimated', 'higher', 0.0, 50.0, 25.0, null, 50.0, 2.0
    union all
    select 'leader_distance', 'estimated', 'lower', 10.0, null, 25.0, null, 40.0, -1.6
    union all
    select 'leader_distance', 'estimated', 'lower', 10.0, null, 5.0, null, 100.0, 0.0
    union all
    select 'min_max', 'constant', 'higher', 10.0, 10.0, 10.0, 0.5, null, null
    union all
    select 'percentile_rank', 'few_insurers', 'higher', null, null, 25.0, 0.75, null, null
    union all
    select 'goalposts', 'given', 'higher', 10.0, 30.0, null, null, null, null
),

scored as (
    select
        cases.*,
        {{ normalised_score('v', 'cases', 'percentile') }} as found_score,
        {{ normalised_slope('v', 'cases') }} as found_slope
    from cases
)

select
    normalisation || ' ' || direction || ': score ' || coalesce(cast(found_score as string), 'null')
    || ', slope ' || coalesce(cast(found_slope as string), 'null') as problem
from scored
where
    abs(found_score - score) > 0.000000001
    or (found_score is null) <> (score is null)
    or abs(found_slope - slope) > 0.000000001
    or (found_slope is null) <> (slope is null)
