{% set margins = raking_margins() -%}

with

cells as (
    select * from {{ ref('int_cells_trimmed') }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

achieved as (
    {% for margin in margins -%}
    select
        wave_id,
        raking_group,
        '{{ margin }}' as margin,
        {{ margin }} as level,
        sum(cast(cell_weight as decimal(28, 12))) as level_weight
    from cells
    group by wave_id, raking_group, {{ margin }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

shares as (
    select
        wave_id,
        raking_group,
        margin,
        level,
        cast(level_weight as double)
        / cast(sum(level_weight) over (partition by wave_id, raking_group, margin) as double) as achieved_share
    from achieved
),

final as (
    select
        targets.wave_id,
        targets.raking_group,
        targets.margin,
        targets.level,
        targets.respondent_count,
        targets.sample_share,
        targets.target_share,
        shares.achieved_share,
        abs(shares.achieved_share - targets.target_share) as margin_error
    from targets
    left join shares
        on targets.wave_id = shares.wave_id
        and targets.raking_group = shares.raking_group
        and targets.margin = shares.margin
        and targets.level = shares.level
)

select * from final
