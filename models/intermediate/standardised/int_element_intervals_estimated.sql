with

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

element_scores as (
    select * from {{ ref('int_element_scores_aggregated') }}
    where score is not null
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and score is not null
),

errors as (
    select * from {{ ref('int_element_errors_estimated') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

parts as (
    select
        element_scores.*,
        tags.indicator_weight / element_scores.present_weight as score_share,
        abs(indicator_scores.score_slope) * indicator_scores.value_standard_error as standard_error,
        -- An error without an interval counts with z times itself, a figure without an error with none.
        {% for distance, side in [
            ('indicator_scores.score - indicator_scores.score_lower', 'lower'),
            ('indicator_scores.score_upper - indicator_scores.score', 'upper'),
        ] -%}
        coalesce(
            {{ distance }},
            rules.confidence_level_z * abs(indicator_scores.score_slope) * indicator_scores.value_standard_error,
            0
        ) as distance_{{ side }}{{ ',' if not loop.last }}
        {% endfor %}
    from element_scores
    inner join tags
        on element_scores.framework_version = tags.framework_version
        and element_scores.view_code = tags.view_code
        and element_scores.element_code = tags.element_code
    inner join indicator_scores
        on element_scores.wave_id = indicator_scores.wave_id
        and element_scores.framework_version = indicator_scores.framework_version
        and element_scores.insurer_id = indicator_scores.insurer_id
        and tags.indicator_code = indicator_scores.indicator_code
    cross join rules
),

summed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        score as centre,
        cast(sum(cast(power(score_share * standard_error, 2) as decimal(38, 24))) as double) as variance,
        cast(sum(cast(power(score_share * distance_lower, 2) as decimal(38, 24))) as double) as squared_lower,
        cast(sum(cast(power(score_share * distance_upper, 2) as decimal(38, 24))) as double) as squared_upper
    from parts
    group by wave_id, framework_version, insurer_id, view_code, element_code, score
),

-- What the summed influences hold beyond the single variances are the covariances of the indicators.
correlated as (
    select
        summed.*,
        errors.standard_error,
        errors.standard_error * errors.standard_error - summed.variance as covariance,
        rules.confidence_level_z
    from summed
    inner join errors
        on summed.wave_id = errors.wave_id
        and summed.framework_version = errors.framework_version
        and summed.insurer_id = errors.insurer_id
        and summed.view_code = errors.view_code
        and summed.element_code = errors.element_code
    cross join rules
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        centre,
        standard_error,
        {{ mover_limit('centre', 'squared_lower', 'covariance', 'confidence_level_z', -1) }} as score_lower,
        {{ mover_limit('centre', 'squared_upper', 'covariance', 'confidence_level_z', 1) }} as score_upper
    from correlated
)

select * from final
