{#- Survey measures of the responses that `condition` keeps, each only where the filter of its measure passes: one row
    per response and measure. -#}
{% macro survey_rows(condition) -%}
{% set attributes = ['reference_type', 'touchpoint', 'collection_channel', 'survey_code', 'instrument_version'] -%}

with

responses as (
    select * from {{ ref('int_responses_screened') }}
    where {{ condition }}
),

scored as (
    select * from {{ ref('int_survey_responses_scored') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
    where source_model = 'int_responses_screened'
),

passes as (
    {{ filter_passes('responses', attributes) }}
),

final as (
    select
        responses.response_id as row_id,
        responses.wave_id,
        responses.insurer_id,
        measures.measure_code,
        scored.numerator,
        scored.denominator
    from scored
    inner join responses
        on scored.response_id = responses.response_id
    inner join measures
        on scored.measure_code = measures.measure_code
    left join passes
        on {{ filter_matches('responses', attributes) }}
    where measures.filter_set_code is null or passes.filter_set_code is not null
)

select * from final
{%- endmacro %}
