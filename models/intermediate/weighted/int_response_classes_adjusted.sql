with

invited as (
    select * from {{ ref('int_response_classes_listed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

classes as (
    select
        wave_id,
        insurer_id,
        stratum,
        class_code,
        cast(count(response_id) as double) as respondent_count,
        sum(cast(design_weight as decimal(28, 9))) as invited_weight,
        sum(cast(case when response_id is not null then design_weight else 0.0 end as decimal(28, 9))) as responded_weight
    from invited
    group by wave_id, insurer_id, stratum, class_code
),

sized as (
    select
        classes.*,
        classes.respondent_count >= rules.response_class_min as is_large,
        rules.response_class_min
    from classes
    cross join rules
),

-- Small classes of a stratum are one class; where that is still small it joins those of the insurer's other strata.
pooled as (
    select
        sized.*,
        case
            when is_large then 'class'
            when sum(case when is_large then 0.0 else respondent_count end)
                over (partition by wave_id, insurer_id, stratum) >= response_class_min then 'stratum'
            else 'insurer'
        end as pool_level
    from sized
),

labelled as (
    select
        pooled.*,
        case pool_level when 'class' then stratum || ' · ' || class_code when 'stratum' then stratum else 'insurer' end
        as pool_code
    from pooled
),

final as (
    select
        wave_id,
        insurer_id,
        stratum,
        class_code,
        pool_level,
        respondent_count,
        cast(sum(invited_weight) over (partition by wave_id, insurer_id, pool_level, pool_code) as double)
        / nullif(cast(
            sum(responded_weight) over (partition by wave_id, insurer_id, pool_level, pool_code) as double
        ), 0) as nonresponse_factor
    from labelled
)

select * from final
