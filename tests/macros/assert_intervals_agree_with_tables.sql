-- Printed tables: Student's t at 10 and 29 degrees of freedom, Wilson for 50 of 100, Byar for 0 and 10 events (the exact
-- Poisson limits are 3.69, 4.80 and 18.39), Kish for the weights 1, 1, 2.
with

inputs as (
    select
        cast(1.959963984540054 as double) as z,
        cast(10 as double) as ten,
        cast(29 as double) as twenty_nine,
        cast(0.5 as double) as p,
        cast(100 as double) as n,
        cast(0 as double) as no_events
),

results as (
    select 'student 10' as name, {{ student_quantile('z', 'ten') }} as result, 2.2281 as expected, 0.0003 as tolerance from inputs
    union all
    select 'student 29' as name, {{ student_quantile('z', 'twenty_nine') }} as result, 2.04523 as expected, 0.00001 as tolerance from inputs
    union all
    select 'wilson lower' as name, {{ wilson_limit('p', 'n', 'z', -1) }} as result, 0.40383 as expected, 0.00001 as tolerance from inputs
    union all
    select 'wilson upper' as name, {{ wilson_limit('p', 'n', 'z', 1) }} as result, 0.59617 as expected, 0.00001 as tolerance from inputs
    union all
    select 'byar lower 0' as name, {{ byar_lower('no_events', 'z') }} as result, 0 as expected, 0 as tolerance from inputs
    union all
    select 'byar upper 0' as name, {{ byar_upper('no_events', 'z') }} as result, 3.669 as expected, 0.001 as tolerance from inputs
    union all
    select 'byar lower 10' as name, {{ byar_lower('ten', 'z') }} as result, 4.787 as expected, 0.001 as tolerance from inputs
    union all
    select 'byar upper 10' as name, {{ byar_upper('ten', 'z') }} as result, 18.392 as expected, 0.002 as tolerance from inputs
    union all
    select 'kish 1 1 2' as name, {{ kish_effective_base('cast(4 as double)', '6') }} as result, 2.666667 as expected, 0.000001 as tolerance from inputs
)

select
    name || ': ' || coalesce(cast(result as string), 'null') || ' instead of ' || cast(expected as string) as problem
from results
where result is null or abs(result - expected) > tolerance
