{% set margins = raking_margins() -%}

with

cells as (
    select * from {{ ref('int_cells_raked_again') }}
),

ranked as (
    select
        cells.*,
        cell_weight / respondent_count as respondent_weight,
        sum(cast(cell_weight as decimal(28, 12))) over (partition by wave_id, insurer_id) as insurer_weight,
        sum(cast(cell_weight as decimal(28, 12))) over heaviest_first as heavier_weight,
        sum(respondent_count) over heaviest_first as heavier_count
    from cells
    window heaviest_first as (
        partition by wave_id, insurer_id
        order by
            cell_weight / respondent_count desc nulls last,
            {{ margins | join(' asc,\n            ') }} asc,
            base_weight asc
        rows between unbounded preceding and current row
    )
),

-- Trimming lowers the mean that the cap is a multiple of. If exactly the k heaviest weigh c = cap · mean, then
-- c = cap · (weight of the others) / (n - cap · k); the least of these over k is the ceiling at which weights hold the cap.
ceilings as (
    select
        ranked.*,
        least(
            weight_cap * cast(insurer_weight as double) / insurer_respondents,
            min(
                case when insurer_respondents > weight_cap * heavier_count then
                    weight_cap * cast(insurer_weight - heavier_weight as double)
                    / (insurer_respondents - weight_cap * heavier_count)
                end
            ) over (partition by wave_id, insurer_id)
        ) as ceiling_weight
    from ranked
),

final as (
    select
        wave_id,
        raking_group,
        insurer_id,
        {{ margins | join(',\n        ') }},
        base_weight,
        respondent_count,
        base_weight_sum,
        least(respondent_weight, ceiling_weight) * respondent_count as cell_weight,
        least(respondent_weight, ceiling_weight) / nullif(base_weight, 0) as raking_factor,
        round(respondent_weight / ceiling_weight, 6) >= 1 as is_capped
    from ceilings
)

select * from final
