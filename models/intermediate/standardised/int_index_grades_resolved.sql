with

scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index'
),

bands as (
    select * from {{ ref('score_bands') }}
),

-- The lower bound of a band belongs to it, on the score at six decimals.
graded as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        max(bands.score_from) as band_from
    from scores
    inner join bands
        on round(scores.score, 6) >= bands.score_from
    group by
        scores.wave_id, scores.framework_version, scores.insurer_id, scores.segment_type, scores.segment_code
),

final as (
    select
        graded.wave_id,
        graded.framework_version,
        graded.insurer_id,
        graded.segment_type,
        graded.segment_code,
        bands.grade_code
    from graded
    inner join bands
        on graded.band_from = bands.score_from
)

select * from final
