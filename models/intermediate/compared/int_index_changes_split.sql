with

paired as (
    select * from {{ ref('int_contributions_paired') }}
),

mix_shifts as (
    select * from {{ ref('int_mix_shifts_estimated') }}
),

-- An indicator in one of the two only has the score it has there: its whole contribution is one of weight. Weight that
-- moves counts by how far the score lies from the index, since what one indicator gains the others lose.
shifted as (
    select
        paired.*,
        paired.weight_change * paired.mean_score as shift_points,
        paired.weight_change * (
            paired.mean_score - cast(sum(cast(paired.mean_points as decimal(28, 15))) over (
                partition by
                    paired.wave_id,
                    paired.framework_version,
                    paired.comparison,
                    paired.before_wave_id,
                    paired.leg,
                    paired.insurer_id
            ) as double)
        ) as weight_points,
        case when paired.leg = 'time' and paired.is_in_both
            then coalesce(paired.mean_weight * paired.mean_slope * mix_shifts.mix_value, 0.0) else 0.0 end as mix_points
    from paired
    left join mix_shifts
        on paired.wave_id = mix_shifts.wave_id
        and paired.before_wave_id = mix_shifts.before_wave_id
        and paired.framework_version = mix_shifts.framework_version
        and paired.insurer_id = mix_shifts.insurer_id
        and paired.indicator_code = mix_shifts.indicator_code
),

-- Within one version shares move because indicators come and go; between two, because the framework was rewritten.
final as (
    select
        wave_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        leg,
        insurer_id,
        indicator_code,
        points_change,
        case when leg = 'time' then points_change - shift_points - mix_points else 0.0 end as level_points,
        mix_points,
        case when leg = 'framework' and is_in_both then weight_points else 0.0 end as weight_points,
        case when leg = 'time' then weight_points else 0.0 end as missing_points,
        case
            when leg = 'time' then 0.0
            when is_in_both then points_change - shift_points
            else weight_points
        end as framework_points
    from shifted
)

select * from final
