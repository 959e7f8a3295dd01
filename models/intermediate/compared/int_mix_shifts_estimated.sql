with

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
),

mix_segments as (
    select * from {{ ref('mix_segments') }}
),

waves_compared as (
    select * from {{ ref('int_waves_compared') }}
),

totals as (
    select * from indicator_values
    where segment_type = 'all' and estimator <> 'published'
),

parts as (
    select
        indicator_values.wave_id,
        indicator_values.framework_version,
        indicator_values.insurer_id,
        indicator_values.indicator_code,
        indicator_values.segment_code,
        indicator_values.multiplier * indicator_values.ratio - totals.multiplier * totals.ratio as deviation,
        indicator_values.denominator_sum / totals.denominator_sum as segment_share
    from indicator_values
    inner join mix_segments
        on indicator_values.segment_type = mix_segments.segment_type
    inner join totals
        on indicator_values.wave_id = totals.wave_id
        and indicator_values.framework_version = totals.framework_version
        and indicator_values.insurer_id = totals.insurer_id
        and indicator_values.indicator_code = totals.indicator_code
),

sides as (
    select
        waves_compared.wave_id,
        waves_compared.before_wave_id,
        parts.framework_version,
        parts.insurer_id,
        parts.indicator_code,
        parts.segment_code,
        parts.deviation,
        parts.segment_share,
        true as is_now
    from waves_compared
    inner join parts
        on waves_compared.wave_id = parts.wave_id
    union all
    select
        waves_compared.wave_id,
        waves_compared.before_wave_id,
        parts.framework_version,
        parts.insurer_id,
        parts.indicator_code,
        parts.segment_code,
        parts.deviation,
        parts.segment_share,
        false as is_now
    from waves_compared
    inner join parts
        on waves_compared.before_wave_id = parts.wave_id
),

segments as (
    select
        wave_id,
        before_wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        segment_code,
        max(case when is_now then deviation end) as deviation_now,
        max(case when not is_now then deviation end) as deviation_before,
        coalesce(max(case when is_now then segment_share end), 0)
        - coalesce(max(case when not is_now then segment_share end), 0) as share_change
    from sides
    group by wave_id, before_wave_id, framework_version, insurer_id, indicator_code, segment_code
),

-- A segment that is there in one wave only keeps its distance from the total: only its share has changed.
final as (
    select
        wave_id,
        before_wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        cast(sum(cast(
            (coalesce(deviation_now, deviation_before) + coalesce(deviation_before, deviation_now)) / 2 * share_change
            as decimal(28, 12)
        )) as double) as mix_value
    from segments
    group by wave_id, before_wave_id, framework_version, insurer_id, indicator_code
)

select * from final
