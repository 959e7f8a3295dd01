{{ measured_rows(
    facts=ref('int_complaints_classified'),
    facts_name='int_complaints_classified',
    id='complaint_id',
    events=['received_at', 'due_at', 'closed_at'],
    attributes=['complaint_channel', 'validity', 'cause_code'],
    quantities={
        'regulator_complaints': '1',
        'regulator_sales_complaints': '1',
        'regulator_claim_complaints': '1',
        'complaint_on_time': 'is_on_time',
        'complaint_handling_days': 'handling_days',
    },
    dimensions=['product_line', 'region'],
) }}
