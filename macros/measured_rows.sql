{#- The long rows of one prepared model: one row per fact and measure that applies to it, dated by the measure's own
    event. A fact takes part in a measure when its quantity is not null, the measure's filter passes and the
    measure's waiting time is over.

    facts: relation with insurer_id, customer_key, exclusion_reason and the columns named below; facts_name: its name
    in the measures seed; id: its key; events: columns a measure may be dated by; attributes: columns filters may use;
    quantities: measure code -> column that holds the numerator (a boolean counts as 0 or 1); dimensions: segment
    columns the facts have themselves. -#}
{% macro measured_rows(facts, facts_name, id, events, attributes, quantities, dimensions) -%}
with

facts as (
    select
        *
        {%- for measure, quantity in quantities.items() %},
        cast({{ quantity }} as double) as quantity_{{ loop.index }}
        {%- endfor %}
    from {{ facts }}
    where exclusion_reason is null
),

measures as (
    select * from {{ ref('int_measures_timed') }}
    where source_model = '{{ facts_name }}' and event_column is not null
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),
{% if attributes %}
passes as (
    {{ filter_passes('facts', attributes) }}
),
{% endif %}
candidates as (
    select
        facts.{{ id }} as row_id,
        facts.insurer_id,
        facts.customer_key,
        {%- for dimension in ['product_line', 'sales_channel', 'region'] %}
        {% if dimension in dimensions %}facts.{{ dimension }}{% else %}cast(null as string){% endif %} as {{ dimension }},
        {%- endfor %}
        measures.measure_code,
        measures.wait_seconds,
        {{ column_by_name('measures.event_column', events, 'facts', 'timestamp') }} as event_at,
        case measures.measure_code
            {%- for measure in quantities %}
            when '{{ measure }}' then facts.quantity_{{ loop.index }}
            {%- endfor %}
        end as numerator
    from facts
    cross join measures
    {%- if attributes %}
    left join passes
        on {{ filter_matches('facts', attributes) }}
    where measures.filter_set_code is null or passes.filter_set_code is not null
    {%- endif %}
),

final as (
    select
        candidates.row_id,
        waves.wave_id,
        candidates.insurer_id,
        candidates.customer_key,
        candidates.product_line,
        candidates.sales_channel,
        candidates.region,
        candidates.measure_code,
        cast(candidates.numerator as decimal(28, 9)) as numerator,
        cast(1 as decimal(28, 9)) as denominator
    from candidates
    inner join waves
        on candidates.event_at >= waves.starts_at_utc
        and candidates.event_at < waves.ends_at_utc
    where
        candidates.numerator is not null
        and {{ seconds_between('candidates.event_at', 'waves.as_of_at') }} >= candidates.wait_seconds
)

select * from final
{%- endmacro %}
