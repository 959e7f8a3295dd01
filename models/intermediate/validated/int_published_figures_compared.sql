{% set pair = ['wave_id', 'framework_version', 'pair_code'] -%}

with

pairs as (
    select * from {{ ref('validity_pairs') }}
    where pair_kind = 'calibration'
),

indicators as (
    select * from {{ ref('indicators') }}
),

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where segment_type = 'all' and indicator_value is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

-- From what is hidden nothing is computed that is shown: with the other scores known it would give them away.
disclosed as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type = 'all' and disclosure_status = 'published'
),

-- Compared at six decimals, the better value the larger one on both sides.
paired as (
    select
        own.wave_id,
        own.framework_version,
        pairs.pair_code,
        pairs.first_code,
        pairs.second_code,
        own_indicators.indicator_unit = published_indicators.indicator_unit as has_one_unit,
        cast(own.indicator_value * case own_indicators.direction when 'lower' then -1 else 1 end as decimal(28, 6))
        as own_value,
        cast(published.indicator_value * case published_indicators.direction when 'lower' then -1 else 1 end as decimal(28, 6))
        as published_value,
        cast(abs(own.indicator_value - published.indicator_value) as decimal(28, 12)) as distance
    from pairs
    inner join indicator_values as own
        on pairs.first_code = own.indicator_code
    inner join indicator_values as published
        on pairs.second_code = published.indicator_code
        and own.wave_id = published.wave_id
        and own.framework_version = published.framework_version
        and own.insurer_id = published.insurer_id
    inner join assessed
        on own.wave_id = assessed.wave_id
        and own.insurer_id = assessed.insurer_id
    inner join disclosed
        on own.wave_id = disclosed.wave_id
        and own.framework_version = disclosed.framework_version
        and own.insurer_id = disclosed.insurer_id
        and own.indicator_code = disclosed.indicator_code
    inner join indicators as own_indicators
        on own.framework_version = own_indicators.framework_version
        and own.indicator_code = own_indicators.indicator_code
    inner join indicators as published_indicators
        on published.framework_version = published_indicators.framework_version
        and published.indicator_code = published_indicators.indicator_code
),

ranked as (
    select
        paired.*,
        {{ average_rank('own_value', pair) }} as own_rank,
        {{ average_rank('published_value', pair) }} as published_rank
    from paired
),

moments as (
    select
        {{ pair | join(', ') }},
        first_code,
        second_code,
        has_one_unit,
        {{ correlation_moments('own_rank', 'published_rank') }},
        cast(sum(distance) as double) / count(*) as mean_distance
    from ranked
    group by {{ pair | join(', ') }}, first_code, second_code, has_one_unit
),

final as (
    select
        {{ pair | join(', ') }},
        first_code,
        second_code,
        pair_count as insurer_count,
        {{ correlation() }} as rank_correlation,
        case when has_one_unit then mean_distance end as mean_absolute_difference
    from moments
)

select * from final
