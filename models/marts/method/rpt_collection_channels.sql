with

channels as (
    select * from {{ ref('int_channel_responses_counted') }}
),

compared as (
    select * from {{ ref('int_response_groups_compared') }}
    where group_type = 'collection_channel'
),

criteria as (
    select * from {{ ref('int_criterion_measures_resolved') }}
),

shown_scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type = 'all' and disclosure_status = 'published'
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Channels add up to the insurer, so a small one is hidden with a companion.
judged as (
    select
        channels.*,
        rules.distributions_persons_min,
        {% for count in ['valid_count', 'invitation_count'] -%}
        {{ hidden_in_line('channels.' ~ count, 'rules.distributions_persons_min',
            ['channels.wave_id', 'channels.insurer_id'], ['channels.collection_channel']) }}
        {{ 'or' if not loop.last }}
        {% endfor -%}
        as is_hidden
    from channels
    cross join rules
),

described as (
    select
        judged.*,
        case when judged.is_hidden then 'small_n' else 'published' end as disclosure_status,
        criteria.indicator_code,
        compared.group_value,
        compared.standard_error,
        -- The means of all channels make the total, which is hidden, or pooled with other waves, where it is not shown.
        compared.person_count >= judged.distributions_persons_min and shown_scores.wave_id is not null as is_mean_shown,
        compared.person_count >= judged.distributions_persons_min
        and compared.other_person_count >= judged.distributions_persons_min as is_effect_shown,
        compared.value_difference,
        compared.difference_lower,
        compared.difference_upper,
        compared.is_different
    from judged
    left join criteria
        on judged.wave_id = criteria.wave_id
    left join shown_scores
        on criteria.wave_id = shown_scores.wave_id
        and criteria.framework_version = shown_scores.framework_version
        and criteria.indicator_code = shown_scores.indicator_code
        and judged.insurer_id = shown_scores.insurer_id
    left join compared
        on judged.wave_id = compared.wave_id
        and judged.insurer_id = compared.insurer_id
        and judged.collection_channel = compared.group_code
),

final as (
    select
        wave_id,
        insurer_id,
        collection_channel,
        {{ shown('invitation_count') }} as invitation_count,
        {{ shown('delivered_count') }} as delivered_count,
        {{ shown('valid_count') }} as valid_count,
        {{ shown('cast(valid_count as double) / nullif(delivered_count, 0)') }} as response_rate,
        {{ shown(share_of_persons('complete_count', 'response_count', 'distributions_persons_min')) }} as completion_rate,
        indicator_code,
        case when is_mean_shown then {{ shown('group_value') }} end as overall_value,
        case when is_mean_shown then {{ shown('standard_error') }} end as overall_standard_error,
        case when is_effect_shown then {{ shown('value_difference') }} end as mode_effect,
        case when is_effect_shown then {{ shown('difference_lower') }} end as mode_effect_lower,
        case when is_effect_shown then {{ shown('difference_upper') }} end as mode_effect_upper,
        case when is_effect_shown then {{ shown('is_different') }} end as is_mode_different,
        disclosure_status
    from described
)

select * from final
