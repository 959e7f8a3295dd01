{#- Sums over insurers are taken of points around a common level, rounded once to DECIMAL. -#}
{% set schemes = ['framework', 'equal', 'ahp', 'entropy', 'critic', 'combined'] -%}
{% set cell = 'wave_id, framework_version' -%}

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

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
    where segment_type = 'all'
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where segment_type = 'all' and unadjusted_score is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
),

rules as (
    select
        max(case when rule_code = 'weight_points' then rule_value end) as weight_points,
        max(case when rule_code = 'objective_insurers_min' then rule_value end) as insurers_min
    from {{ ref('scoring_rules') }}
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

-- How far an eligible insurer's index lies from their mean.
compared as (
    select
        index_scores.wave_id,
        index_scores.framework_version,
        index_scores.insurer_id,
        cast(index_scores.unadjusted_score as decimal(18, 9)) as rounded_index,
        count(*) over (
            partition by index_scores.wave_id, index_scores.framework_version
        ) as insurer_count
    from index_scores
    inner join assessed
        on index_scores.wave_id = assessed.wave_id
        and index_scores.insurer_id = assessed.insurer_id
),

centred as (
    select
        wave_id,
        framework_version,
        insurer_id,
        insurer_count,
        cast(rounded_index as double)
        - cast(sum(rounded_index) over (partition by {{ cell }}) as double) / insurer_count as index_deviation
    from compared
),

index_squares as (
    select
        wave_id,
        framework_version,
        max(insurer_count) as insurer_count,
        cast(sum(cast(index_deviation * index_deviation as decimal(28, 15))) as double) as index_square
    from centred
    group by wave_id, framework_version
),

-- What an indicator gives to the index is its weight share times its score; what is missing gives nothing.
index_products as (
    select
        centred.wave_id,
        centred.framework_version,
        contributions.indicator_code,
        cast(sum(cast(centred.index_deviation * contributions.contribution_points as decimal(28, 15))) as double)
        as index_product
    from centred
    inner join contributions
        on centred.wave_id = contributions.wave_id
        and centred.framework_version = contributions.framework_version
        and centred.insurer_id = contributions.insurer_id
    group by centred.wave_id, centred.framework_version, contributions.indicator_code
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
        case when index_squares.insurer_count >= rules.insurers_min
            then rules.weight_points * coalesce(index_products.index_product, 0) / nullif(index_squares.index_square, 0)
        end as effective_weight,
        case
            when index_squares.insurer_count is null then 'missing'
            when index_squares.insurer_count < rules.insurers_min then 'few_insurers'
            when index_squares.index_square = 0 then 'constant'
            else 'estimated'
        end as effective_status,
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
    cross join rules
    left join index_squares
        on side_by_side.wave_id = index_squares.wave_id
        and side_by_side.framework_version = index_squares.framework_version
    left join index_products
        on side_by_side.wave_id = index_products.wave_id
        and side_by_side.framework_version = index_products.framework_version
        and side_by_side.indicator_code = index_products.indicator_code
    left join consistency
        on side_by_side.framework_version = consistency.framework_version
        and side_by_side.dimension_code = consistency.group_code
)

select * from final
