select
    'wave ' || errors.wave_id || ', margin ' || errors.margin || ', level ' || errors.level
    || ': raking leaves an error of ' || cast(errors.margin_error as string)
    || ', more than raking_error_max of scoring_rules allows; merge small levels of population_margins' as problem
from {{ ref('int_raking_errors_checked') }} as errors
cross join {{ ref('int_scoring_rules_pivoted') }} as rules
where errors.margin_error is null or errors.margin_error > rules.raking_error_max
