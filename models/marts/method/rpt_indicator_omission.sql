with

ranks as (
    select * from {{ ref('int_omission_ranks_ordered') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

final as (
    select
        ranks.wave_id,
        ranks.framework_version,
        max(indicators.dimension_code) as dimension_code,
        ranks.omitted_code as indicator_code,
        max(indicators.indicator_weight) as indicator_weight,
        cast(count(*) as bigint) as insurer_count,
        cast(sum(cast(abs(ranks.variant_rank - ranks.official_rank) as bigint)) as double) / count(*)
        as mean_absolute_shift,
        cast(max(abs(ranks.variant_rank - ranks.official_rank)) as bigint) as largest_shift,
        cast(count(case when ranks.variant_rank <> ranks.official_rank then 1 end) as bigint) as moved_insurer_count
    from ranks
    inner join indicators
        on ranks.framework_version = indicators.framework_version
        and ranks.omitted_code = indicators.indicator_code
    group by ranks.wave_id, ranks.framework_version, ranks.omitted_code
)

select * from final
