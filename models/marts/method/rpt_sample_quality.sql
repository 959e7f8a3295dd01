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

{% set least = 'rules.distributions_persons_min' -%}
{% set valid = 'coalesce(responses.valid_count, 0)' -%}
{% set is_submitted_sayable -%}
({{ is_sayable('coalesce(responses.submitted_count, 0)', least) }}
    and {{ is_sayable('coalesce(responses.submitted_count - responses.valid_count, 0)', least) }})
{%- endset -%}

-- Counts of one to nine persons are hidden, and so is what gives them away: the responses left out are a difference, and
-- a share of all that were judged tells their number.
final as (
    select
        assessed.wave_id,
        assessed.insurer_id,
        coalesce(invitations.invitation_count, 0) as invitation_count,
        coalesce(invitations.delivered_count, 0) as delivered_count,
        case when {{ is_submitted_sayable }} then coalesce(responses.submitted_count, 0) end as submitted_count,
        case when {{ is_sayable(valid, least) }} then {{ valid }} end as valid_count,
        case when {{ is_sayable(valid, least) }}
            then cast({{ valid }} as double) / nullif(invitations.delivered_count, 0) end as response_rate,
        case when {{ is_sayable(valid, least) }} then weights.effective_base end as effective_base,
        case when {{ is_sayable(valid, least) }} then responses.valid_count / weights.effective_base end
        as weighting_design_effect,
        case when {{ is_sayable(valid, least) }} then weights.largest_relative_weight end as largest_relative_weight,
        {{ share_of_persons('weights.capped_count', 'weights.respondent_count', least) }} as capped_share,
        weights.largest_margin_error,
        {{ share_of_persons('weights.unknown_segment_count', 'weights.respondent_count', least) }} as unknown_segment_share,
        case when {{ is_sayable('assessed.closed_claim_count', least) }} then assessed.closed_claim_count end
        as closed_claim_count,
        cast(assessed.full_fiscal_years as bigint) as full_fiscal_years,
        assessed.is_eligible,
        {% for flag in ['speeder', 'straight_liner', 'contradictory', 'attention_failed', 'duplicate', 'careless'] -%}
        case when {{ is_submitted_sayable }}
            then {{ share_of_persons('flags.' ~ flag ~ '_count', 'flags.judged_count', least) }} end
        as {{ flag }}_share,
        {% endfor -%}
        {% for column, name in [
            ('value_difference', 'late_difference'), ('difference_lower', 'late_difference_lower'),
            ('difference_upper', 'late_difference_upper'), ('is_different', 'is_late_different'),
        ] -%}
        case when least(late_answers.person_count, late_answers.other_person_count) >= rules.distributions_persons_min
            then late_answers.{{ column }} end as {{ name }},
        {% endfor -%}
        {% for column in ['score_base_needed', 'share_base_needed', 'score_invitations_needed', 'share_invitations_needed'] -%}
        case when {{ is_sayable(valid, least) }} then bases.{{ column }} end as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
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
