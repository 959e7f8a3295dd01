-- A kind of segment with measured persons must reach the industry line in some wave, be it hidden there.
with

industry as (
    select
        segment_type,
        max(case
            when is_reportable or disclosure_status in ('small_n', 'complementary', 'dominance') then 1 else 0
        end) as has_reportable
    from {{ ref('fct_dimension_scores') }}
    where insurer_id = 'industry'
    group by segment_type
),

eligible as (
    select count(*) as insurer_count
    from {{ ref('int_insurers_assessed') }}
    where is_eligible and insured_persons > 0
)

select 'segment type ' || segments.segment_type || ': the industry line has no reportable row' as problem
from (select distinct segment_type from {{ ref('dim_segments') }}) as segments
cross join eligible
left join industry
    on segments.segment_type = industry.segment_type
where eligible.insurer_count > 0 and coalesce(industry.has_reportable, 0) = 0
