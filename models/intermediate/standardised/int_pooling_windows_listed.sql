with

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

dated as (
    select
        assessed.*,
        wave_versions.framework_version,
        waves.start_month_index,
        waves.quarter_share
    from assessed
    inner join waves
        on assessed.wave_id = waves.wave_id
    inner join wave_versions
        on assessed.wave_id = wave_versions.wave_id
),

-- An insurer too young is never pooled: years cannot be borrowed.
small as (
    select dated.*
    from dated
    cross join rules
    where not dated.is_eligible and dated.full_fiscal_years >= rules.reportable_fiscal_years
),

-- The wave and the waves of the same length and version before it, newest first, with what they reach together.
reached as (
    select
        small.wave_id,
        small.framework_version,
        small.insurer_id,
        past.wave_id as pooled_wave_id,
        row_number() over (
            partition by small.wave_id, small.framework_version, small.insurer_id order by past.start_month_index desc
        ) as wave_position,
        sum(past.response_count) over (
            partition by small.wave_id, small.framework_version, small.insurer_id order by past.start_month_index desc
            rows between unbounded preceding and current row
        ) as response_count,
        sum(past.closed_claim_count) over (
            partition by small.wave_id, small.framework_version, small.insurer_id order by past.start_month_index desc
            rows between unbounded preceding and current row
        ) as closed_claim_count
    from small
    inner join dated as past
        on small.framework_version = past.framework_version
        and small.insurer_id = past.insurer_id
        and small.quarter_share = past.quarter_share
        and small.start_month_index >= past.start_month_index
    cross join rules
    -- Months back, counted in waves.
    where (small.start_month_index - past.start_month_index) * small.quarter_share / 3 < rules.pooled_waves_max
),

-- The fewest waves that reach the floors; who does not reach them keeps the estimate of the wave.
needed as (
    select
        reached.wave_id,
        reached.framework_version,
        reached.insurer_id,
        min(reached.wave_position) as pooled_wave_count
    from reached
    cross join rules
    where
        reached.response_count >= rules.reportable_responses
        and reached.closed_claim_count >= rules.reportable_claims_closed
    group by reached.wave_id, reached.framework_version, reached.insurer_id
),

final as (
    select
        reached.wave_id,
        reached.framework_version,
        reached.insurer_id,
        reached.pooled_wave_id,
        needed.pooled_wave_count
    from reached
    inner join needed
        on reached.wave_id = needed.wave_id
        and reached.framework_version = needed.framework_version
        and reached.insurer_id = needed.insurer_id
        and reached.wave_position <= needed.pooled_wave_count
)

select * from final
