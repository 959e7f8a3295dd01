{#- Between what experts say and what the scores say: proportional to expert^alpha * objective^(1 - alpha). -#}

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

final as (
    select
        proportions.wave_id,
        proportions.framework_version,
        proportions.indicator_code,
        proportions.weight_status,
        proportions.expert_share,
        proportions.proportion,
        bounds.lowest,
        bounds.highest
    from proportions
    left join bounds
        on proportions.wave_id = bounds.wave_id
        and proportions.framework_version = bounds.framework_version
        and proportions.indicator_code = bounds.indicator_code
)

select * from final
