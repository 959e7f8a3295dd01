{#- Sums over insurers are taken of points around a common level, rounded once to DECIMAL. -#}
with

indicator_weights as (
    select * from {{ ref('int_indicator_weights_resolved') }}
    where weight_scheme = 'framework'
),

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
    where segment_type = 'all'
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where segment_type = 'all' and unadjusted_score is not null
),

published as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index' and segment_type = 'all' and disclosure_status = 'published'
),

hidden as (
    select * from {{ ref('int_contributions_disclosed') }}
    where segment_type = 'all' and disclosure_status <> 'published'
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- How far an eligible insurer's index lies from their mean; one that is hidden takes no part.
compared as (
    select
        index_scores.wave_id,
        index_scores.framework_version,
        index_scores.insurer_id,
        cast(index_scores.unadjusted_score as decimal(18, 9)) as rounded_index,
        count(*) over (
            partition by index_scores.wave_id, index_scores.framework_version
        ) as insurer_count
    from index_scores
    inner join assessed
        on index_scores.wave_id = assessed.wave_id
        and index_scores.insurer_id = assessed.insurer_id
    inner join published
        on index_scores.wave_id = published.wave_id
        and index_scores.framework_version = published.framework_version
        and index_scores.insurer_id = published.insurer_id
),

centred as (
    select
        wave_id,
        framework_version,
        insurer_id,
        insurer_count,
        cast(rounded_index as double)
        - cast(sum(rounded_index) over (partition by wave_id, framework_version) as double) / insurer_count as index_deviation
    from compared
),

index_squares as (
    select
        wave_id,
        framework_version,
        max(insurer_count) as insurer_count,
        cast(sum(cast(index_deviation * index_deviation as decimal(28, 15))) as double) as index_square
    from centred
    group by wave_id, framework_version
),

-- What an indicator gives to the index is its weight share times its score; what is missing gives nothing.
index_products as (
    select
        centred.wave_id,
        centred.framework_version,
        contributions.indicator_code,
        cast(sum(cast(centred.index_deviation * contributions.contribution_points as decimal(28, 15))) as double)
        as index_product
    from centred
    inner join contributions
        on centred.wave_id = contributions.wave_id
        and centred.framework_version = contributions.framework_version
        and centred.insurer_id = contributions.insurer_id
    group by centred.wave_id, centred.framework_version, contributions.indicator_code
),

-- One more sum over the insurers: like what an indicator gives to the industry line, it would give hidden ones away.
hidden_sums as (
    select distinct
        centred.wave_id,
        centred.framework_version,
        hidden.indicator_code
    from centred
    inner join hidden
        on centred.wave_id = hidden.wave_id
        and centred.framework_version = hidden.framework_version
        and centred.insurer_id = hidden.insurer_id
),

final as (
    select
        indicator_weights.wave_id,
        indicator_weights.framework_version,
        indicator_weights.indicator_code,
        case when index_squares.insurer_count >= rules.objective_insurers_min
            then rules.weight_points * coalesce(index_products.index_product, 0) / nullif(index_squares.index_square, 0)
        end as effective_weight,
        case
            when index_squares.insurer_count is null then 'missing'
            when index_squares.insurer_count < rules.objective_insurers_min then 'few_insurers'
            when index_squares.index_square = 0 then 'constant'
            else 'estimated'
        end as effective_status,
        hidden_sums.indicator_code is not null as is_hidden
    from indicator_weights
    cross join rules
    left join index_squares
        on indicator_weights.wave_id = index_squares.wave_id
        and indicator_weights.framework_version = index_squares.framework_version
    left join index_products
        on indicator_weights.wave_id = index_products.wave_id
        and indicator_weights.framework_version = index_products.framework_version
        and indicator_weights.indicator_code = index_products.indicator_code
    left join hidden_sums
        on indicator_weights.wave_id = hidden_sums.wave_id
        and indicator_weights.framework_version = hidden_sums.framework_version
        and indicator_weights.indicator_code = hidden_sums.indicator_code
)

select * from final
