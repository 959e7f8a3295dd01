-- What careless responses would have added, for results with and without them.
{{ survey_rows("exclusion_reason = 'careless'") }}
