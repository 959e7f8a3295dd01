{{ measured_rows(
    facts=ref('int_policies_timed'),
    facts_name='int_policies_timed',
    id='application_id',
    events=['started_at', 'issued_at', 'callback_due_at', 'renewal_due_at'],
    attributes=['term_class', 'sales_channel'],
    quantities={
        'epolicy_on_time': 'is_epolicy_on_time',
        'callback_done': 'is_callback_done',
        'application_completed': 'is_application_completed',
        'cooling_off_surrendered': 'is_cooling_off_surrendered',
        'policy_renewed': 'is_policy_renewed',
    },
    dimensions=['product_line', 'sales_channel'],
) }}
