{% set triggers = [
    'weak_support', 'at_one_end', 'low_coverage', 'redundant', 'regulation_changed', 'weights_diverge', 'no_core_indicator',
    'unused_measure',
] -%}
{% set retire = ['weak_support', 'at_one_end', 'low_coverage'] -%}
{% set reweight = ['redundant', 'regulation_changed'] -%}
{% set grain = 'wave_id, framework_version, subject_type, subject_code' -%}

with

selection as (
    select * from {{ ref('rpt_indicator_selection') }}
),

indicator_triggers as (
    select * from {{ ref('int_indicator_triggers_raised') }}
),

framework_triggers as (
    select * from {{ ref('int_framework_triggers_raised') }}
),

-- A wave without any row is not reviewed.
scored as (
    select distinct
        wave_id,
        framework_version
    from {{ ref('int_score_cells_listed') }}
),

raised as (
    select
        wave_id,
        framework_version,
        'indicator' as subject_type,
        indicator_code as subject_code,
        trigger_code,
        related_code,
        statistic_value,
        threshold
    from indicator_triggers
    union all
    select
        wave_id,
        framework_version,
        subject_type,
        subject_code,
        trigger_code,
        related_code,
        statistic_value,
        threshold
    from framework_triggers
    union all
    -- Every indicator is reviewed, also those that nothing speaks against.
    select
        wave_id,
        framework_version,
        'indicator' as subject_type,
        indicator_code as subject_code,
        cast(null as string) as trigger_code,
        cast(null as string) as related_code,
        cast(null as double) as statistic_value,
        cast(null as double) as threshold
    from selection
),

worded as (
    select
        raised.*,
        concat_ws(
            ' ',
            raised.trigger_code,
            raised.related_code,
            cast(cast(round(raised.statistic_value, 3) as decimal(9, 3)) as string),
            '(limit ' || cast(cast(raised.threshold as decimal(9, 3)) as string) || ')'
        ) as evidence
    from raised
    inner join scored
        on raised.wave_id = scored.wave_id
        and raised.framework_version = scored.framework_version
),

described as (
    select
        {{ grain }},
        {% for trigger in triggers -%}
        max(case when trigger_code = '{{ trigger }}' then evidence end) as {{ trigger }}{{ ',' if not loop.last }}
        {% endfor %}
    from worded
    group by {{ grain }}
),

final as (
    select
        {{ grain }},
        case
            when subject_type = 'indicator' and coalesce({{ retire | join(', ') }}) is not null then 'retire'
            when subject_type = 'indicator' and coalesce({{ reweight | join(', ') }}) is not null then 'reweight'
            -- Diverging weights open a review and change nothing by themselves.
            when subject_type in ('indicator', 'framework') then 'keep'
            else 'add'
        end as proposal,
        coalesce({{ triggers | join(', ') }}) is not null as opens_review,
        concat_ws(
            ' '
            {%- for trigger in triggers -%}
            , case when {{ trigger }} is not null then '{{ trigger }}' end
            {%- endfor -%}
        ) as trigger_codes,
        concat_ws('; ', {{ triggers | join(', ') }}) as evidence
    from described
)

select * from final
