with

indicator_influences as (
    select * from {{ ref('int_person_influences_estimated') }}
),

composite_influences as (
    select * from {{ ref('int_composite_influences_summed') }}
),

waves_compared as (
    select * from {{ ref('int_waves_compared') }}
),

influences as (
    select
        wave_id,
        framework_version,
        'indicator' as score_level,
        indicator_code as score_code,
        insurer_id,
        person_key,
        value_influence as influence
    from indicator_influences
    union all
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        person_key,
        score_influence as influence
    from composite_influences
),

wave_pairs as (
    select distinct
        wave_id,
        before_wave_id as other_wave_id
    from waves_compared
    union all
    select distinct
        wave_id,
        wave_id as other_wave_id
    from influences
),

paired as (
    select
        influences.*,
        wave_pairs.other_wave_id
    from influences
    inner join wave_pairs
        on influences.wave_id = wave_pairs.wave_id
),

-- Rounded once, before the sum.
products as (
    select
        paired.wave_id,
        paired.other_wave_id,
        paired.framework_version,
        paired.score_level,
        paired.score_code,
        paired.insurer_id,
        companions.insurer_id as other_insurer_id,
        cast(paired.influence * companions.influence as decimal(38, 24)) as influence_product
    from paired
    inner join influences as companions
        on paired.other_wave_id = companions.wave_id
        and paired.framework_version = companions.framework_version
        and paired.score_level = companions.score_level
        and paired.score_code = companions.score_code
        and paired.person_key = companions.person_key
    -- Within a wave every pair of insurers once; an insurer with itself is its variance, which is published.
    where paired.wave_id <> paired.other_wave_id or paired.insurer_id < companions.insurer_id
),

-- Covariance of two estimates: only the persons who stand behind both make one.
final as (
    select
        wave_id,
        other_wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        other_insurer_id,
        cast(sum(influence_product) as double) as covariance
    from products
    group by
        wave_id, other_wave_id, framework_version, score_level, score_code, insurer_id, other_insurer_id
)

select * from final
