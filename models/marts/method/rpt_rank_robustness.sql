with

ranked as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

scheme_ranks as (
    select * from {{ ref('int_scheme_ranks_ordered') }}
),

schemes as (
    select * from {{ ref('int_scheme_shifts_measured') }}
    where scheme_status = 'computed'
),

draw_ranks as (
    select * from {{ ref('int_draw_ranks_ordered') }}
),

draws as (
    select
        framework_version,
        max(case when is_current then 1 else 0 end) as is_current
    from {{ ref('int_weight_draws_split') }}
    group by framework_version
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

unioned as (
    select
        scheme_ranks.wave_id,
        scheme_ranks.framework_version,
        scheme_ranks.insurer_id,
        'scheme' as variant_kind,
        scheme_ranks.scheme_rank as variant_rank
    from scheme_ranks
    inner join schemes
        on scheme_ranks.wave_id = schemes.wave_id
        and scheme_ranks.framework_version = schemes.framework_version
        and scheme_ranks.weight_scheme = schemes.weight_scheme
        and scheme_ranks.normalisation = schemes.normalisation
        and scheme_ranks.aggregation = schemes.aggregation
        and scheme_ranks.has_auxiliary = schemes.has_auxiliary
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'draw' as variant_kind,
        variant_rank
    from draw_ranks
),

-- Equal ranks are interchangeable, so any order among them gives the same quantiles.
placed as (
    select
        unioned.*,
        row_number() over (
            partition by wave_id, framework_version, insurer_id, variant_kind order by variant_rank asc nulls last
        ) as place,
        count(*) over (partition by wave_id, framework_version, insurer_id, variant_kind) as place_count
    from unioned
),

quantiles as (
    select
        placed.wave_id,
        placed.framework_version,
        placed.insurer_id,
        placed.variant_kind,
        max(placed.place_count) as variant_count,
        {{ rank_quantiles('placed.variant_rank', 'placed.place', 'placed.place_count', 'rules.rank_interval_share') }}
    from placed
    cross join rules
    group by placed.wave_id, placed.framework_version, placed.insurer_id, placed.variant_kind
),

final as (
    select
        ranked.wave_id,
        ranked.framework_version,
        ranked.insurer_id,
        cast(ranked.official_rank as bigint) as official_rank,
        cast(coalesce(by_scheme.variant_count, 0) as bigint) as scheme_count,
        by_scheme.rank_median as scheme_rank_median,
        by_scheme.rank_low as scheme_rank_low,
        by_scheme.rank_high as scheme_rank_high,
        case
            when draws.is_current is null then 'no_draws'
            when draws.is_current = 0 then 'outdated'
            else 'computed'
        end as draw_status,
        cast(coalesce(by_draw.variant_count, 0) as bigint) as draw_count,
        by_draw.rank_median as draw_rank_median,
        by_draw.rank_low as draw_rank_low,
        by_draw.rank_high as draw_rank_high
    from ranked
    left join draws
        on ranked.framework_version = draws.framework_version
    left join quantiles as by_scheme
        on by_scheme.variant_kind = 'scheme'
        and ranked.wave_id = by_scheme.wave_id
        and ranked.framework_version = by_scheme.framework_version
        and ranked.insurer_id = by_scheme.insurer_id
    left join quantiles as by_draw
        on by_draw.variant_kind = 'draw'
        and ranked.wave_id = by_draw.wave_id
        and ranked.framework_version = by_draw.framework_version
        and ranked.insurer_id = by_draw.insurer_id
)

select * from final
