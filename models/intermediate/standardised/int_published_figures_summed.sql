with

figures as (
    select * from {{ ref('int_figures_dated') }}
    where exclusion_reason is null
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

final as (
    select
        figures.wave_id,
        wave_versions.framework_version,
        figures.insurer_id,
        figures.indicator_code,
        cast(sum(cast(figures.numerator as decimal(28, 9))) as double) as figure_numerator_sum,
        cast(sum(cast(figures.denominator as decimal(28, 9))) as double) as figure_denominator_sum
    from figures
    inner join wave_versions
        on figures.wave_id = wave_versions.wave_id
    group by figures.wave_id, wave_versions.framework_version, figures.insurer_id, figures.indicator_code
)

select * from final
