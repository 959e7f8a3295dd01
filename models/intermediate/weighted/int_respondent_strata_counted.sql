with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

stratum_populations as (
    select * from {{ ref('stratum_populations') }}
),

ranked as (
    select
        respondents.wave_id,
        respondents.insurer_id,
        respondents.person_key,
        respondents.stratum,
        sum(weights.relative_weight)
            over (partition by respondents.wave_id, respondents.insurer_id, respondents.person_key) as person_weight,
        row_number() over (
            partition by respondents.wave_id, respondents.insurer_id, respondents.person_key
            order by respondents.submitted_at desc nulls last, respondents.response_id desc
        ) as recency_rank
    from respondents
    inner join weights
        on respondents.response_id = weights.response_id
),

-- A person drawn in two strata stays one cluster, in the stratum of the latest answer.
counted as (
    select
        ranked.wave_id,
        ranked.insurer_id,
        ranked.person_key,
        ranked.stratum,
        cast(ranked.person_weight as double) as person_weight,
        cast(count(*) over (partition by ranked.wave_id, ranked.insurer_id, ranked.stratum) as double)
        as stratum_respondents
    from ranked
    where ranked.recency_rank = 1
),

corrected as (
    select
        counted.*,
        case
            when stratum_populations.population_count > 0
                then greatest(1 - counted.stratum_respondents / stratum_populations.population_count, 0)
            else cast(1 as double)
        end as open_share
    from counted
    left join stratum_populations
        on counted.wave_id = stratum_populations.wave_id
        and counted.insurer_id = stratum_populations.insurer_id
        and counted.stratum = stratum_populations.stratum
),

-- A stratum's variance is factor · (sum of squares) - centring · (square of the sum). The single respondent of a
-- stratum has no spread within it: it counts with its distance from zero, the mean of all influences.
final as (
    select
        wave_id,
        insurer_id,
        person_key,
        stratum,
        person_weight,
        stratum_respondents,
        case when stratum_respondents > 1 then open_share * stratum_respondents / (stratum_respondents - 1) else open_share end
        as variance_factor,
        case when stratum_respondents > 1 then open_share / (stratum_respondents - 1) else 0.0 end as centring_factor
    from corrected
)

select * from final
