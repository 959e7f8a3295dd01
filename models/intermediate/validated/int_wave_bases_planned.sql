with

criteria as (
    select * from {{ ref('int_criterion_measures_resolved') }}
),

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where segment_type = 'all'
),

channels as (
    select * from {{ ref('int_channel_responses_counted') }}
),

scoring as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

planning as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

counted as (
    select
        wave_id,
        insurer_id,
        cast(sum(invitation_count) as double) as invitation_count,
        -- Answers through an open link come without an invitation: they say nothing on how many to send.
        cast(sum(case when invitation_count > 0 then valid_count else 0 end) as double) as valid_count
    from channels
    group by wave_id, insurer_id
),

valued as (
    select
        indicator_values.wave_id,
        indicator_values.insurer_id,
        indicator_values.standard_deviation,
        indicator_values.base_count / nullif(indicator_values.effective_base, 0) as design_effect
    from indicator_values
    inner join criteria
        on indicator_values.wave_id = criteria.wave_id
        and indicator_values.framework_version = criteria.framework_version
        and indicator_values.indicator_code = criteria.indicator_code
),

-- n = deff · z² · s² ÷ e²; a share varies most at one half, where s² is the square of one half.
needed as (
    select
        valued.wave_id,
        valued.insurer_id,
        counted.valid_count / nullif(counted.invitation_count, 0) as yield_share,
        valued.design_effect * power(
            scoring.confidence_level_z * valued.standard_deviation / nullif(planning.planned_score_margin, 0), 2
        ) as score_base,
        valued.design_effect * power(
            scoring.confidence_level_z / (2 * nullif(planning.planned_share_margin, 0)), 2
        ) as share_base
    from valued
    inner join counted
        on valued.wave_id = counted.wave_id
        and valued.insurer_id = counted.insurer_id
    cross join scoring
    cross join planning
),

final as (
    select
        wave_id,
        insurer_id,
        cast(ceil(round(score_base, 6)) as bigint) as score_base_needed,
        cast(ceil(round(share_base, 6)) as bigint) as share_base_needed,
        cast(ceil(round(score_base / nullif(yield_share, 0), 6)) as bigint) as score_invitations_needed,
        cast(ceil(round(share_base / nullif(yield_share, 0), 6)) as bigint) as share_invitations_needed
    from needed
)

select * from final
