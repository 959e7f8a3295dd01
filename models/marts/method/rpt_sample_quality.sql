with

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

responses as (
    select * from {{ ref('int_responses_screened') }}
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

raking_errors as (
    select
        wave_id,
        raking_group,
        max(margin_error) as largest_margin_error
    from {{ ref('int_raking_errors_checked') }}
    group by wave_id, raking_group
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

flags as (
    select * from {{ ref('int_response_flags_counted') }}
),

waiting as (
    select * from {{ ref('int_response_groups_compared') }}
    where group_type = 'waiting_half' and group_code = 'late'
),

bases as (
    select * from {{ ref('int_wave_bases_planned') }}
),

invited as (
    select
        waves.wave_id,
        invitations.insurer_id,
        count(*) as invitation_count,
        cast(sum(case when invitations.is_delivered then 1 else 0 end) as bigint) as delivered_count
    from invitations
    inner join waves
        on invitations.sent_at >= waves.starts_at_utc
        and invitations.sent_at < waves.ends_at_utc
    group by waves.wave_id, invitations.insurer_id
),

submitted as (
    select
        wave_id,
        insurer_id,
        count(*) as submitted_count,
        cast(sum(case when exclusion_reason is null then 1 else 0 end) as bigint) as valid_count
    from responses
    where wave_id is not null
    group by wave_id, insurer_id
),

weighted as (
    select
        respondents.wave_id,
        respondents.insurer_id,
        {{ kish_effective_base(
            'cast(sum(weights.relative_weight) as double)',
            'cast(sum(cast(cast(weights.relative_weight as double) * cast(weights.relative_weight as double) as decimal(28, 9))) as double)'
        ) }} as effective_base,
        cast(max(weights.relative_weight) as double) as largest_relative_weight,
        cast(sum(case when weights.is_capped then 1 else 0 end) as double) as capped_count,
        max(weights.raking_group) as raking_group,
        cast(sum(case when 'unknown' in (
            respondents.region, respondents.age_band, respondents.gender, respondents.tenure
        ) then 1 else 0 end) as double) as unknown_segment_count,
        count(*) as respondent_count
    from respondents
    inner join weights
        on respondents.response_id = weights.response_id
    group by respondents.wave_id, respondents.insurer_id
),

final as (
    select
        assessed.wave_id,
        assessed.insurer_id,
        coalesce(invited.invitation_count, 0) as invitation_count,
        coalesce(invited.delivered_count, 0) as delivered_count,
        coalesce(submitted.submitted_count, 0) as submitted_count,
        coalesce(submitted.valid_count, 0) as valid_count,
        cast(submitted.submitted_count as double) / nullif(invited.delivered_count, 0) as response_rate,
        weighted.effective_base,
        submitted.valid_count / weighted.effective_base as weighting_design_effect,
        weighted.largest_relative_weight,
        case when weighted.capped_count = 0 or weighted.capped_count >= rules.distributions_persons_min
            then weighted.capped_count / weighted.respondent_count end as capped_share,
        raking_errors.largest_margin_error,
        -- A share that stands for one to nine persons is hidden; none at all may be said.
        case when weighted.unknown_segment_count = 0 or weighted.unknown_segment_count >= rules.distributions_persons_min
            then weighted.unknown_segment_count / weighted.respondent_count end as unknown_segment_share,
        assessed.closed_claim_count,
        cast(assessed.full_fiscal_years as bigint) as full_fiscal_years,
        assessed.is_eligible,
        {% for flag in ['speeder', 'straight_liner', 'contradictory', 'attention_failed', 'duplicate', 'careless'] -%}
        {{ share_of_persons('flags.' ~ flag ~ '_count', 'flags.judged_count', 'rules.distributions_persons_min') }}
        as {{ flag }}_share,
        {% endfor -%}
        {% for column, name in [
            ('value_difference', 'late_difference'), ('difference_lower', 'late_difference_lower'),
            ('difference_upper', 'late_difference_upper'), ('is_different', 'is_late_different'),
        ] -%}
        case when least(waiting.person_count, waiting.other_person_count) >= rules.distributions_persons_min
            then waiting.{{ column }} end as {{ name }},
        {% endfor -%}
        bases.score_base_needed,
        bases.share_base_needed,
        bases.score_invitations_needed,
        bases.share_invitations_needed
    from assessed
    left join invited
        on assessed.wave_id = invited.wave_id
        and assessed.insurer_id = invited.insurer_id
    left join submitted
        on assessed.wave_id = submitted.wave_id
        and assessed.insurer_id = submitted.insurer_id
    left join weighted
        on assessed.wave_id = weighted.wave_id
        and assessed.insurer_id = weighted.insurer_id
    left join raking_errors
        on weighted.wave_id = raking_errors.wave_id
        and weighted.raking_group = raking_errors.raking_group
    left join flags
        on assessed.wave_id = flags.wave_id
        and assessed.insurer_id = flags.insurer_id
    left join waiting
        on assessed.wave_id = waiting.wave_id
        and assessed.insurer_id = waiting.insurer_id
    left join bases
        on assessed.wave_id = bases.wave_id
        and assessed.insurer_id = bases.insurer_id
    cross join rules
)

select * from final
