with

effects as (
    select * from {{ ref('int_screening_effects_estimated') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type = 'all'
),

-- Two values that differ by the answers of a few persons would give those away; and the careful ones are as many as the
-- wave has where its own total stands: hidden, or pooled with other waves, that may not be known.
judged as (
    select
        effects.*,
        effects.valid_person_count >= rules.scores_persons_min
        and coalesce(scores.disclosure_status = 'published', false) as is_base_shown,
        effects.valid_person_count >= rules.scores_persons_min
        and coalesce(scores.disclosure_status = 'published', false)
        and {{ is_sayable('effects.careless_person_count', 'rules.scores_persons_min') }} as is_all_shown
    from effects
    left join scores
        on effects.wave_id = scores.wave_id
        and effects.framework_version = scores.framework_version
        and effects.insurer_id = scores.insurer_id
        and effects.indicator_code = scores.indicator_code
    cross join rules
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        case when is_base_shown then valid_person_count end as valid_person_count,
        case when is_all_shown then careless_person_count end as careless_person_count,
        case when is_all_shown then value_all end as value_all,
        -- Of hidden answers a mean before calibration tells more than the calibrated one that is published.
        case when is_all_shown then value_screened end as value_screened,
        case when is_all_shown then value_difference end as value_difference,
        case when is_all_shown then 'published' else 'small_n' end as disclosure_status
    from judged
)

select * from final
