with

cells as (
    select * from {{ ref('int_cells_raked_once') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

unmet as (
    select distinct
        errors.wave_id,
        errors.raking_group
    from {{ ref('int_raking_errors_left') }} as errors
    cross join rules
    where errors.margin_error > rules.raking_error_max
),

started as (
    select cells.*
    from cells
    inner join unmet
        on cells.wave_id = unmet.wave_id
        and cells.raking_group = unmet.raking_group
),

-- Groups whose margins the first sweeps met are left as they are.
{{ raking_loop('started') }}

met as (
    select cells.*
    from cells
    left join unmet
        on cells.wave_id = unmet.wave_id
        and cells.raking_group = unmet.raking_group
    where unmet.wave_id is null
),

final as (
    select * from raked
    union all
    select * from met
)

select * from final
