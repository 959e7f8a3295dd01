with

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_weight > 0 and score is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

-- From what is hidden nothing is computed that is shown: with the other scores known it would give them away.
published as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type = 'all' and disclosure_status = 'published'
),

final as (
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.indicator_code,
        indicator_scores.insurer_id,
        -- Rounded once, here: equal scores are then equal, and a constant column is found exactly.
        cast(indicator_scores.score as decimal(18, 9)) as score
    from indicator_scores
    inner join assessed
        on indicator_scores.wave_id = assessed.wave_id
        and indicator_scores.insurer_id = assessed.insurer_id
    inner join published
        on indicator_scores.wave_id = published.wave_id
        and indicator_scores.framework_version = published.framework_version
        and indicator_scores.insurer_id = published.insurer_id
        and indicator_scores.indicator_code = published.indicator_code
)

select * from final
