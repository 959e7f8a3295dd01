with

positions as (
    select * from {{ ref('int_score_positions_spread') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- A correlation rests on the insurers that have both scores.
pairs as (
    select
        own.wave_id,
        own.framework_version,
        own.indicator_code,
        peer.indicator_code as peer_code,
        cast(own.relative_position as decimal(28, 20)) as own_position,
        cast(peer.relative_position as decimal(28, 20)) as peer_position
    from positions as own
    inner join positions as peer
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
        {{ correlation_moments('own_position', 'peer_position') }}
    from pairs
    group by wave_id, framework_version, indicator_code, peer_code
),

correlations as (
    select
        moments.wave_id,
        moments.framework_version,
        moments.indicator_code,
        case when moments.pair_count >= rules.objective_insurers_min then {{ correlation() }} end as pair_correlation
    from moments
    cross join rules
),

-- The mean over the others, not the sum: an indicator that shares no insurers with some is not the poorer for it.
final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        count(pair_correlation) as correlation_count,
        cast(sum(cast(greatest(1 - pair_correlation, 0) as decimal(28, 20))) as double) / nullif(count(pair_correlation), 0)
        as conflict_mean
    from correlations
    group by wave_id, framework_version, indicator_code
)

select * from final
