with

scores as (
    select * from {{ ref('int_indicator_scores_compared') }}
),

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
    where dispersion_status = 'estimated'
),

-- Between the worst and the best insurer of the wave, 0 to 1.
final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.indicator_code,
        scores.insurer_id,
        (cast(scores.score as double) - dispersions.score_min)
        / nullif(dispersions.score_max - dispersions.score_min, 0) as relative_position
    from scores
    inner join dispersions
        on scores.wave_id = dispersions.wave_id
        and scores.framework_version = dispersions.framework_version
        and scores.indicator_code = dispersions.indicator_code
)

select * from final
