{% set pair = ['wave_id', 'framework_version', 'first_code', 'second_code'] -%}

with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and indicator_role <> 'component' and score is not null
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

-- Compared at six decimals, so that the last digits of a double make no rank.
rounded as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.indicator_code,
        cast(scores.score as decimal(28, 12)) as score,
        cast(scores.score as decimal(18, 6)) as compared_score
    from scores
    inner join assessed
        on scores.wave_id = assessed.wave_id
        and scores.insurer_id = assessed.insurer_id
    inner join published
        on scores.wave_id = published.wave_id
        and scores.framework_version = published.framework_version
        and scores.insurer_id = published.insurer_id
        and scores.indicator_code = published.indicator_code
),

-- Counted from the indicator's mean: a correlation does not change, and close scores keep their digits.
eligible as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        cast(score - cast(
            cast(sum(score) over (partition by wave_id, framework_version, indicator_code) as double)
            / count(*) over (partition by wave_id, framework_version, indicator_code)
            as decimal(28, 12)) as decimal(28, 12)) as score,
        compared_score
    from rounded
),

paired as (
    select
        first_scores.wave_id,
        first_scores.framework_version,
        first_scores.indicator_code as first_code,
        second_scores.indicator_code as second_code,
        first_scores.score as first_score,
        second_scores.score as second_score,
        first_scores.compared_score as first_compared,
        second_scores.compared_score as second_compared
    from eligible as first_scores
    inner join eligible as second_scores
        on first_scores.wave_id = second_scores.wave_id
        and first_scores.framework_version = second_scores.framework_version
        and first_scores.insurer_id = second_scores.insurer_id
        and first_scores.indicator_code < second_scores.indicator_code
),

ranked as (
    select
        paired.*,
        {{ average_rank('first_compared', pair) }} as first_rank,
        {{ average_rank('second_compared', pair) }} as second_rank
    from paired
),

score_moments as (
    select
        {{ pair | join(', ') }},
        {{ correlation_moments('first_score', 'second_score') }}
    from ranked
    group by {{ pair | join(', ') }}
),

rank_moments as (
    select
        {{ pair | join(', ') }},
        {{ correlation_moments('first_rank', 'second_rank') }}
    from ranked
    group by {{ pair | join(', ') }}
),

score_correlations as (
    select
        {{ pair | join(', ') }},
        pair_count as insurer_count,
        {{ correlation() }} as score_correlation
    from score_moments
),

rank_correlations as (
    select
        {{ pair | join(', ') }},
        {{ correlation() }} as rank_correlation
    from rank_moments
),

final as (
    select
        score_correlations.wave_id,
        score_correlations.framework_version,
        score_correlations.first_code,
        score_correlations.second_code,
        score_correlations.insurer_count,
        score_correlations.score_correlation,
        rank_correlations.rank_correlation
    from score_correlations
    inner join rank_correlations
        on score_correlations.wave_id = rank_correlations.wave_id
        and score_correlations.framework_version = rank_correlations.framework_version
        and score_correlations.first_code = rank_correlations.first_code
        and score_correlations.second_code = rank_correlations.second_code
)

select * from final
