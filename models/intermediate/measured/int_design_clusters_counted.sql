with

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
        wave_id,
        insurer_id,
        count(distinct person_key) as cluster_count
    from respondents
    group by wave_id, insurer_id
),

measured_counts as (
    select
        wave_id,
        insurer_id,
        measure_code,
        count(distinct person_key) as cluster_count
    from measurements
    group by wave_id, insurer_id, measure_code
),

-- Every respondent could have answered any question, so the sample of a survey measure is all of them.
final as (
    select
        measured_counts.wave_id,
        measured_counts.insurer_id,
        measured_counts.measure_code,
        case
            when measures.source_model = 'int_responses_screened' then respondent_counts.cluster_count
            else measured_counts.cluster_count
        end as cluster_count
    from measured_counts
    inner join measures
        on measured_counts.measure_code = measures.measure_code
    left join respondent_counts
        on measured_counts.wave_id = respondent_counts.wave_id
        and measured_counts.insurer_id = respondent_counts.insurer_id
)

select * from final
