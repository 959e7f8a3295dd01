{% set schemes = ['framework', 'equal', 'ahp', 'entropy', 'critic', 'combined'] -%}

with

weights as (
    select * from {{ ref('int_indicator_weights_resolved') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

expert_weights as (
    select * from {{ ref('int_expert_weights_derived') }}
),

effective_weights as (
    select * from {{ ref('int_effective_weights_estimated') }}
),

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
),

side_by_side as (
    select
        wave_id,
        framework_version,
        dimension_code,
        indicator_code,
        {% for scheme in schemes -%}
        max(case when weight_scheme = '{{ scheme }}' then scheme_weight end) as {{ scheme }}_weight,
        max(case when weight_scheme = '{{ scheme }}' then weight_status end) as {{ scheme }}_status
        {{- ',' if not loop.last }}
        {% endfor -%}
    from weights
    group by wave_id, framework_version, dimension_code, indicator_code
),

cosines as (
    select
        wave_id,
        framework_version,
        {% for scheme in schemes[1:] -%}
        cast(sum(cast(framework_weight * {{ scheme }}_weight as decimal(28, 15))) as double)
        / nullif(
            sqrt(cast(sum(cast(case when {{ scheme }}_weight is not null
                then framework_weight * framework_weight end as decimal(28, 15))) as double))
            * sqrt(cast(sum(cast({{ scheme }}_weight * {{ scheme }}_weight as decimal(28, 15))) as double)), 0
        ) as {{ scheme }}_cosine{{ ',' if not loop.last }}
        {% endfor -%}
    from side_by_side
    group by wave_id, framework_version
),

consistency as (
    select
        framework_version,
        group_code,
        max(case when expert_code <> 'all' then consistency_ratio end) as largest_consistency_ratio
    from expert_weights
    group by framework_version, group_code
),

final as (
    select
        side_by_side.wave_id,
        side_by_side.framework_version,
        side_by_side.dimension_code,
        side_by_side.indicator_code,
        indicators.indicator_role,
        dispersions.insurer_count,
        side_by_side.framework_weight as nominal_weight,
        case when not effective_weights.is_hidden then effective_weights.effective_weight end as effective_weight,
        case when effective_weights.is_hidden and effective_weights.effective_status = 'estimated' then 'hidden'
            else effective_weights.effective_status end as effective_status,
        side_by_side.equal_weight,
        side_by_side.ahp_weight,
        side_by_side.ahp_status,
        side_by_side.entropy_weight,
        side_by_side.entropy_status,
        side_by_side.critic_weight,
        side_by_side.critic_status,
        side_by_side.combined_weight,
        side_by_side.combined_status,
        cosines.equal_cosine,
        cosines.ahp_cosine,
        cosines.entropy_cosine,
        cosines.critic_cosine,
        cosines.combined_cosine,
        consistency.largest_consistency_ratio
    from side_by_side
    inner join indicators
        on side_by_side.framework_version = indicators.framework_version
        and side_by_side.indicator_code = indicators.indicator_code
    inner join dispersions
        on side_by_side.wave_id = dispersions.wave_id
        and side_by_side.framework_version = dispersions.framework_version
        and side_by_side.indicator_code = dispersions.indicator_code
    inner join cosines
        on side_by_side.wave_id = cosines.wave_id
        and side_by_side.framework_version = cosines.framework_version
    inner join effective_weights
        on side_by_side.wave_id = effective_weights.wave_id
        and side_by_side.framework_version = effective_weights.framework_version
        and side_by_side.indicator_code = effective_weights.indicator_code
    left join consistency
        on side_by_side.framework_version = consistency.framework_version
        and side_by_side.dimension_code = consistency.group_code
)

select * from final
