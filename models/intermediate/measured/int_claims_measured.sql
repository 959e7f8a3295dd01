{{ measured_rows(
    facts=ref('int_claims_timed'),
    facts_name='int_claims_timed',
    id='claim_id',
    events=['paid_at', 'closed_at'],
    attributes=['outcome'],
    quantities={
        'report_to_pay_days': 'report_to_pay_days',
        'loss_to_pay_days': 'loss_to_pay_days',
        'claim_paid': "outcome = 'paid'",
        'claim_within_limits': 'is_within_limits',
    },
    dimensions=['product_line', 'sales_channel'],
) }}
