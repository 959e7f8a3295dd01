-- Where a weight is at the cap the margins cannot always be met: the error is published in rpt_sample_quality.
select
    'wave ' || errors.wave_id || ', group ' || errors.raking_group || ', margin ' || errors.margin || ', level '
    || errors.level || ': raking leaves an error of ' || cast(errors.margin_error as string)
    || ', more than raking_error_max of scoring_rules allows; merge small levels of population_margins' as problem
from {{ ref('int_raking_errors_checked') }} as errors
cross join {{ ref('int_scoring_rules_pivoted') }} as rules
where
    errors.margin_error is null
    or (
        errors.margin_error > rules.raking_error_max
        and not exists (
            select 1 from {{ ref('int_cells_trimmed') }} as cells
            where cells.is_capped and cells.wave_id = errors.wave_id and cells.raking_group = errors.raking_group
        )
    )
