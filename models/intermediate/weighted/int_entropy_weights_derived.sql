with

scores as (
    select * from {{ ref('int_indicator_scores_compared') }}
),

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
),

shares as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.indicator_code,
        dispersions.insurer_count,
        cast(scores.score as double) / nullif(dispersions.score_sum, 0) as score_share
    from scores
    inner join dispersions
        on scores.wave_id = dispersions.wave_id
        and scores.framework_version = dispersions.framework_version
        and scores.indicator_code = dispersions.indicator_code
    where dispersions.dispersion_status = 'estimated'
),

-- A share of nothing adds nothing: p * ln(p) goes to 0 with p.
entropies as (
    select
        wave_id,
        framework_version,
        indicator_code,
        cast(sum(cast(
            case when score_share > 0 then -score_share * ln(score_share) else 0 end as decimal(28, 20))) as double)
        / nullif(ln(cast(max(insurer_count) as double)), 0) as entropy
    from shares
    group by wave_id, framework_version, indicator_code
),

-- Without dispersion there is no information; without enough insurers there is no statement.
divergences as (
    select
        dispersions.wave_id,
        dispersions.framework_version,
        dispersions.indicator_code,
        dispersions.insurer_count,
        dispersions.dispersion_status as weight_status,
        entropies.entropy,
        case
            when dispersions.dispersion_status = 'estimated' then greatest(1 - entropies.entropy, 0)
            when dispersions.dispersion_status in ('constant', 'all_zero') then cast(0 as double)
        end as divergence
    from dispersions
    left join entropies
        on dispersions.wave_id = entropies.wave_id
        and dispersions.framework_version = entropies.framework_version
        and dispersions.indicator_code = entropies.indicator_code
),

totalled as (
    select
        divergences.*,
        cast(sum(cast(divergence as decimal(28, 20))) over (partition by wave_id, framework_version) as double)
        as divergence_sum
    from divergences
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        insurer_count,
        entropy,
        divergence,
        divergence / nullif(divergence_sum, 0) as weight_share,
        case when divergence is not null and divergence_sum = 0 then 'no_information' else weight_status end
        as weight_status
    from totalled
)

select * from final
