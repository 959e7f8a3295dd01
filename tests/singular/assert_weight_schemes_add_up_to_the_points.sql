-- Every scheme shares out all points over the indicators it gives a weight, and a weight it does not give has a reason.
with

rules as (
    select max(case when rule_code = 'weight_points' then rule_value end) as weight_points
    from {{ ref('scoring_rules') }}
),

totals as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        cast(sum(cast(scheme_weight as decimal(28, 15))) as double) as total,
        min(scheme_weight) as smallest,
        count(case when scheme_weight is null and weight_status in (
            'given', 'estimated', 'at_lower_bound', 'at_upper_bound', 'constant', 'all_zero'
        ) then 1 end) as unexplained
    from {{ ref('int_indicator_weights_resolved') }}
    group by wave_id, framework_version, weight_scheme
)

select
    'wave ' || totals.wave_id || ', version ' || totals.framework_version || ', scheme ' || totals.weight_scheme
    || ': the weights add up to ' || coalesce(cast(totals.total as string), 'nothing') || ', the smallest is '
    || coalesce(cast(totals.smallest as string), 'none') || ', ' || cast(totals.unexplained as string)
    || ' are missing without a reason' as problem
from totals
cross join rules
where abs(totals.total - rules.weight_points) > 0.000001 or totals.smallest < 0 or totals.unexplained > 0
