with

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

invitations as (
    select * from {{ ref('int_invitations_counted') }}
),

responses as (
    select * from {{ ref('int_responses_counted') }}
),

weights as (
    select * from {{ ref('int_sample_weights_summed') }}
),

flags as (
    select * from {{ ref('int_response_flags_counted') }}
),

late_answers as (
    select * from {{ ref('int_response_groups_compared') }}
    where group_type = 'waiting_half' and group_code = 'late'
),

bases as (
    select * from {{ ref('int_wave_bases_planned') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

final as (
    select
        assessed.wave_id,
        assessed.insurer_id,
        coalesce(invitations.invitation_count, 0) as invitation_count,
        coalesce(invitations.delivered_count, 0) as delivered_count,
        coalesce(responses.submitted_count, 0) as submitted_count,
        coalesce(responses.valid_count, 0) as valid_count,
        cast(responses.submitted_count as double) / nullif(invitations.delivered_count, 0) as response_rate,
        weights.effective_base,
        responses.valid_count / weights.effective_base as weighting_design_effect,
        weights.largest_relative_weight,
        case when weights.capped_count = 0 or weights.capped_count >= rules.distributions_persons_min
            then weights.capped_count / weights.respondent_count end as capped_share,
        weights.largest_margin_error,
        -- A share that stands for one to nine persons is hidden; none at all may be said.
        case when weights.unknown_segment_count = 0 or weights.unknown_segment_count >= rules.distributions_persons_min
            then weights.unknown_segment_count / weights.respondent_count end as unknown_segment_share,
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
        case when least(late_answers.person_count, late_answers.other_person_count) >= rules.distributions_persons_min
            then late_answers.{{ column }} end as {{ name }},
        {% endfor -%}
        bases.score_base_needed,
        bases.share_base_needed,
        bases.score_invitations_needed,
        bases.share_invitations_needed
    from assessed
    left join invitations
        on assessed.wave_id = invitations.wave_id
        and assessed.insurer_id = invitations.insurer_id
    left join responses
        on assessed.wave_id = responses.wave_id
        and assessed.insurer_id = responses.insurer_id
    left join weights
        on assessed.wave_id = weights.wave_id
        and assessed.insurer_id = weights.insurer_id
    left join flags
        on assessed.wave_id = flags.wave_id
        and assessed.insurer_id = flags.insurer_id
    left join late_answers
        on assessed.wave_id = late_answers.wave_id
        and assessed.insurer_id = late_answers.insurer_id
    left join bases
        on assessed.wave_id = bases.wave_id
        and assessed.insurer_id = bases.insurer_id
    cross join rules
)

select * from final
