with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where estimator in ('mean', 'share') and indicator_role <> 'component'
),

waves as (
    select * from {{ ref('int_waves_begun') }}
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

-- By a hash of the person, not of the row: all that one person says or does falls into one half.
halved as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        case when substr(md5(person_key), 1, 1) < '8' then 'first' else 'second' end as half_code,
        weighted_numerator,
        weighted_denominator
    from sums
),

ratios as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        half_code,
        cast(sum(weighted_numerator) as double) / nullif(cast(sum(weighted_denominator) as double), 0) as ratio
    from halved
    group by wave_id, framework_version, insurer_id, indicator_code, half_code
),

valued as (
    select
        ratios.wave_id,
        ratios.framework_version,
        ratios.insurer_id,
        ratios.indicator_code,
        ratios.half_code,
        ratios.ratio * indicators.multiplier
        * case when indicators.time_basis = 'per_quarter' then waves.quarter_share else cast(1 as double) end as half_value
    from ratios
    inner join indicators
        on ratios.framework_version = indicators.framework_version
        and ratios.indicator_code = indicators.indicator_code
    inner join waves
        on ratios.wave_id = waves.wave_id
    where ratios.ratio is not null
),

indicator_halves as (
    select
        valued.wave_id,
        valued.framework_version,
        valued.insurer_id,
        valued.indicator_code,
        indicators.indicator_weight,
        max(case when valued.half_code = 'first' then {{ normalised_score('valued.half_value', 'posts') }} end)
        as first_score,
        max(case when valued.half_code = 'second' then {{ normalised_score('valued.half_value', 'posts') }} end)
        as second_score
    from valued
    inner join indicators
        on valued.framework_version = indicators.framework_version
        and valued.indicator_code = indicators.indicator_code
    inner join posts
        on valued.wave_id = posts.wave_id
        and valued.framework_version = posts.framework_version
        and valued.indicator_code = posts.indicator_code
        and indicators.normalisation = posts.normalisation
    inner join scores
        on valued.wave_id = scores.wave_id
        and valued.framework_version = scores.framework_version
        and valued.insurer_id = scores.insurer_id
        and valued.indicator_code = scores.indicator_code
    inner join assessed
        on valued.wave_id = assessed.wave_id
        and valued.insurer_id = assessed.insurer_id
    group by valued.wave_id, valued.framework_version, valued.insurer_id, valued.indicator_code, indicators.indicator_weight
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
