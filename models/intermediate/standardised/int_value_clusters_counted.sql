with

design as (
    select * from {{ ref('int_design_clusters_counted') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

measurements as (
    select * from {{ ref('int_measurements_unioned') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

respondent_counts as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        count(distinct respondents.person_key) as cluster_count
    from windows
    inner join respondents
        on windows.pooled_wave_id = respondents.wave_id
        and windows.insurer_id = respondents.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id
),

measured_counts as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        measurements.measure_code,
        count(distinct measurements.person_key) as cluster_count
    from windows
    inner join measurements
        on windows.pooled_wave_id = measurements.wave_id
        and windows.insurer_id = measurements.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, measurements.measure_code
),

final as (
    select
        design.wave_id,
        wave_versions.framework_version,
        design.insurer_id,
        design.measure_code,
        false as is_pooled,
        design.cluster_count
    from design
    inner join wave_versions
        on design.wave_id = wave_versions.wave_id
    union all
    -- As in one wave: the sample of a survey measure is every respondent of the window.
    select
        measured_counts.wave_id,
        measured_counts.framework_version,
        measured_counts.insurer_id,
        measured_counts.measure_code,
        true as is_pooled,
        case
            when measures.source_model = 'int_responses_screened' then respondent_counts.cluster_count
            else measured_counts.cluster_count
        end as cluster_count
    from measured_counts
    inner join measures
        on measured_counts.measure_code = measures.measure_code
    left join respondent_counts
        on measured_counts.wave_id = respondent_counts.wave_id
        and measured_counts.framework_version = respondent_counts.framework_version
        and measured_counts.insurer_id = respondent_counts.insurer_id
)

select * from final
