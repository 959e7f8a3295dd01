{#- The published index and ranking under every drawn set of weights; nothing else differs. -#}
with

draws as (
    select * from {{ ref('int_weight_draws_split') }}
    where is_current and drawn_weight > 0
),

scores as (
    select * from {{ ref('int_ranked_scores_listed') }}
),

drawn_dimensions as (
    select
        framework_version,
        draw_number,
        dimension_code,
        cast(sum(cast(drawn_weight as decimal(28, 12))) as double) as dimension_weight
    from draws
    group by framework_version, draw_number, dimension_code
),

varied as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        draws.draw_number,
        scores.dimension_code,
        drawn_dimensions.dimension_weight,
        draws.drawn_weight as variant_weight,
        scores.score
    from scores
    inner join draws
        on scores.framework_version = draws.framework_version
        and scores.indicator_code = draws.indicator_code
    inner join drawn_dimensions
        on draws.framework_version = drawn_dimensions.framework_version
        and draws.draw_number = drawn_dimensions.draw_number
        and draws.dimension_code = drawn_dimensions.dimension_code
),

{{ ranks_of_variants('varied', 'draw_number') }}

select * from final
