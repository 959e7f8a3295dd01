{{ measured_rows(
    facts=ref('int_posts_matched'),
    facts_name='int_posts_matched',
    id='post_key',
    events=['posted_at', 'resolution_due_at'],
    attributes=['platform_code', 'is_reply'],
    quantities={
        'post_resolved': 'is_post_resolved',
        'post_stars': 'stars',
    },
    dimensions=[],
) }}
