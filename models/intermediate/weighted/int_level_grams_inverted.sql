{% set last = var('raking_levels_max') -%}

with

half_swept as (
    select * from {{ ref('int_level_grams_swept') }}
),

{{ swept_grams('half_swept', last // 2 + 1, last) }}

final as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        case when is_redundant then 0.0 else -cell / level_size end as inverse_value
    from swept_{{ last }}
)

select * from final
