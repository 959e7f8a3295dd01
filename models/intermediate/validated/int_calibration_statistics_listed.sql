with

published_figures as (
    select * from {{ ref('int_published_figures_compared') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

final as (
    select
        published_figures.wave_id,
        published_figures.framework_version,
        'calibration_correlation' as statistic,
        'indicator' as subject_type,
        published_figures.first_code as subject_code,
        published_figures.second_code as related_code,
        'insurers' as unit,
        published_figures.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        published_figures.rank_correlation as statistic_value,
        cast(null as double) as standard_error,
        rules.validity_correlation_min as threshold
    from published_figures
    cross join rules
    union all
    -- In the unit of the indicator, so that no limit holds for all of them.
    select
        published_figures.wave_id,
        published_figures.framework_version,
        'calibration_difference' as statistic,
        'indicator' as subject_type,
        published_figures.first_code as subject_code,
        published_figures.second_code as related_code,
        'insurers' as unit,
        published_figures.insurer_count as unit_count,
        rules.validity_insurers_min as unit_min,
        published_figures.mean_absolute_difference as statistic_value,
        cast(null as double) as standard_error,
        cast(null as double) as threshold
    from published_figures
    cross join rules
    where published_figures.mean_absolute_difference is not null
)

select * from final
