with

grouped as (
    select * from {{ ref('int_responses_grouped') }}
),

persons as (
    select
        wave_id,
        insurer_id,
        group_type,
        group_code,
        person_key,
        cast(sum(weighted_numerator) as double) as numerator,
        cast(sum(weighted_denominator) as double) as denominator
    from grouped
    group by wave_id, insurer_id, group_type, group_code, person_key
),

-- Products are rounded once, so that the sums do not depend on the order of rows.
final as (
    select
        wave_id,
        insurer_id,
        group_type,
        group_code,
        count(*) as person_count,
        cast(sum(cast(numerator as decimal(38, 9))) as decimal(38, 9)) as numerator_sum,
        cast(sum(cast(denominator as decimal(38, 9))) as decimal(38, 9)) as denominator_sum,
        cast(sum(cast(numerator * numerator as decimal(38, 12))) as decimal(38, 12)) as numerator_square_sum,
        cast(sum(cast(numerator * denominator as decimal(38, 12))) as decimal(38, 12)) as cross_product_sum,
        cast(sum(cast(denominator * denominator as decimal(38, 12))) as decimal(38, 12)) as denominator_square_sum
    from persons
    group by wave_id, insurer_id, group_type, group_code
)

select * from final
