{#- Proportions inside the bounds around the framework's weights. Clipping and renormalising until nothing changes ends
    where one factor times the proportions, clipped, adds up to all points; that factor is found exactly, between the two
    neighbouring factors at which some weight meets a bound, so no number of steps has to be enough. -#}

with

proportions as (
    select * from {{ ref('int_combined_proportions_derived') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

factors as (
    select
        wave_id,
        framework_version,
        lowest / proportion as factor
    from proportions
    where proportion > 0
    union
    select
        wave_id,
        framework_version,
        highest / proportion as factor
    from proportions
    where proportion > 0
),

totals as (
    select
        factors.wave_id,
        factors.framework_version,
        factors.factor,
        cast(sum(cast(
            least(greatest(factors.factor * proportions.proportion, proportions.lowest), proportions.highest) as decimal(28, 12)
        )) as double) as total
    from factors
    inner join proportions
        on factors.wave_id = proportions.wave_id
        and factors.framework_version = proportions.framework_version
    where proportions.proportion is not null
    group by factors.wave_id, factors.framework_version, factors.factor
),

brackets as (
    select
        totals.wave_id,
        totals.framework_version,
        max(case when round(totals.total, 6) <= rules.weight_points then totals.factor end) as factor_below,
        max(case when round(totals.total, 6) <= rules.weight_points then totals.total end) as total_below,
        min(case when round(totals.total, 6) >= rules.weight_points then totals.factor end) as factor_above,
        min(case when round(totals.total, 6) >= rules.weight_points then totals.total end) as total_above,
        max(rules.weight_points) as weight_points
    from totals
    cross join rules
    group by totals.wave_id, totals.framework_version
),

-- Between two neighbouring factors the total is a straight line. No factor: the bounds leave too little or too much.
solutions as (
    select
        wave_id,
        framework_version,
        case when factor_below is not null and factor_above is not null
            then factor_below + coalesce(
                (weight_points - total_below) * (factor_above - factor_below) / nullif(total_above - total_below, 0), 0)
        end as factor
    from brackets
),

final as (
    select
        proportions.wave_id,
        proportions.framework_version,
        proportions.indicator_code,
        proportions.expert_share,
        proportions.proportion,
        proportions.lowest,
        proportions.highest,
        case when solutions.factor is not null and proportions.proportion is not null
            then least(greatest(solutions.factor * proportions.proportion, proportions.lowest), proportions.highest)
        end as bounded_weight,
        case
            when proportions.proportion is null then proportions.weight_status
            when solutions.factor is null then 'bounds_infeasible'
            when solutions.factor * proportions.proportion < proportions.lowest then 'at_lower_bound'
            when solutions.factor * proportions.proportion > proportions.highest then 'at_upper_bound'
            else 'estimated'
        end as weight_status
    from proportions
    left join solutions
        on proportions.wave_id = solutions.wave_id
        and proportions.framework_version = solutions.framework_version
)

select * from final
