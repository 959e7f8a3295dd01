-- The ranking that the variants of the method are compared with is the published one; and the scheme that uses what the
-- framework uses moves nobody, where the framework normalises and aggregates everything in one way.
with

published as (
    select * from {{ ref('fct_index_scores') }}
    where is_rankable
),

listed as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

methods as (
    select
        indicators.framework_version,
        max(indicators.normalisation) as normalisation,
        max(dimensions.aggregation) as aggregation
    from {{ ref('indicators') }} as indicators
    inner join {{ ref('dimensions') }} as dimensions
        on indicators.framework_version = dimensions.framework_version
        and indicators.dimension_code = dimensions.dimension_code
    inner join {{ ref('framework_versions') }} as versions
        on indicators.framework_version = versions.framework_version
    where indicators.indicator_weight > 0
    group by indicators.framework_version
    having
        min(indicators.normalisation) = max(indicators.normalisation)
        and min(dimensions.aggregation) = max(dimensions.aggregation)
        and max(dimensions.aggregation) = max(coalesce(versions.index_aggregation, 'arithmetic'))
),

ranking_problems as (
    select
        'wave ' || coalesce(published.wave_id, listed.wave_id) || ', insurer '
        || coalesce(published.insurer_id, listed.insurer_id) || ': published rank '
        || coalesce(cast(published.rank as string), 'none') || ', compared with '
        || coalesce(cast(listed.official_rank as string), 'none') as problem
    from published
    full outer join listed
        on published.wave_id = listed.wave_id
        and published.framework_version = listed.framework_version
        and published.insurer_id = listed.insurer_id
    where published.rank is distinct from listed.official_rank
),

scheme_problems as (
    select
        'wave ' || ranks.wave_id || ', insurer ' || ranks.insurer_id || ': index '
        || cast(ranks.score as string) || ' under the published scheme, published '
        || cast(listed.score as string) as problem
    from {{ ref('int_scheme_ranks_ordered') }} as ranks
    inner join methods
        on ranks.framework_version = methods.framework_version
        and ranks.normalisation = methods.normalisation
        and ranks.aggregation = methods.aggregation
    inner join listed
        on ranks.wave_id = listed.wave_id
        and ranks.framework_version = listed.framework_version
        and ranks.insurer_id = listed.insurer_id
    where
        ranks.weight_scheme = 'framework' and ranks.has_auxiliary
        and (abs(ranks.score - listed.score) > 0.000000001 or ranks.scheme_rank <> listed.official_rank)
)

select problem from ranking_problems
union all
select problem from scheme_problems
