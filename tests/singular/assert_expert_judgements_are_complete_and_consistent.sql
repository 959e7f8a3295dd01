with

matrices as (
    select distinct
        framework_version,
        expert_code,
        group_code,
        missing_count,
        consistency_ratio
    from {{ ref('int_expert_weights_derived') }}
),

rules as (
    select max(case when rule_code = 'consistency_ratio_max' then rule_value end) as consistency_ratio_max
    from {{ ref('scoring_rules') }}
)

select
    'version ' || matrices.framework_version || ', ' || case when matrices.expert_code = 'all'
        then 'all experts together' else 'expert ' || matrices.expert_code end
    || ', group ' || matrices.group_code || ': '
    || case
        when matrices.missing_count > 0 then 'judgements are missing; csat check names the pairs'
        when matrices.consistency_ratio is null then 'random_index has no row for a matrix of this size; add it'
        else 'the judgements have a consistency ratio of ' || cast(round(matrices.consistency_ratio, 6) as string)
            || ', more than consistency_ratio_max of scoring_rules allows; ask the expert again, or add a row'
            || ' with a reason to weight_waivers'
    end as problem
from matrices
cross join rules
left join {{ ref('weight_waivers') }} as waivers
    on matrices.framework_version = waivers.framework_version
    and matrices.expert_code = waivers.expert_code
    and matrices.group_code = waivers.group_code
where matrices.missing_count > 0
    or matrices.consistency_ratio is null
    or (matrices.consistency_ratio > rules.consistency_ratio_max and waivers.reason is null)
