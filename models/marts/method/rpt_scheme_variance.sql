{#- With v(u) the explained variance of a subset u of factors and V that of all of them:
    first order v({i}) / V, total 1 - v(all but i) / V, and Shapley's share, the mean over all orders of adding factors
    of what factor i adds. Only the last adds up to one when factors depend on each other. -#}
{% set factors = ['weight_scheme', 'normalisation', 'aggregation', 'has_auxiliary'] -%}

with

explained as (
    select * from {{ ref('int_scheme_variances_explained') }}
),

subset_rows as (
    {% for factor in factors -%}
    select
        wave_id,
        framework_version,
        '{{ factor }}' as factor,
        knows_{{ factor }} as knows_factor,
        known_count,
        scheme_count,
        explained_variance
    from explained
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- A factor comes after k known ones, and before the rest, in k! * (n - 1 - k)! of all n! orders.
weighed as (
    select
        subset_rows.*,
        case known_count - knows_factor
            {% for known in range(factors | length) -%}
            when {{ known }} then {{ factorial(known) * factorial((factors | length) - 1 - known) }}
            {% endfor -%}
        end as order_count
    from subset_rows
),

summed as (
    select
        wave_id,
        framework_version,
        factor,
        max(scheme_count) as scheme_count,
        max(case when known_count = {{ factors | length }} then explained_variance end) as shift_variance,
        max(case when known_count = 1 and knows_factor = 1 then explained_variance end) as own_variance,
        max(case when known_count = {{ (factors | length) - 1 }} and knows_factor = 0 then explained_variance end)
        as others_variance,
        cast(sum(cast(
            order_count * (case when knows_factor = 1 then explained_variance else -explained_variance end)
            as decimal(38, 18)
        )) as double) / {{ factorial(factors | length) }} as added_variance
    from weighed
    group by wave_id, framework_version, factor
),

final as (
    select
        wave_id,
        framework_version,
        factor,
        cast(scheme_count as bigint) as scheme_count,
        shift_variance,
        own_variance / nullif(shift_variance, 0) as first_order_share,
        1 - others_variance / nullif(shift_variance, 0) as total_share,
        added_variance / nullif(shift_variance, 0) as variance_share
    from summed
)

select * from final
