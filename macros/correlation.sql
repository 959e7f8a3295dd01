{#- The moments of the pairs (x, y) of a group. x and y are DECIMALs that are never null: their sums are exact, and the
    products are rounded once, so the moments do not depend on the order of rows. -#}
{% macro correlation_moments(x, y) -%}
    cast(count(*) as bigint) as pair_count,
    cast(sum({{ x }}) as double) as x_sum,
    cast(sum({{ y }}) as double) as y_sum,
    cast(sum(cast(cast({{ x }} as double) * cast({{ x }} as double) as decimal(38, 15))) as double) as xx_sum,
    cast(sum(cast(cast({{ y }} as double) * cast({{ y }} as double) as decimal(38, 15))) as double) as yy_sum,
    cast(sum(cast(cast({{ x }} as double) * cast({{ y }} as double) as decimal(38, 15))) as double) as xy_sum,
    min({{ x }}) = max({{ x }}) or min({{ y }}) = max({{ y }}) as is_constant
{%- endmacro %}

{#- Pearson's correlation from the moments; null where either side is constant, since nothing then varies together. -#}
{% macro correlation() -%}
    case when not is_constant then
        (pair_count * xy_sum - x_sum * y_sum)
        / nullif(sqrt(
            greatest(pair_count * xx_sum - x_sum * x_sum, 0) * greatest(pair_count * yy_sum - y_sum * y_sum, 0)
        ), 0)
    end
{%- endmacro %}

{#- Covariance from the moments, divisor n - 1; null for a single pair. -#}
{% macro covariance() -%}
    ((pair_count * xy_sum - x_sum * y_sum) / nullif(cast(pair_count as double) * (pair_count - 1), 0))
{%- endmacro %}

{#- Rank of a value within its group, smallest first; ties share the mean of their ranks. `group_columns` is the list
    that the group is partitioned by. -#}
{% macro average_rank(value, group_columns) -%}
    cast(
        rank() over (partition by {{ group_columns | join(', ') }} order by {{ value }})
        + (count(*) over (partition by {{ (group_columns + [value]) | join(', ') }}) - 1) / cast(2 as double)
        as decimal(28, 12)
    )
{%- endmacro %}
