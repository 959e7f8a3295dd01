with

half_values as (
    select * from {{ ref('int_half_values_aggregated') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and score is not null
),

posts as (
    select * from {{ ref('int_normalisation_posts_resolved') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

indicator_halves as (
    select
        half_values.wave_id,
        half_values.framework_version,
        half_values.insurer_id,
        half_values.indicator_code,
        indicators.indicator_weight,
        max(case when half_values.half_code = 'first' then {{ normalised_score('half_values.half_value', 'posts') }} end)
        as first_score,
        max(case when half_values.half_code = 'second' then {{ normalised_score('half_values.half_value', 'posts') }} end)
        as second_score
    from half_values
    inner join indicators
        on half_values.framework_version = indicators.framework_version
        and half_values.indicator_code = indicators.indicator_code
    inner join posts
        on half_values.wave_id = posts.wave_id
        and half_values.framework_version = posts.framework_version
        and half_values.indicator_code = posts.indicator_code
        and indicators.normalisation = posts.normalisation
    inner join scores
        on half_values.wave_id = scores.wave_id
        and half_values.framework_version = scores.framework_version
        and half_values.insurer_id = scores.insurer_id
        and half_values.indicator_code = scores.indicator_code
    inner join assessed
        on half_values.wave_id = assessed.wave_id
        and half_values.insurer_id = assessed.insurer_id
    group by
        half_values.wave_id,
        half_values.framework_version,
        half_values.insurer_id,
        half_values.indicator_code,
        indicators.indicator_weight
),

complete_halves as (
    select * from indicator_halves
    where first_score is not null and second_score is not null
),

index_halves as (
    select
        wave_id,
        framework_version,
        insurer_id,
        cast(sum(cast(indicator_weight * first_score as decimal(28, 12))) as double) as first_points,
        cast(sum(cast(indicator_weight * second_score as decimal(28, 12))) as double) as second_points,
        nullif(cast(sum(cast(indicator_weight as decimal(18, 9))) as double), 0) as present_weight
    from complete_halves
    group by wave_id, framework_version, insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'indicator' as subject_type,
        indicator_code as subject_code,
        first_score,
        second_score
    from complete_halves
    union all
    -- The part of the index that rests on persons' rows: the indicators above, with their weights.
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as subject_type,
        'index' as subject_code,
        first_points / present_weight as first_score,
        second_points / present_weight as second_score
    from index_halves
    where present_weight is not null
)

select * from final
