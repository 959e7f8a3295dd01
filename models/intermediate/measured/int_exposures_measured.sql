with

exposures as (
    select * from {{ ref('int_exposures_dated') }}
    where exclusion_reason is null
),

{% set totals = [
    'insured_persons', 'policies_in_force_end', 'policies_in_force_mean',
    'premium_income', 'claims_closed', 'policies_surrendered',
] -%}

unpivoted as (
    {% for total in totals -%}
    select
        wave_id,
        insurer_id,
        coalesce(product_line, 'unknown') as product_line,
        coalesce(region, 'unknown') as region,
        '{{ total }}' as measure_code,
        cast({{ total }} as decimal(28, 9)) as total
    from exposures
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        wave_id,
        insurer_id,
        product_line,
        region,
        measure_code,
        -- A total that lacks a part is not known.
        case when count(*) = count(total) then cast(sum(total) as decimal(28, 9)) end as total
    from unpivoted
    group by wave_id, insurer_id, product_line, region, measure_code
)

select * from final
