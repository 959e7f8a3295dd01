-- A warning: small samples need many companions, and their owner decides what to do without.
{{ config(severity='warn') }}

with

counted as (
    select
        count(*) as cell_count,
        count(case when disclosure_status = 'complementary' then 1 end) as companion_count
    from {{ ref('int_disclosure_statuses_resolved') }}
    where disclosure_status in ('published', 'complementary')
)

select
    cast(counted.companion_count as string) || ' of ' || cast(counted.cell_count as string) || ' scores with enough persons'
    || ' are hidden as companions, more than companion_share_max allows; a kind of segment less needs fewer' as problem
from counted
cross join {{ ref('int_scoring_rules_pivoted') }} as rules
where round(cast(counted.companion_count as double) / nullif(counted.cell_count, 0), 6) > rules.companion_share_max
