with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

entropy as (
    select * from {{ ref('int_entropy_weights_derived') }}
),

critic as (
    select * from {{ ref('int_critic_weights_derived') }}
),

combined as (
    select * from {{ ref('int_combined_weights_bounded') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

fixed as (
    select
        wave_versions.wave_id,
        wave_versions.framework_version,
        indicators.indicator_code,
        indicators.dimension_code,
        indicators.indicator_weight as framework_weight,
        rules.weight_points,
        rules.weight_points
        / count(*) over (partition by wave_versions.wave_id, wave_versions.framework_version) as equal_weight
    from wave_versions
    inner join indicators
        on wave_versions.framework_version = indicators.framework_version
    cross join rules
),

side_by_side as (
    select
        fixed.wave_id,
        fixed.framework_version,
        fixed.indicator_code,
        fixed.dimension_code,
        fixed.framework_weight,
        fixed.equal_weight,
        fixed.weight_points * combined.expert_share as ahp_weight,
        case when combined.expert_share is null then 'no_judgements' else 'estimated' end as ahp_status,
        fixed.weight_points * entropy.weight_share as entropy_weight,
        entropy.weight_status as entropy_status,
        fixed.weight_points * critic.weight_share as critic_weight,
        critic.weight_status as critic_status,
        combined.bounded_weight as combined_weight,
        combined.weight_status as combined_status
    from fixed
    inner join entropy
        on fixed.wave_id = entropy.wave_id
        and fixed.framework_version = entropy.framework_version
        and fixed.indicator_code = entropy.indicator_code
    inner join critic
        on fixed.wave_id = critic.wave_id
        and fixed.framework_version = critic.framework_version
        and fixed.indicator_code = critic.indicator_code
    inner join combined
        on fixed.wave_id = combined.wave_id
        and fixed.framework_version = combined.framework_version
        and fixed.indicator_code = combined.indicator_code
),

final as (
    {% for scheme in ['framework', 'equal', 'ahp', 'entropy', 'critic', 'combined'] -%}
    select
        wave_id,
        framework_version,
        dimension_code,
        indicator_code,
        '{{ scheme }}' as weight_scheme,
        {{ scheme }}_weight as scheme_weight,
        {% if scheme in ['framework', 'equal'] -%}
        'given' as weight_status
        {% else -%}
        {{ scheme }}_status as weight_status
        {% endif -%}
    from side_by_side
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
)

select * from final
