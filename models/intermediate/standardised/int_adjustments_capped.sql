with

adjustments as (
    select * from {{ ref('score_adjustments') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

summed as (
    select
        wave_id,
        insurer_id,
        cast(sum(cast(case when adjustment_kind = 'innovation' then points else 0 end as decimal(18, 9))) as double)
        as innovation_points,
        cast(sum(cast(case when adjustment_kind = 'negative_event' then points else 0 end as decimal(18, 9))) as double)
        as negative_points
    from adjustments
    group by wave_id, insurer_id
),

final as (
    select
        summed.wave_id,
        summed.insurer_id,
        least(summed.innovation_points, rules.innovation_points_max)
        - least(summed.negative_points, rules.negative_points_max) as adjustment_points
    from summed
    cross join rules
)

select * from final
