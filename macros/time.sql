{#- Seconds from one UTC timestamp to a later one, fractions kept. -#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    (cast(epoch_us({{ later }}) - epoch_us({{ earlier }}) as double) / 1000000)
{%- endmacro %}

{% macro spark__seconds_between(earlier, later) -%}
    (cast(unix_micros({{ later }}) - unix_micros({{ earlier }}) as double) / 1000000)
{%- endmacro %}

{#- Days from one UTC timestamp to a later one, fractions kept. -#}
{% macro days_between(earlier, later) -%}
    ({{ seconds_between(earlier, later) }} / 86400)
{%- endmacro %}

{#- The timestamp a number of seconds later. -#}
{% macro add_seconds(moment, seconds) -%}
    {{ return(adapter.dispatch('add_seconds')(moment, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(moment, seconds) -%}
    ({{ moment }} + to_seconds(cast({{ seconds }} as bigint)))
{%- endmacro %}

{% macro spark__add_seconds(moment, seconds) -%}
    timestampadd(second, cast({{ seconds }} as bigint), {{ moment }})
{%- endmacro %}

{#- Months since year 0, so that waves a number of months apart differ by that number. -#}
{% macro month_index(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))
{%- endmacro %}

{#- Whole years a customer has been one at the start of a wave; a customer who came later counts as new (0). -#}
{% macro tenure_years(customer_since, wave_starts_on) -%}
    case when {{ customer_since }} is not null then greatest(
        cast(extract(year from {{ wave_starts_on }}) - extract(year from {{ customer_since }}) as double)
        - case
            when extract(month from {{ wave_starts_on }}) * 100 + extract(day from {{ wave_starts_on }})
                < extract(month from {{ customer_since }}) * 100 + extract(day from {{ customer_since }}) then 1
            else 0
        end, 0
    ) end
{%- endmacro %}

{#- Whether years lie in a class of tenure; the class without an upper end takes the rest. `classes` is an alias of the
    rows of `segments` of that type. -#}
{% macro is_in_tenure(years, classes) -%}
    ({{ years }} >= {{ classes }}.tenure_years_from
    and ({{ classes }}.tenure_years_below is null or {{ years }} < {{ classes }}.tenure_years_below))
{%- endmacro %}

{#- Whether the insurer of a row records a moment at all. What is not done yet is late, but an insurer that records nothing
    has nothing to be judged by. -#}
{% macro is_recorded(moment, insurer_id) -%}
    (count({{ moment }}) over (partition by {{ insurer_id }}) > 0)
{%- endmacro %}
