with

items as (
    select * from {{ ref('int_survey_items_grouped') }}
),

item_reliabilities as (
    select * from {{ ref('int_item_reliabilities_estimated') }}
),

adequacies as (
    select * from {{ ref('int_sampling_adequacy_estimated') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

-- One row per subject: alpha is repeated on every item.
alphas as (
    select distinct
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        response_count,
        alpha
    from item_reliabilities
),

final as (
    select
        alphas.wave_id,
        alphas.framework_version,
        'cronbach_alpha' as statistic,
        alphas.subject_type,
        alphas.subject_code,
        '' as related_code,
        'responses' as unit,
        alphas.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        alphas.alpha as statistic_value,
        cast(null as double) as standard_error,
        rules.alpha_min as threshold
    from alphas
    cross join rules
    union all
    select
        item_reliabilities.wave_id,
        item_reliabilities.framework_version,
        'item_total_correlation' as statistic,
        item_reliabilities.subject_type,
        item_reliabilities.subject_code,
        items.question_code as related_code,
        'responses' as unit,
        item_reliabilities.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        item_reliabilities.item_total_correlation as statistic_value,
        cast(null as double) as standard_error,
        rules.item_total_min as threshold
    from item_reliabilities
    inner join items
        on item_reliabilities.framework_version = items.framework_version
        and item_reliabilities.subject_type = items.subject_type
        and item_reliabilities.subject_code = items.subject_code
        and item_reliabilities.item_position = items.item_position
    cross join rules
    union all
    select
        adequacies.wave_id,
        adequacies.framework_version,
        'sampling_adequacy' as statistic,
        'dimension' as subject_type,
        adequacies.dimension_code as subject_code,
        '' as related_code,
        'responses' as unit,
        alphas.response_count as unit_count,
        rules.validity_persons_min as unit_min,
        adequacies.sampling_adequacy as statistic_value,
        cast(null as double) as standard_error,
        rules.sampling_adequacy_min as threshold
    from adequacies
    inner join alphas
        on adequacies.wave_id = alphas.wave_id
        and adequacies.framework_version = alphas.framework_version
        and alphas.subject_type = 'dimension'
        and adequacies.dimension_code = alphas.subject_code
    cross join rules
)

select * from final
