{#- Weights between what experts say and what the scores say: proportional to expert^alpha * objective^(1 - alpha), inside
    bounds around the framework's weights. Clipping and renormalising until nothing changes ends where one factor times
    the proportions, clipped, adds up to all points; that factor is found exactly, between the two neighbouring factors
    at which some weight meets a bound, so no number of steps has to be enough. -#}

with

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

experts as (
    select * from {{ ref('int_expert_weights_derived') }}
    where expert_code = 'all'
),

critic as (
    select * from {{ ref('int_critic_weights_derived') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

expert_weights as (
    select
        members.framework_version,
        members.item_code as indicator_code,
        members.local_weight * dimensions.local_weight as weight_share
    from experts as members
    inner join experts as dimensions
        on members.framework_version = dimensions.framework_version
        and members.group_code = dimensions.item_code
        and dimensions.group_code = 'index'
),

proportions as (
    select
        critic.wave_id,
        critic.framework_version,
        critic.indicator_code,
        critic.weight_status,
        expert_weights.weight_share as expert_share,
        indicators.indicator_weight,
        -- Without judgements the committee's weights are what the experts say.
        power(
            coalesce(expert_weights.weight_share, indicators.indicator_weight / rules.weight_points),
            rules.combined_alpha
        ) * power(critic.weight_share, 1 - rules.combined_alpha) as proportion
    from critic
    inner join indicators
        on critic.framework_version = indicators.framework_version
        and critic.indicator_code = indicators.indicator_code
    cross join rules
    left join expert_weights
        on critic.framework_version = expert_weights.framework_version
        and critic.indicator_code = expert_weights.indicator_code
),

-- The framework's weights are spread over the indicators that have a proportion, so that the bounds can be met.
bounds as (
    select
        proportions.wave_id,
        proportions.framework_version,
        proportions.indicator_code,
        proportions.proportion,
        proportions.indicator_weight * rules.weight_points * rules.weight_bound_low
        / cast(sum(cast(proportions.indicator_weight as decimal(18, 9)))
            over (partition by proportions.wave_id, proportions.framework_version) as double) as lowest,
        proportions.indicator_weight * rules.weight_points * rules.weight_bound_high
        / cast(sum(cast(proportions.indicator_weight as decimal(18, 9)))
            over (partition by proportions.wave_id, proportions.framework_version) as double) as highest
    from proportions
    cross join rules
    where proportions.proportion is not null
),

factors as (
    select
        wave_id,
        framework_version,
        lowest / proportion as factor
    from bounds
    where proportion > 0
    union
    select
        wave_id,
        framework_version,
        highest / proportion as factor
    from bounds
    where proportion > 0
),

totals as (
    select
        factors.wave_id,
        factors.framework_version,
        factors.factor,
        cast(sum(cast(
            least(greatest(factors.factor * bounds.proportion, bounds.lowest), bounds.highest) as decimal(28, 12)
        )) as double) as total
    from factors
    inner join bounds
        on factors.wave_id = bounds.wave_id
        and factors.framework_version = bounds.framework_version
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
        bounds.lowest,
        bounds.highest,
        case when solutions.factor is not null and bounds.proportion is not null
            then least(greatest(solutions.factor * bounds.proportion, bounds.lowest), bounds.highest)
        end as bounded_weight,
        case
            when proportions.proportion is null then proportions.weight_status
            when solutions.factor is null then 'bounds_infeasible'
            when solutions.factor * bounds.proportion < bounds.lowest then 'at_lower_bound'
            when solutions.factor * bounds.proportion > bounds.highest then 'at_upper_bound'
            else 'estimated'
        end as weight_status
    from proportions
    left join bounds
        on proportions.wave_id = bounds.wave_id
        and proportions.framework_version = bounds.framework_version
        and proportions.indicator_code = bounds.indicator_code
    left join solutions
        on proportions.wave_id = solutions.wave_id
        and proportions.framework_version = solutions.framework_version
)

select * from final
