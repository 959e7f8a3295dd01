{{ measured_rows(
    facts=ref('int_contacts_resolved'),
    facts_name='int_contacts_resolved',
    id='contact_id',
    events=['contacted_at', 'case_started_at'],
    attributes=['contact_channel', 'topic'],
    quantities={
        'agent_connected': 'is_agent_connected',
        'agent_satisfied': 'is_agent_satisfied',
        'first_response_on_time': 'is_first_response_on_time',
        'first_contact_resolved': 'is_first_contact_resolved',
        'channel_repeated': 'is_channel_repeated',
    },
    dimensions=['product_line'],
) }}
