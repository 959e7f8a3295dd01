-- Contributions add up to the index before adjustments, so their covariances with it add up to its variance.
with

rules as (
    select max(case when rule_code = 'weight_points' then rule_value end) as weight_points
    from {{ ref('scoring_rules') }}
),

totals as (
    select
        wave_id,
        framework_version,
        cast(sum(cast(effective_weight as decimal(28, 15))) as double) as total,
        count(*) - count(effective_weight) as unexplained
    from {{ ref('int_effective_weights_estimated') }}
    where effective_status = 'estimated'
    group by wave_id, framework_version
)

select
    'wave ' || totals.wave_id || ', version ' || totals.framework_version || ': the effective weights add up to '
    || coalesce(cast(totals.total as string), 'nothing') || ', ' || cast(totals.unexplained as string)
    || ' of them are missing' as problem
from totals
cross join rules
where totals.unexplained > 0 or abs(totals.total - rules.weight_points) > 0.000001
