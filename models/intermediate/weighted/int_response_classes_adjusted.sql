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
        pool_level || case pool_level when 'class' then ' · ' || stratum || ' · ' || class_code
            when 'stratum' then ' · ' || stratum else '' end as pool_code
    from pooled
),

counted as (
    select
        labelled.*,
        sum(respondent_count) over (partition by wave_id, insurer_id, pool_code) as pool_respondents
    from labelled
),

-- What is too small even then joins the smallest of the insurer's other classes.
joined as (
    select
        counted.*,
        case when pool_level = 'insurer' and pool_respondents < response_class_min
            then first_value(pool_code) over (
                partition by wave_id, insurer_id
                order by
                    case when pool_level = 'insurer' then 1 else 0 end asc,
                    pool_respondents asc,
                    pool_code asc
                rows between unbounded preceding and unbounded following
            )
            else pool_code
        end as joined_code
    from counted
),

final as (
    select
        wave_id,
        insurer_id,
        stratum,
        class_code,
        joined_code as pool_code,
        respondent_count,
        cast(sum(invited_weight) over (partition by wave_id, insurer_id, joined_code) as double)
        / nullif(cast(sum(responded_weight) over (partition by wave_id, insurer_id, joined_code) as double), 0)
        as nonresponse_factor
    from joined
)

select * from final
