{#- One row per draw and indicator. Draws stand in the seed in the order of the indicators' codes; the weights they were
    made around stand there too, so that draws of other weights or another concentration are found and not used. -#}
with

indicators as (
    select
        framework_version,
        indicator_code,
        dimension_code,
        indicator_weight,
        cast(row_number() over (partition by framework_version order by indicator_code asc) as int) as position
    from {{ ref('indicators') }}
    where indicator_weight > 0
),

draws as (
    select * from {{ ref('weight_draws') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

split as (
    select
        indicators.framework_version,
        draws.draw_number,
        indicators.dimension_code,
        indicators.indicator_code,
        indicators.indicator_weight,
        draws.concentration,
        cast(nullif(split_part(draws.drawn_weights, ' ', indicators.position), '') as double) as drawn_weight
    from indicators
    inner join draws
        on indicators.framework_version = draws.framework_version
),

checked as (
    select
        split.framework_version,
        min(case
            when split.concentration is distinct from rules.weight_draw_concentration then 0
            when split.draw_number > 0 then 1
            when cast(split.drawn_weight as decimal(18, 4)) = cast(split.indicator_weight as decimal(18, 4)) then 1
            else 0
        end) as is_current
    from split
    cross join rules
    group by split.framework_version
),

final as (
    select
        split.framework_version,
        split.draw_number,
        split.dimension_code,
        split.indicator_code,
        split.drawn_weight,
        checked.is_current = 1 as is_current
    from split
    inner join checked
        on split.framework_version = checked.framework_version
    where split.draw_number > 0
)

select * from final
