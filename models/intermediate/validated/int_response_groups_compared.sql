{% set sums = [
    'person_count', 'numerator_sum', 'denominator_sum', 'numerator_square_sum', 'cross_product_sum', 'denominator_square_sum',
] -%}

with

groups as (
    select * from {{ ref('int_response_groups_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Everybody else of the insurer is what a group is compared with.
opposed as (
    select
        wave_id,
        insurer_id,
        group_type,
        group_code,
        {% for name in sums -%}
        cast({{ name }} as double) as {{ name }},
        cast(sum({{ name }}) over (partition by wave_id, insurer_id, group_type) - {{ name }} as double)
        as other_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from groups
),

estimated as (
    select
        opposed.*,
        numerator_sum / nullif(denominator_sum, 0) as group_value,
        other_numerator_sum / nullif(other_denominator_sum, 0) as other_value,
        least(
            {{ kish_effective_base('denominator_sum', 'denominator_square_sum') }},
            {{ kish_effective_base('other_denominator_sum', 'other_denominator_square_sum') }}
        ) as smaller_effective_base,
        {{ ratio_variance('') }} as group_variance,
        {{ ratio_variance('other_') }} as other_variance
    from opposed
),

judged as (
    select
        estimated.*,
        estimated.group_value - estimated.other_value as value_difference,
        sqrt(estimated.group_variance + estimated.other_variance) as difference_error,
        {{ student_quantile('rules.confidence_level_z', '(estimated.smaller_effective_base - 1)') }} as student_quantile
    from estimated
    cross join rules
),

final as (
    select
        wave_id,
        insurer_id,
        group_type,
        group_code,
        cast(person_count as bigint) as person_count,
        cast(other_person_count as bigint) as other_person_count,
        group_value,
        sqrt(group_variance) as standard_error,
        value_difference,
        difference_error,
        value_difference - student_quantile * difference_error as difference_lower,
        value_difference + student_quantile * difference_error as difference_upper,
        round(abs(value_difference), 6) > round(student_quantile * difference_error, 6) as is_different
    from judged
)

select * from final
