with

schemes as (
    select * from {{ ref('int_schemes_listed') }}
),

ranks as (
    select * from {{ ref('int_scheme_ranks_ordered') }}
),

moved as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        normalisation,
        aggregation,
        has_auxiliary,
        max(insurer_count) as insurer_count,
        -- Every ranked insurer must have an index, or ranks would not compare.
        count(*) as scored_count,
        cast(sum(cast(abs(scheme_rank - official_rank) as bigint)) as double) / count(*) as mean_absolute_shift,
        cast(max(abs(scheme_rank - official_rank)) as bigint) as largest_shift,
        -- Spearman's correlation of two rankings without ties.
        1 - sum(cast(power(scheme_rank - official_rank, 2) as bigint)) * {{ spearman_factor('count(*)') }} as rank_correlation
    from ranks
    group by wave_id, framework_version, weight_scheme, normalisation, aggregation, has_auxiliary
),

final as (
    select
        schemes.wave_id,
        schemes.framework_version,
        schemes.weight_scheme,
        schemes.normalisation,
        schemes.aggregation,
        schemes.has_auxiliary,
        case
            when schemes.scheme_status <> 'valid' then schemes.scheme_status
            when moved.scored_count is null or moved.scored_count < moved.insurer_count then 'incomplete'
            else 'computed'
        end as scheme_status,
        schemes.reason_zh,
        schemes.reason_en,
        moved.insurer_count,
        case when moved.scored_count = moved.insurer_count then moved.mean_absolute_shift end as mean_absolute_shift,
        case when moved.scored_count = moved.insurer_count then moved.largest_shift end as largest_shift,
        case when moved.scored_count = moved.insurer_count then moved.rank_correlation end as rank_correlation
    from schemes
    left join moved
        on schemes.wave_id = moved.wave_id
        and schemes.framework_version = moved.framework_version
        and schemes.weight_scheme = moved.weight_scheme
        and schemes.normalisation = moved.normalisation
        and schemes.aggregation = moved.aggregation
        and schemes.has_auxiliary = moved.has_auxiliary
)

select * from final
