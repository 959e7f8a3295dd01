with

-- Two items always have an adequacy of one half: there is no third item to hold constant.
inverses as (
    select * from {{ ref('int_item_correlations_inverted') }}
    where item_count > 2
),

scaled as (
    select
        inverses.*,
        max(case when item_position = other_position then inverse_value end)
            over (partition by wave_id, framework_version, dimension_code, item_position) as item_diagonal,
        max(case when item_position = other_position then inverse_value end)
            over (partition by wave_id, framework_version, dimension_code, other_position) as other_diagonal
    from inverses
),

summed as (
    select
        wave_id,
        framework_version,
        dimension_code,
        cast(sum(cast(item_correlation * item_correlation as decimal(28, 15))) as double) as squared_correlations,
        -- Partial correlation: of two items with all others held constant.
        cast(sum(cast(inverse_value * inverse_value / (item_diagonal * other_diagonal) as decimal(28, 15))) as double)
        as squared_partials,
        min(case when inverse_value is null then 0 else 1 end) as is_invertible
    from scaled
    where item_position < other_position
    group by wave_id, framework_version, dimension_code
),

final as (
    select
        wave_id,
        framework_version,
        dimension_code,
        case when is_invertible = 1
            then squared_correlations / nullif(squared_correlations + squared_partials, 0)
        end as sampling_adequacy
    from summed
)

select * from final
