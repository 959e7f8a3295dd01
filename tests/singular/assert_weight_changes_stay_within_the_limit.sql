-- csat check says the same before dbt starts; this holds for a plain dbt build too.
select
    'version ' || framework_version || ', indicator ' || indicator_code || ': the weight goes from '
    || cast(previous_weight as string) || ' to ' || cast(indicator_weight as string)
    || ', more than weight_change_max of scoring_rules allows; stay within it, or give a reason in weight_change_waivers'
    as problem
from {{ ref('rpt_framework_changes') }}
where change_kind = 'above_limit'
