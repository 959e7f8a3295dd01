with

answers as (
    select * from {{ ref('int_answers_valued') }}
    where answer_fault is null and grid_code is not null
),

rules as (
    select * from {{ ref('int_screening_rules_pivoted') }}
),

grids as (
    select
        response_id,
        grid_code,
        count(*) as item_count,
        min(option_value) as lowest_value,
        max(option_value) as highest_value
    from answers
    group by response_id, grid_code
),

final as (
    select
        grids.response_id,
        grids.grid_code,
        grids.item_count,
        grids.lowest_value,
        grids.highest_value,
        coalesce(grids.item_count >= rules.straight_liner_limit, false)
        and grids.lowest_value = grids.highest_value as is_straight
    from grids
    cross join rules
)

select * from final
