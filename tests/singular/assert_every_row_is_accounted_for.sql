select
    table_address || ': read ' || cast(rows_read as string) || ', accepted ' || cast(rows_accepted as string)
    || ', quarantined ' || cast(rows_quarantined as string) || ', duplicates ' || cast(rows_duplicate as string)
    || ', removed ' || cast(rows_removed as string)
    || ', staged ' || cast(rows_staged as string) || ', used ' || coalesce(cast(rows_used as string), 'none')
    || ', excluded ' || coalesce(cast(rows_excluded as string), 'none') || ' do not add up' as problem
from {{ ref('rpt_rows_reconciled') }}
where
    rows_read <> rows_accepted + rows_quarantined + rows_duplicate
    or rows_staged <> rows_accepted - rows_removed
    or rows_staged <> rows_used + rows_excluded
