with

described as (
    select * from {{ ref('int_indicator_evidence_collected') }}
),

-- Two findings speak for retiring, the others for a look; what rests on too few insurers is not judged.
reasoned as (
    select
        described.*,
        concat_ws(
            ' ',
            case when round(availability_share, 6) < availability_min then 'rarely_available' end,
            case when is_judged and round(greatest(ceiling_share, floor_share), 6) > one_end_share_max then 'at_one_end' end
        ) as retire_reasons,
        concat_ws(
            ' ',
            case when round(relevance_correlation, 6) < validity_correlation_min then 'not_relevant' end,
            case when is_judged and round(measurable_share, 6) < measurable_share_min then 'small_bases' end,
            case when is_judged and coalesce(round(signal_share, 6), 1) < signal_share_min then 'noise' end,
            case when round(alpha, 6) < alpha_min then 'inconsistent_items' end,
            case when round(closest_correlation, 6) > redundancy_correlation_max then 'redundant' end,
            case when owner_department is null then 'no_owner' end
        ) as review_reasons
    from described
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        dimension_code,
        indicator_role,
        applicable_count,
        insurer_count,
        availability_share,
        relevance_correlation,
        case when is_judged then measurable_share end as measurable_share,
        case when is_judged then score_standard_deviation end as score_standard_deviation,
        case when is_judged then signal_share end as signal_share,
        case when is_judged then ceiling_share end as ceiling_share,
        case when is_judged then floor_share end as floor_share,
        alpha,
        closest_code,
        closest_correlation,
        owner_department is not null as is_controllable,
        case when is_shown_only then 'shown_only' else 'scored' end as scoring_status,
        case
            when retire_reasons <> '' then 'retire_candidate'
            when review_reasons <> '' then 'review'
            when not coalesce(is_judged, false) then 'too_few'
            else 'keep'
        end as verdict,
        trim(retire_reasons || ' ' || review_reasons) as reason
    from reasoned
)

select * from final
