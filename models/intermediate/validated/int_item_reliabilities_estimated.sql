with

pairs as (
    select * from {{ ref('int_item_pairs_summed') }}
),

-- Both halves of the covariance matrix.
covariances as (
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        item_count,
        pair_count,
        item_position,
        other_position,
        cast({{ covariance() }} as decimal(28, 12)) as item_covariance
    from pairs
    union all
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        item_count,
        pair_count,
        other_position as item_position,
        item_position as other_position,
        cast({{ covariance() }} as decimal(28, 12)) as item_covariance
    from pairs
    where item_position < other_position
),

by_item as (
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        item_count,
        pair_count,
        item_position,
        cast(sum(item_covariance) as decimal(28, 12)) as total_covariance,
        cast(max(case when item_position = other_position then item_covariance end) as decimal(28, 12)) as item_variance
    from covariances
    group by wave_id, framework_version, subject_type, subject_code, item_count, pair_count, item_position
),

-- The variance of a sum is the sum of all covariances.
totalled as (
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        item_count,
        pair_count,
        item_position,
        cast(total_covariance as double) as total_covariance,
        cast(item_variance as double) as item_variance,
        cast(sum(total_covariance) over (partition by wave_id, framework_version, subject_type, subject_code) as double)
        as total_variance,
        cast(sum(item_variance) over (partition by wave_id, framework_version, subject_type, subject_code) as double)
        as item_variance_sum
    from by_item
),

rested as (
    select
        totalled.*,
        total_variance - 2 * total_covariance + item_variance as rest_variance
    from totalled
),

final as (
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        item_position,
        item_count,
        pair_count as response_count,
        case when round(total_variance, 6) > 0
            then cast(item_count as double) / (item_count - 1) * (1 - item_variance_sum / total_variance)
        end as alpha,
        -- Corrected: the item against the sum of the others, not against a total that holds itself.
        case when round(item_variance, 6) > 0 and round(rest_variance, 6) > 0
            then (total_covariance - item_variance) / sqrt(item_variance * rest_variance)
        end as item_total_correlation
    from rested
)

select * from final
