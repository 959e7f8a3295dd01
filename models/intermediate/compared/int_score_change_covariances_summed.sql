with

products as (
    select * from {{ ref('int_influence_products_summed') }}
    where wave_id <> other_wave_id
),

slopes as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'indicator' as score_level,
        indicator_code as score_code,
        score_slope
    from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and score is not null
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all'
),

-- Influences on composites are points already, those on indicators become points by the slope of their wave.
scored as (
    select
        products.wave_id,
        products.other_wave_id,
        products.framework_version,
        products.score_level,
        products.score_code,
        products.insurer_id,
        products.other_insurer_id,
        products.covariance
        * case when products.score_level = 'indicator' then now.score_slope * past.score_slope else 1.0 end as covariance
    from products
    left join slopes as now
        on products.wave_id = now.wave_id
        and products.framework_version = now.framework_version
        and products.insurer_id = now.insurer_id
        and products.score_level = now.score_level
        and products.score_code = now.score_code
    left join slopes as past
        on products.other_wave_id = past.wave_id
        and products.framework_version = past.framework_version
        and products.other_insurer_id = past.insurer_id
        and products.score_level = past.score_level
        and products.score_code = past.score_code
),

-- The industry line shares persons with itself through every two insurers that share them.
industry as (
    select
        scored.wave_id,
        scored.other_wave_id,
        scored.framework_version,
        scored.score_level,
        scored.score_code,
        cast(sum(cast(
            now.industry_share * past.industry_share * scored.covariance as decimal(38, 24)
        )) as double) as covariance
    from scored
    inner join industry_shares as now
        on scored.wave_id = now.wave_id
        and scored.framework_version = now.framework_version
        and scored.insurer_id = now.insurer_id
        and scored.score_level = now.score_level
        and scored.score_code = now.score_code
    inner join industry_shares as past
        on scored.other_wave_id = past.wave_id
        and scored.framework_version = past.framework_version
        and scored.other_insurer_id = past.insurer_id
        and scored.score_level = past.score_level
        and scored.score_code = past.score_code
    group by
        scored.wave_id, scored.other_wave_id, scored.framework_version, scored.score_level, scored.score_code
),

final as (
    select
        wave_id,
        other_wave_id as before_wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        covariance
    from scored
    where insurer_id = other_insurer_id
    union all
    select
        wave_id,
        other_wave_id as before_wave_id,
        framework_version,
        'industry' as insurer_id,
        score_level,
        score_code,
        covariance
    from industry
)

select * from final
