with

moments as (
    select
        cast('2026-03-31 23:59:30' as timestamp) as earlier,
        cast('2026-04-02 00:00:00.5' as timestamp) as later,
        cast('2024-01-31' as date) as january,
        cast('2025-01-01' as date) as next_january,
        cast('2025-01-31' as date) as anniversary
)

select 'a time macro is wrong' as problem
from moments
where
    abs({{ seconds_between('earlier', 'later') }} - 86430.5) > 0.000001
    or abs({{ days_between('earlier', 'later') }} - 86430.5 / 86400) > 0.000001
    or {{ add_seconds('earlier', '30') }} <> cast('2026-04-01 00:00:00' as timestamp)
    or {{ month_index('next_january') }} - {{ month_index('january') }} <> 12
    or {{ tenure_years('january', 'next_january') }} <> 0
    or {{ tenure_years('january', 'anniversary') }} <> 1
    or {{ tenure_years('next_january', 'january') }} <> 0
