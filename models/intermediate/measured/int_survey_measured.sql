{{ survey_rows('exclusion_reason is null') }}
