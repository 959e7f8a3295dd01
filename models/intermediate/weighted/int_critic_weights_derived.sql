with

scores as (
    select * from {{ ref('int_indicator_scores_compared') }}
),

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Between the worst and the best insurer of the wave, 0 to 1.
spread as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.indicator_code,
        scores.insurer_id,
        (cast(scores.score as double) - dispersions.score_min)
        / nullif(dispersions.score_max - dispersions.score_min, 0) as relative_score
    from scores
    inner join dispersions
        on scores.wave_id = dispersions.wave_id
        and scores.framework_version = dispersions.framework_version
        and scores.indicator_code = dispersions.indicator_code
    where dispersions.dispersion_status = 'estimated'
),

deviations as (
    select
        wave_id,
        framework_version,
        indicator_code,
        sqrt(greatest(
            cast(sum(cast(relative_score * relative_score as decimal(28, 20))) as double) / count(*)
            - cast(sum(cast(relative_score as decimal(28, 20))) as double) / count(*)
            * cast(sum(cast(relative_score as decimal(28, 20))) as double) / count(*), 0)) as standard_deviation
    from spread
    group by wave_id, framework_version, indicator_code
),

-- A correlation rests on the insurers that have both scores.
pairs as (
    select
        own.wave_id,
        own.framework_version,
        own.indicator_code,
        peer.indicator_code as peer_code,
        own.relative_score as own_position,
        peer.relative_score as peer_position
    from spread as own
    inner join spread as peer
        on own.wave_id = peer.wave_id
        and own.framework_version = peer.framework_version
        and own.insurer_id = peer.insurer_id
        and own.indicator_code <> peer.indicator_code
),

moments as (
    select
        wave_id,
        framework_version,
        indicator_code,
        peer_code,
        cast(count(*) as double) as insurer_count,
        min(own_position) = max(own_position) or min(peer_position) = max(peer_position) as is_constant,
        cast(sum(cast(own_position as decimal(28, 20))) as double) as own_sum,
        cast(sum(cast(peer_position as decimal(28, 20))) as double) as peer_sum,
        cast(sum(cast(own_position * own_position as decimal(28, 20))) as double) as own_square,
        cast(sum(cast(peer_position * peer_position as decimal(28, 20))) as double) as peer_square,
        cast(sum(cast(own_position * peer_position as decimal(28, 20))) as double) as product
    from pairs
    group by wave_id, framework_version, indicator_code, peer_code
),

correlations as (
    select
        moments.wave_id,
        moments.framework_version,
        moments.indicator_code,
        moments.peer_code,
        case when not moments.is_constant and moments.insurer_count >= rules.objective_insurers_min
            then (moments.product - moments.own_sum * moments.peer_sum / moments.insurer_count)
                / nullif(sqrt(
                    greatest(moments.own_square - moments.own_sum * moments.own_sum / moments.insurer_count, 0)
                    * greatest(moments.peer_square - moments.peer_sum * moments.peer_sum / moments.insurer_count, 0)
                ), 0)
        end as pair_correlation
    from moments
    cross join rules
),

-- The mean over the others, not the sum: an indicator that shares no insurers with some is not the poorer for it.
conflicts as (
    select
        wave_id,
        framework_version,
        indicator_code,
        count(pair_correlation) as correlation_count,
        cast(sum(cast(greatest(1 - pair_correlation, 0) as decimal(28, 20))) as double) / nullif(count(pair_correlation), 0)
        as conflict_mean
    from correlations
    group by wave_id, framework_version, indicator_code
),

informed as (
    select
        dispersions.wave_id,
        dispersions.framework_version,
        dispersions.indicator_code,
        dispersions.insurer_count,
        deviations.standard_deviation,
        coalesce(conflicts.correlation_count, 0) as correlation_count,
        conflicts.conflict_mean,
        case
            when dispersions.dispersion_status = 'estimated' then deviations.standard_deviation * conflicts.conflict_mean
            when dispersions.dispersion_status in ('constant', 'all_zero') then cast(0 as double)
        end as information,
        case
            when dispersions.dispersion_status = 'estimated' and conflicts.conflict_mean is null then 'no_pairs'
            else dispersions.dispersion_status
        end as weight_status
    from dispersions
    left join deviations
        on dispersions.wave_id = deviations.wave_id
        and dispersions.framework_version = deviations.framework_version
        and dispersions.indicator_code = deviations.indicator_code
    left join conflicts
        on dispersions.wave_id = conflicts.wave_id
        and dispersions.framework_version = conflicts.framework_version
        and dispersions.indicator_code = conflicts.indicator_code
),

totalled as (
    select
        informed.*,
        cast(sum(cast(information as decimal(28, 20))) over (partition by wave_id, framework_version) as double)
        as information_sum
    from informed
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        insurer_count,
        standard_deviation,
        correlation_count,
        conflict_mean,
        information,
        information / nullif(information_sum, 0) as weight_share,
        case when information is not null and information_sum = 0 then 'no_information' else weight_status end
        as weight_status
    from totalled
)

select * from final
