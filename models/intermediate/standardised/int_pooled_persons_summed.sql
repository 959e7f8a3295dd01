with

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

-- A person in several waves of a window is one cluster, with the sum.
final as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        sums.indicator_code,
        sums.person_key,
        cast(sum(sums.weighted_numerator) as decimal(28, 9)) as weighted_numerator,
        cast(sum(sums.weighted_denominator) as decimal(28, 9)) as weighted_denominator,
        cast(sum(sums.weighted_square) as decimal(28, 9)) as weighted_square
    from windows
    inner join sums
        on windows.pooled_wave_id = sums.wave_id
        and windows.framework_version = sums.framework_version
        and windows.insurer_id = sums.insurer_id
    group by
        windows.wave_id, windows.framework_version, windows.insurer_id, sums.indicator_code, sums.person_key
)

select * from final
