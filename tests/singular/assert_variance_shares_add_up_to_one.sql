select
    'wave ' || wave_id || ', version ' || framework_version || ': the shares of the factors add up to '
    || cast(sum(cast(variance_share as decimal(28, 12))) as string) as problem
from {{ ref('rpt_scheme_variance') }}
where shift_variance > 0
group by wave_id, framework_version
having abs(cast(sum(cast(variance_share as decimal(28, 12))) as double) - 1) > 0.000000001
