{% set sweeps = var('raking_levels_max') -%}

with

grams as (
    select * from {{ ref('int_level_grams_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

swept_0 as (
    select
        grams.wave_id,
        grams.raking_group,
        grams.slot,
        grams.other_slot,
        grams.level_size,
        rules.margin_independence_min,
        false as is_redundant,
        grams.gram_value as cell
    from grams
    cross join rules
),

-- Sweep operator (Gauss-Jordan for symmetric matrices). A level that those swept before determine is left out: the
-- last level of every margin but one, for instance. What remains is a generalised inverse.
{% for sweep in range(1, sweeps + 1) -%}
pivoted_{{ sweep }} as (
    select
        swept_{{ sweep - 1 }}.*,
        max(case when slot = {{ sweep }} and other_slot = {{ sweep }} then cell end)
            over (partition by wave_id, raking_group) as pivot_cell,
        max(case when other_slot = {{ sweep }} then cell end)
            over (partition by wave_id, raking_group, slot) as pivot_column,
        max(case when slot = {{ sweep }} then cell end)
            over (partition by wave_id, raking_group, other_slot) as pivot_row
    from swept_{{ sweep - 1 }}
),

swept_{{ sweep }} as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        level_size,
        margin_independence_min,
        is_redundant or (
            {{ sweep }} in (slot, other_slot) and pivot_cell <= margin_independence_min
        ) as is_redundant,
        case
            when pivot_cell is null or pivot_cell <= margin_independence_min then cell
            when slot = {{ sweep }} and other_slot = {{ sweep }} then -1 / pivot_cell
            when slot = {{ sweep }} or other_slot = {{ sweep }} then cell / pivot_cell
            else cell - pivot_column * pivot_row / pivot_cell
        end as cell
    from pivoted_{{ sweep }}
),

{% endfor -%}

final as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        case when is_redundant then 0.0 else -cell / level_size end as inverse_value
    from swept_{{ sweeps }}
)

select * from final
