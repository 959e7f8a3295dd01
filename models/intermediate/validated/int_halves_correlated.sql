{% set subject = ['wave_id', 'framework_version', 'subject_type', 'subject_code'] -%}

with

halves as (
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        cast(first_score as decimal(18, 6)) as first_compared,
        cast(second_score as decimal(18, 6)) as second_compared
    from {{ ref('int_halves_scored') }}
),

ranked as (
    select
        halves.*,
        {{ average_rank('first_compared', subject) }} as first_rank,
        {{ average_rank('second_compared', subject) }} as second_rank
    from halves
),

moments as (
    select
        {{ subject | join(', ') }},
        {{ correlation_moments('first_rank', 'second_rank') }}
    from ranked
    group by {{ subject | join(', ') }}
),

correlated as (
    select
        {{ subject | join(', ') }},
        pair_count as insurer_count,
        {{ correlation() }} as half_correlation
    from moments
),

final as (
    select
        {{ subject | join(', ') }},
        insurer_count,
        half_correlation,
        -- Spearman-Brown: halves hold half the persons, the whole is steadier. Without a positive correlation there
        -- is nothing to step up.
        case when half_correlation > 0 then 2 * half_correlation / (1 + half_correlation) end as stepped_up_reliability
    from correlated
)

select * from final
