{#- What would the ranking of the latest wave be under other dimension weights? The var `what_if_weights` names points by
    dimension code, and dimensions it leaves out keep their published points; without it every dimension counts the
    same. Only the weights differ from the published index: dimension scores, adjustments and clipping are its own.
    Dimensions are averaged, whatever the index_aggregation of the version. -#}
{% set what_if_weights = var('what_if_weights', {}) -%}

with

index_scores as (
    select * from {{ ref('fct_index_scores') }}
    where is_rankable and is_official_version
),

-- Not the published scores: a dimension that is hidden for its few persons still counts in the index.
dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where segment_type = 'all' and score is not null
),

dimensions as (
    select
        framework_version,
        dimension_code,
        dimension_weight as published_weight,
        {% if what_if_weights -%}
        case dimension_code
            {% for code, points in what_if_weights.items() -%}
            when '{{ code }}' then cast({{ points }} as double)
            {% endfor -%}
            else dimension_weight
        end as what_if_weight
        {%- else -%}
        cast(1 as double) as what_if_weight
        {%- endif %}
    from {{ ref('dim_dimensions') }}
),

waves as (
    select * from {{ ref('dim_waves') }}
),

recency as (
    select
        index_scores.wave_id,
        index_scores.framework_version,
        index_scores.insurer_id,
        index_scores.score,
        index_scores.rank,
        index_scores.adjustment_points,
        index_scores.base_count,
        dense_rank() over (order by waves.starts_at_utc desc) as recency_rank
    from index_scores
    inner join waves
        on index_scores.wave_id = waves.wave_id
),

latest as (
    select * from recency
    where recency_rank = 1
),

weighted as (
    select
        latest.insurer_id,
        cast(sum(cast(dimensions.published_weight * dimension_scores.score as decimal(28, 12))) as double)
        / nullif(cast(sum(cast(dimensions.published_weight as decimal(28, 9))) as double), 0) as published_weight_score,
        cast(sum(cast(dimensions.what_if_weight * dimension_scores.score as decimal(28, 12))) as double)
        / nullif(cast(sum(cast(dimensions.what_if_weight as decimal(28, 9))) as double), 0) as what_if_score
    from latest
    inner join dimension_scores
        on latest.wave_id = dimension_scores.wave_id
        and latest.framework_version = dimension_scores.framework_version
        and latest.insurer_id = dimension_scores.insurer_id
    inner join dimensions
        on dimension_scores.framework_version = dimensions.framework_version
        and dimension_scores.dimension_code = dimensions.dimension_code
    group by latest.insurer_id
),

adjusted as (
    select
        latest.wave_id,
        latest.framework_version,
        latest.insurer_id,
        latest.score,
        latest.rank,
        latest.base_count,
        least(greatest(weighted.published_weight_score + latest.adjustment_points, 0), 100) as published_weight_score,
        case
            when weighted.what_if_score is not null
                then least(greatest(weighted.what_if_score + latest.adjustment_points, 0), 100)
        end as what_if_score
    from latest
    inner join weighted
        on latest.insurer_id = weighted.insurer_id
),

ranked as (
    select
        adjusted.*,
        row_number() over (
            order by
                round(adjusted.what_if_score, 6) desc nulls last, adjusted.base_count desc nulls last, adjusted.insurer_id asc
        ) as what_if_rank
    from adjusted
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score,
        published_weight_score,
        what_if_score,
        what_if_score - score as score_change,
        rank,
        cast(what_if_rank as bigint) as what_if_rank,
        cast(rank - what_if_rank as bigint) as places_gained
    from ranked
)

select * from final
order by what_if_rank
