with

factors as (
    select * from {{ ref('dim_bridge_factors') }}
),

scores as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code,
        score
    from {{ ref('fct_index_scores') }}
    where segment_type = 'all'
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'dimension' as score_level,
        dimension_code as score_code,
        score
    from {{ ref('fct_dimension_scores') }}
    where segment_type = 'all'
),

paired as (
    select
        factors.wave_id,
        later.insurer_id,
        factors.score_level,
        factors.score_code,
        factors.previous_version,
        factors.framework_version,
        earlier.score as previous_score,
        later.score,
        factors.bridge_factor,
        {{ linked_score('earlier.score', 'factors.bridge_factor') }} as linked_previous_score
    from factors
    inner join scores as later
        on factors.wave_id = later.wave_id
        and factors.framework_version = later.framework_version
        and factors.score_level = later.score_level
        and factors.score_code = later.score_code
    inner join scores as earlier
        on later.wave_id = earlier.wave_id
        and later.insurer_id = earlier.insurer_id
        and factors.previous_version = earlier.framework_version
        and later.score_level = earlier.score_level
        and later.score_code = earlier.score_code
),

final as (
    select
        wave_id,
        insurer_id,
        score_level,
        score_code,
        previous_version,
        framework_version,
        previous_score,
        score,
        score - previous_score as framework_change,
        bridge_factor,
        linked_previous_score,
        score - linked_previous_score as remaining_change
    from paired
)

select * from final
