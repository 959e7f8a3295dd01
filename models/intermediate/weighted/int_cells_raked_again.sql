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

{% set cell_columns -%}
wave_id,
        raking_group,
        insurer_id,
        {{ raking_margins() | join(',\n        ') }},
        base_weight,
        respondent_count,
        insurer_respondents,
        base_weight_sum,
        weight_cap,
        cell_weight
{%- endset -%}

met as (
    select cells.*
    from cells
    left join unmet
        on cells.wave_id = unmet.wave_id
        and cells.raking_group = unmet.raking_group
    where unmet.wave_id is null
),

final as (
    select
        {{ cell_columns }}
    from raked
    union all
    select
        {{ cell_columns }}
    from met
)

select * from final
