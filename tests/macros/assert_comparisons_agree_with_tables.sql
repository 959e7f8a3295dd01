-- Printed tables of the normal distribution, far into the tail; Benjamini and Hochberg for 0.01, 0.04, 0.05 and 0.5: four
-- times the first is 0.04, the second takes the third's 0.05 * 4 / 3; and reaches of differences: 9 + 16 = 25, 25 + 25 - 2 * 0.68 * 25 = 16.
with

inputs as (
    select
        cast(0 as double) as zero,
        cast(1.959963984540054 as double) as five_percent,
        cast(-2.575829303548901 as double) as one_percent,
        cast(6 as double) as six,
        cast(3 as double) as three,
        cast(4 as double) as four,
        cast(5 as double) as five,
        cast(0.68 as double) as correlation
),

listed as (
    select
        'l' as list_code,
        p_position,
        4 as tested_count,
        cast(case p_position when 1 then 0.01 when 2 then 0.04 when 3 then 0.05 else 0.5 end as double) as p_value
    from (select 1 as p_position union all select 2 as p_position union all select 3 as p_position union all select 4 as p_position)
        as positions
),

adjusted as (
    select
        p_position,
        {{ false_discovery_p(['list_code']) }} as adjusted_p_value
    from listed
),

results as (
    select 'p of 0' as name, {{ two_sided_p('zero') }} as result, 1 as expected, 0.0000002 as tolerance from inputs
    union all
    select 'p of 1.96' as name, {{ two_sided_p('five_percent') }} as result, 0.05 as expected, 0.00000001 as tolerance from inputs
    union all
    select 'p of -2.58' as name, {{ two_sided_p('one_percent') }} as result, 0.01 as expected, 0.000000002 as tolerance from inputs
    union all
    select 'p of 6, in 1e-9' as name, 1e9 * {{ two_sided_p('six') }} as result, 1.973175 as expected, 0.000001 as tolerance
    from inputs
    union all
    select
        'adjusted ' || cast(p_position as string) as name,
        adjusted_p_value as result,
        case p_position when 1 then 0.04 when 4 then 0.5 else 0.2 / 3 end as expected,
        0.0000000001 as tolerance
    from adjusted
    union all
    select 'apart' as name, {{ difference_distance('three', 'four', 'zero') }} as result, 5 as expected, 0 as tolerance
    from inputs
    union all
    select 'correlated' as name, {{ difference_distance('five', 'five', 'correlation') }} as result, 4 as expected, 0.000000000001 as tolerance
    from inputs
)

select
    name || ': ' || coalesce(cast(result as string), 'null') || ' instead of ' || cast(expected as string) as problem
from results
where result is null or abs(result - expected) > tolerance
