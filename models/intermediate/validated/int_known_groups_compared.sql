with

sides as (
    select * from {{ ref('int_known_group_means_estimated') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

compared as (
    select
        wave_id,
        pair_code,
        cast(coalesce(max(case when side = 'low' then person_count end), 0) as bigint) as low_count,
        cast(coalesce(max(case when side = 'high' then person_count end), 0) as bigint) as high_count,
        max(case when side = 'high' then mean_value end) - max(case when side = 'low' then mean_value end) as mean_difference,
        sqrt(max(case when side = 'high' then mean_variance end) + max(case when side = 'low' then mean_variance end))
        as standard_error
    from sides
    group by wave_id, pair_code
),

final as (
    select
        compared.wave_id,
        wave_versions.framework_version,
        compared.pair_code,
        compared.low_count,
        compared.high_count,
        compared.mean_difference,
        compared.standard_error
    from compared
    inner join wave_versions
        on compared.wave_id = wave_versions.wave_id
)

select * from final
