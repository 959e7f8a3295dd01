with

claims as (
    select * from {{ ref('int_claims_timed') }}
    where exclusion_reason is null
),

measures as (
    select * from {{ ref('int_measures_timed') }}
    where source_model = 'int_claims_timed' and open_from_column is not null
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

stocks as (
    select
        claims.claim_id,
        claims.insurer_id,
        claims.customer_key,
        claims.product_line,
        claims.sales_channel,
        measures.measure_code,
        {{ column_by_name('measures.open_from_column', ['registered_at'], 'claims', 'timestamp') }} as open_from_at,
        {{ column_by_name('measures.open_until_column', ['closed_at'], 'claims', 'timestamp') }} as open_until_at
    from claims
    cross join measures
),

final as (
    -- One row in every wave in which the claim was open for a moment; it counts as closed in the wave that ends it.
    select
        stocks.claim_id as row_id,
        waves.wave_id,
        stocks.insurer_id,
        stocks.customer_key,
        stocks.product_line,
        stocks.sales_channel,
        cast(null as string) as region,
        stocks.measure_code,
        cast(case when stocks.open_until_at < waves.ends_at_utc then 1 else 0 end as decimal(28, 9)) as numerator,
        cast(1 as decimal(28, 9)) as denominator
    from stocks
    inner join waves
        on stocks.open_from_at < waves.ends_at_utc
        and (stocks.open_until_at is null or stocks.open_until_at >= waves.starts_at_utc)
)

select * from final
