with

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

moments as (
    select * from {{ ref('int_indicator_moments_summed') }}
    where segment_type = 'all' and person_count > 0
),

slopes as (
    select * from {{ ref('int_derived_slopes_resolved') }}
    where segment_type = 'pooled'
),

bases as (
    select * from {{ ref('int_composite_bases_counted') }}
    where segment_type = 'all'
),

-- Two windows that differ by one wave give that wave away: its persons decide what may be shown of the whole window.
indicators as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        moments.indicator_code as score_code,
        min(moments.person_count) as smallest_wave_base
    from windows
    inner join moments
        on windows.pooled_wave_id = moments.wave_id
        and windows.framework_version = moments.framework_version
        and windows.insurer_id = moments.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, moments.indicator_code
),

final as (
    select * from indicators
    union all
    select
        slopes.wave_id,
        slopes.framework_version,
        slopes.insurer_id,
        slopes.indicator_code as score_code,
        min(indicators.smallest_wave_base) as smallest_wave_base
    from slopes
    inner join indicators
        on slopes.operand_wave_id = indicators.wave_id
        and slopes.operand_framework_version = indicators.framework_version
        and slopes.insurer_id = indicators.insurer_id
        and slopes.operand_code = indicators.score_code
    group by slopes.wave_id, slopes.framework_version, slopes.insurer_id, slopes.indicator_code
    union all
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        bases.score_code,
        min(bases.person_count) as smallest_wave_base
    from windows
    inner join bases
        on windows.pooled_wave_id = bases.wave_id
        and windows.framework_version = bases.framework_version
        and windows.insurer_id = bases.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, bases.score_code
)

select * from final
