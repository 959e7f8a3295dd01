{{ measured_rows(
    facts=ref('int_endorsements_timed'),
    facts_name='int_endorsements_timed',
    id='endorsement_id',
    events=['done_at'],
    attributes=[],
    quantities={'endorsement_days': 'endorsement_days'},
    dimensions=['product_line'],
) }}
