{#- CTEs from `variants` (a relation of one row per insurer, variant and indicator that counts in it: its weight and score,
    and the weight of its dimension in the variant) to `final`, the ranking of every variant by the rules of the published
    one. `variant` is the column that tells variants apart. -#}
{% macro ranks_of_variants(variants, variant) -%}
dimensions as (
    select * from {{ ref('dimensions') }}
),

versions as (
    select
        framework_version,
        coalesce(index_aggregation, 'arithmetic') as index_aggregation
    from {{ ref('framework_versions') }}
),

ranked as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

dimension_sums as (
    select
        variants.wave_id,
        variants.framework_version,
        variants.insurer_id,
        variants.{{ variant }},
        variants.dimension_code,
        max(variants.dimension_weight) as dimension_weight,
        {{ aggregation_sums('variants.variant_weight', 'variants.score', 'rules.aggregation_floor') }}
    from {{ variants }} as variants
    cross join rules
    group by variants.wave_id, variants.framework_version, variants.insurer_id, variants.{{ variant }}, variants.dimension_code
),

dimension_scores as (
    select
        dimension_sums.wave_id,
        dimension_sums.framework_version,
        dimension_sums.insurer_id,
        dimension_sums.{{ variant }},
        dimension_sums.dimension_weight,
        {{ aggregated_score('dimensions.aggregation') }} as score
    from dimension_sums
    inner join dimensions
        on dimension_sums.framework_version = dimensions.framework_version
        and dimension_sums.dimension_code = dimensions.dimension_code
),

index_sums as (
    select
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.{{ variant }},
        {{ aggregation_sums('dimension_scores.dimension_weight', 'dimension_scores.score', 'rules.aggregation_floor') }}
    from dimension_scores
    cross join rules
    group by
        dimension_scores.wave_id, dimension_scores.framework_version, dimension_scores.insurer_id,
        dimension_scores.{{ variant }}
),

adjusted as (
    select
        index_sums.wave_id,
        index_sums.framework_version,
        index_sums.insurer_id,
        index_sums.{{ variant }},
        ranked.base_count,
        ranked.official_rank,
        least(greatest({{ aggregated_score('versions.index_aggregation') }} + ranked.adjustment_points, 0), 100) as score
    from index_sums
    inner join versions
        on index_sums.framework_version = versions.framework_version
    inner join ranked
        on index_sums.wave_id = ranked.wave_id
        and index_sums.framework_version = ranked.framework_version
        and index_sums.insurer_id = ranked.insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        {{ variant }},
        score,
        official_rank,
        row_number() over (
            partition by wave_id, framework_version, {{ variant }}
            order by round(score, 6) desc nulls last, base_count desc nulls last, insurer_id asc
        ) as variant_rank
    from adjusted
)
{%- endmacro %}

{#- Every subset of a list, from the empty one to all of it. -#}
{% macro subsets(items) -%}
    {% set found = [[]] %}
    {% for item in items %}
        {% for subset in found | list %}
            {% do found.append(subset + [item]) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{#- What Spearman's correlation of n ranks without ties multiplies the sum of their squared differences by. -#}
{% macro spearman_factor(n) -%}
    (6 / nullif(cast({{ n }} as double) * ({{ n }} * {{ n }} - 1), 0))
{%- endmacro %}

{#- Middle and ends of the ranks of an insurer over variants, inside `group by` over rows with their `place` in the order
    of ranks and the number `place_count` of variants. `share` is how many of them the ends hold between them. -#}
{% macro rank_quantiles(rank, place, place_count, share) -%}
    cast(sum(case
        when {{ place }} in (floor(({{ place_count }} + 1) / 2), ceil(({{ place_count }} + 1) / 2)) then {{ rank }}
    end) as double)
    / count(case when {{ place }} in (floor(({{ place_count }} + 1) / 2), ceil(({{ place_count }} + 1) / 2)) then 1 end)
    as rank_median,
    cast(max(case
        when {{ place }} = greatest(ceil(round({{ place_count }} * (1 - {{ share }}) / 2, 6)), 1) then {{ rank }}
    end) as bigint) as rank_low,
    cast(max(case
        when {{ place }} = {{ place_count }} + 1 - greatest(ceil(round({{ place_count }} * (1 - {{ share }}) / 2, 6)), 1)
            then {{ rank }}
    end) as bigint) as rank_high
{%- endmacro %}

{#- The number of orders of n things. -#}
{% macro factorial(n) -%}
    {{ return((n * factorial(n - 1)) if n > 1 else 1) }}
{%- endmacro %}
