{% set last = var('raking_levels_max') // 2 -%}

with

grams as (
    select * from {{ ref('int_level_grams_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

started as (
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

{{ swept_grams('started', 1, last) }}

final as (
    select * from swept_{{ last }}
)

select * from final
