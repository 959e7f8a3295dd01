with

scores as (
    select * from {{ ref('int_element_scores_aggregated') }}
    where score is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

exposures as (
    select * from {{ ref('int_segment_exposures_summed') }}
    where segment_type = 'all' and insured_persons > 0
),

exposed as (
    select
        scores.*,
        cast(exposures.insured_persons as decimal(28, 9)) as insured_persons
    from scores
    inner join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
    inner join exposures
        on scores.wave_id = exposures.wave_id
        and scores.framework_version = exposures.framework_version
        and scores.insurer_id = exposures.insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        coverage_share,
        has_shown_indicator,
        is_provisional,
        score,
        cast(insured_persons as double) / cast(sum(insured_persons) over (
            partition by wave_id, framework_version, view_code, element_code
        ) as double) as industry_share
    from exposed
)

select * from final
