with

ranked as (
    select * from {{ ref('int_scores_ranked') }}
),

products as (
    select * from {{ ref('int_influence_products_summed') }}
    where wave_id = other_wave_id
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

pairs as (
    select
        better.wave_id,
        better.framework_version,
        better.score_level,
        better.score_code,
        better.insurer_id,
        worse.insurer_id as other_insurer_id,
        better.rank_position,
        worse.rank_position as other_rank_position,
        better.ranked_value - worse.ranked_value as difference,
        better.standard_error,
        worse.standard_error as other_standard_error,
        better.reach_below,
        better.reach_above,
        worse.reach_below as other_reach_below,
        worse.reach_above as other_reach_above,
        -- Figures published by others have no error: the better one is better. Nothing follows from an estimate whose
        -- error is not known.
        better.is_published_figure and worse.is_published_figure as is_certain,
        (better.is_published_figure or better.reach_below is not null)
        and (worse.is_published_figure or worse.reach_below is not null) as is_known
    from ranked as better
    inner join ranked as worse
        on better.wave_id = worse.wave_id
        and better.framework_version = worse.framework_version
        and better.score_level = worse.score_level
        and better.score_code = worse.score_code
        and better.rank_position < worse.rank_position
),

shared as (
    select
        pairs.wave_id,
        pairs.framework_version,
        pairs.score_level,
        pairs.score_code,
        pairs.insurer_id,
        pairs.other_insurer_id,
        pairs.rank_position,
        pairs.other_rank_position,
        pairs.difference,
        pairs.is_certain,
        pairs.is_known,
        pairs.standard_error,
        pairs.other_standard_error,
        coalesce(pairs.reach_below, 0.0) as reach_below,
        coalesce(pairs.reach_above, 0.0) as reach_above,
        coalesce(pairs.other_reach_below, 0.0) as other_reach_below,
        coalesce(pairs.other_reach_above, 0.0) as other_reach_above,
        coalesce(products.covariance, 0.0) as covariance,
        {{ estimate_correlation('coalesce(products.covariance, 0.0)', 'pairs.standard_error', 'pairs.other_standard_error') }}
        as estimate_correlation,
        rules.confidence_level_z
    from pairs
    left join products
        on pairs.wave_id = products.wave_id
        and pairs.framework_version = products.framework_version
        and pairs.score_level = products.score_level
        and pairs.score_code = products.score_code
        and least(pairs.insurer_id, pairs.other_insurer_id) = products.insurer_id
        and greatest(pairs.insurer_id, pairs.other_insurer_id) = products.other_insurer_id
    cross join rules
),

final as (
    select
        shared.*,
        sqrt(greatest(
            power(coalesce(standard_error, 0), 2) + power(coalesce(other_standard_error, 0), 2) - 2 * covariance, 0
        )) as difference_standard_error,
        {{ difference_distance('reach_below', 'other_reach_above', 'estimate_correlation') }} as reach_down,
        {{ difference_distance('reach_above', 'other_reach_below', 'estimate_correlation') }} as reach_up
    from shared
)

select * from final
