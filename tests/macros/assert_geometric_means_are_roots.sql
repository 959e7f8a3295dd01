-- Equal weights: 80 and 20 make the root of 1600, 100 and 0 with the floor 1 the root of 100; a missing part counts nowhere.
with

parts as (
    select 'plain' as kind, cast(5 as double) as part_weight, cast(80 as double) as part_score, cast(40 as double) as expected
    union all
    select 'plain', 5.0, 20.0, 40.0
    union all
    select 'plain', 7.0, null, 40.0
    union all
    select 'floored', 5.0, 100.0, 10.0
    union all
    select 'floored', 5.0, 0.0, 10.0
    union all
    select 'empty', 5.0, null, null
),

floors as (
    select cast(1 as double) as lowest
),

summed as (
    select
        parts.kind,
        max(parts.expected) as expected,
        {{ aggregation_sums('parts.part_weight', 'parts.part_score', 'floors.lowest') }}
    from parts
    cross join floors
    group by parts.kind
),

aggregated as (
    select
        kind,
        expected,
        {{ aggregated_score("'geometric'") }} as found
    from summed
)

select kind || ': ' || coalesce(cast(found as string), 'null') as problem
from aggregated
where abs(found - expected) > 0.000000001 or (found is null) <> (expected is null)
