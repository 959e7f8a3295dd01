"""Cells of the published file as a reader sees them, with the true figures of the hidden ones from the
warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

KEY = (
    "wave_id",
    "framework_version",
    "insurer_id",
    "segment_type",
    "segment_code",
    "score_level",
    "score_code",
)
# What the ledger of releases keeps of a cell, and the temporary table it is read into.
LEDGER_COLUMNS = {
    **dict.fromkeys((*KEY, "disclosure_status"), "varchar"),
    **dict.fromkeys(("score", "value", "base_count"), "double"),
}
LEDGER = "ledger_cells"
# Statuses of cells that have figures: every other status says that there are none.
STATUSES = ("published", "small_n", "complementary", "dominance")
# Of a cell that the attacker adds himself.
OWN_WAVE = "own_wave"


@dataclass(frozen=True)
class ScoreMart:
    """Where the cells of a level stand in the published file, and in which model their true figures are."""

    mart: str
    level: str
    code: str
    value: str
    model: str
    model_level: str
    model_code: str
    has_segments: bool = True

    @property
    def has_value(self) -> bool:
        return self.value != "null"

    @property
    def segment(self) -> str:
        if not self.has_segments:
            return "'all' as segment_type, 'all' as segment_code"
        return "segment_type, segment_code"

    @property
    def model_segment(self) -> str:
        """The segment in the model; what is pooled there is shown as the total."""
        if not self.has_segments:
            return self.segment
        pooled = "case when segment_type = 'pooled' then 'all' else segment_type end"
        return f"{pooled} as segment_type, segment_code"


SCORE_MARTS = (
    ScoreMart(
        "fct_indicator_scores", "'indicator'", "indicator_code", "value",
        "int_indicator_scores_disclosed", "'indicator'", "indicator_code",
    ),
    ScoreMart(
        "fct_dimension_scores", "'dimension'", "dimension_code", "null",
        "int_composite_scores_disclosed", "score_level", "score_code",
    ),
    ScoreMart(
        "fct_index_scores", "'index'", "'index'", "null",
        "int_composite_scores_disclosed", "score_level", "score_code",
    ),
    ScoreMart(
        "fct_regulator_scores", "view_code", "element_code", "null",
        "int_element_scores_disclosed", "view_code", "element_code", False,
    ),
)  # fmt: skip


def read_cells(connection: duckdb.DuckDBPyConnection, published: str, warehouse: str) -> None:
    """Make the temporary tables audit_cells, one row per cell that has figures and per total of a wave that
    is shown pooled with others, audit_weights, one per composite and part, and audit_operands, one per
    derived cell and operand (its role component, now or before), from attached files and the ledger of
    earlier releases.

    score, value (on the scale of the goalposts) and base_count of audit_cells are the true figures;
    is_shown says whether the file shows any of them. share is that of an insurer in the industry line, from
    the exposures filed; value_weight is what the value of a cell counts with in that of a larger group: the
    denominator where insurers file it, otherwise the persons, also the hidden ones: the reader is assumed
    to know them. person_key names the persons behind a count: cells with the same one have the same count.
    is_contribution_shown says so of what an indicator gives to the industry line.
    value_key names a value that several versions score, score_key one that they score alike. operand_base is
    the base of a derived value, that of one of its operands. was_shown marks cells that an earlier release
    showed, is_remembered those that are still what it showed.
    """
    connection.execute(f"create or replace temp table audit_cells as {_cells(published, warehouse)}")
    connection.execute(f"insert into audit_cells by name {_OWN_WAVES}")
    connection.execute(f"create or replace temp table audit_weights as {_weights(warehouse)}")
    connection.execute(f"create or replace temp table audit_operands as {_operands(warehouse)}")


def _earlier(figures: tuple[str, ...] = ()) -> str:
    """Whether an earlier release showed a cell, and with the same figures."""
    same = " and ".join(
        [f"{LEDGER}.{column} = shown.{column}" for column in KEY]
        + [
            f"round({LEDGER}.{figure}, 6) is not distinct from round(true_figures.{figure}, 6)"
            for figure in figures
        ]
    )
    return f"exists (select 1 from {LEDGER} where disclosure_status = 'published' and {same})"


def _shown(published: str) -> str:
    """The cells of the published file with what it says of them."""
    return " union all ".join(
        f"""
        select wave_id, framework_version, insurer_id, {mart.segment},
            {mart.level} as score_level, {mart.code} as score_code, disclosure_status, '{mart.mart}' as mart,
            {"pooled_wave_count > 1" if mart.has_segments else "false"} as is_pooled,
            coalesce(score, {mart.value}, base_count) is not null as is_shown
        from {published}.{mart.mart}
        where disclosure_status in {STATUSES}
        """
        for mart in SCORE_MARTS
    )


def _true_figures(warehouse: str) -> str:
    """The cells of the warehouse with all figures."""
    return " union ".join(
        f"""
        select wave_id, framework_version, insurer_id, {mart.model_segment},
            {mart.model_level} as score_level, {mart.model_code} as score_code, score,
            cast({"indicator_value" if mart.has_value else "null"} as double) as value,
            cast({"denominator_sum" if mart.has_value else "null"} as double) as denominator_sum, base_count
        from {warehouse}.intermediate.{mart.model}
        """
        for mart in SCORE_MARTS
    )


def _cells(published: str, warehouse: str) -> str:
    same = " and ".join(f"shown.{column} = true_figures.{column}" for column in KEY)
    return f"""
        with shown as ({_shown(published)}),
        true_figures as ({_true_figures(warehouse)}),
        definitions as (
            select
                indicators.*,
                (goalpost_upper - goalpost_lower) * case when direction = 'lower' then -1 else 1 end
                    as goalpost_range,
                measures.source_model = 'int_responses_screened' as is_survey,
                case when estimator in ('mean', 'share') then concat_ws(
                    ' ', time_basis, source_model, event_column, filter_set_code, wait_limit_code, row_is,
                    case when measures.source_model = 'int_responses_screened' then denominator_measure end
                ) end as rows_key,
                sensitive.indicator_code is not null as is_sensitive
            from {warehouse}.framework.indicators
            left join {warehouse}.framework.measures on denominator_measure = measures.measure_code
            left join {warehouse}.intermediate.int_sensitive_indicators_listed as sensitive
                on indicators.framework_version = sensitive.framework_version
                and indicators.indicator_code = sensitive.indicator_code
        ),
        -- Dimensions over the same rows have the same persons.
        dimensions as (
            select framework_version, dimension_code,
                string_agg(distinct rows_key, ' + ' order by rows_key) as rows_key
            from definitions where rows_key is not null group by all
        ),
        exposures as (
            select cells.wave_id, cells.framework_version, cells.insurer_id, segment_type, segment_code,
                insured_persons
            from {warehouse}.intermediate.int_segment_exposures_summed as cells
            inner join {published}.rpt_sample_quality as quality
                on cells.wave_id = quality.wave_id and cells.insurer_id = quality.insurer_id and
                    quality.is_eligible
            where insured_persons > 0
        )
        select
            row_number() over (order by {", ".join(f"shown.{column}" for column in KEY)}) as cell_number,
            shown.*,
            {_earlier()} as was_shown,
            {_earlier(("score", "value", "base_count"))} as is_remembered,
            contributions.contribution_points is not null as is_contribution_shown,
            true_figures.score,
            100 * true_figures.value / goalpost_range as value,
            definitions.goalpost_range,
            coalesce(definitions.dimension_code, shown.score_code) as family,
            -- Persons insured are filed: no secret. Those behind a derived value are those of its parts.
            case when coalesce(estimator, '') not in ('exposure_rate', 'derived') then coalesce(
                true_figures.base_count,
                case when coalesce(true_figures.score, true_figures.value) is null then 0 end
            ) end as base_count,
            -- Of a total that is too small all groups are hidden, also those without anybody.
            bool_or(shown.segment_type = 'all' and shown.disclosure_status = 'small_n') over (
                partition by shown.wave_id, shown.framework_version, shown.insurer_id, shown.score_level,
                    shown.score_code
            ) as has_small_total,
            case when estimator = 'derived' then true_figures.base_count end as operand_base,
            is_survey,
            is_sensitive,
            estimator,
            case
                when estimator = 'exposure_rate' then denominator_sum
                when estimator in ('mean', 'share') then true_figures.base_count
            end as value_weight,
            case when true_figures.score is not null then
                insured_persons / sum(insured_persons) filter (where true_figures.score is not null) over (
                    partition by shown.wave_id, shown.framework_version, shown.segment_type,
                        shown.segment_code, shown.score_level, shown.score_code
                )
            end as share,
            case
                when shown.score_level = 'indicator' then 'persons ' || definitions.rows_key
                when shown.insurer_id <> 'industry' and shown.score_level = 'dimension'
                    then 'persons ' || dimensions.rows_key
                when shown.insurer_id <> 'industry' and shown.score_level = 'index' then 'respondents'
                else concat_ws(' ', shown.score_level, shown.score_code, shown.framework_version)
            end as person_key,
            concat_ws(' ', numerator_measure, denominator_measure, multiplier, estimator, time_basis)
                as value_key,
            case when shown.score_level = 'indicator'
                then concat_ws(' ', value_key, goalpost_lower, goalpost_upper, direction) end as score_key
        from shown
        inner join true_figures on {same}
        left join definitions
            on shown.score_level = 'indicator' and shown.framework_version = definitions.framework_version
            and shown.score_code = definitions.indicator_code
        left join dimensions
            on shown.score_level = 'dimension' and shown.framework_version = dimensions.framework_version
            and shown.score_code = dimensions.dimension_code
        left join exposures
            on shown.wave_id = exposures.wave_id and shown.framework_version = exposures.framework_version
            and shown.insurer_id = exposures.insurer_id and shown.segment_type = exposures.segment_type
            and shown.segment_code = exposures.segment_code and not shown.is_pooled
        left join {published}.fct_score_contributions as contributions
            on shown.insurer_id = 'industry' and shown.score_level = 'indicator'
            and shown.wave_id = contributions.wave_id
            and shown.framework_version = contributions.framework_version
            and contributions.insurer_id = 'industry' and shown.segment_type = contributions.segment_type
            and shown.segment_code = contributions.segment_code
            and shown.score_code = contributions.indicator_code
        where coalesce(true_figures.score, true_figures.value) is not null or not shown.is_shown
    """


# What all cells of a score have in common.
_OF_A_SCORE = (
    "mart", "goalpost_range", "family", "is_survey", "is_sensitive", "estimator", "person_key", "value_key",
    "score_key",
)  # fmt: skip
# A total that is pooled with other waves leaves the segments of its wave with a total that nobody is shown:
# taken from the kind of segments with most persons.
_OWN_WAVES = f"""
    with pooled as (
        select distinct wave_id, framework_version, insurer_id, score_level, score_code
        from audit_cells where is_pooled
    ),
    -- Versions may be pooled over different waves.
    shown as (
        select distinct wave_id, insurer_id, score_level, score_code
        from audit_cells where segment_type = 'all' and not is_pooled
    ),
    kinds as (
        select wave_id, framework_version, insurer_id, score_level, score_code, segment_type,
            sum(base_count) as base_count,
            -- Sums of doubles differ in the last digit with the order of rows.
            round(sum(value * value_weight) / sum(value_weight), 9) as value,
            sum(value_weight) as value_weight,
            {", ".join(f"any_value({column}) as {column}" for column in _OF_A_SCORE)}
        from audit_cells inner join pooled using (
            wave_id, framework_version, insurer_id, score_level, score_code
        )
        anti join shown using (wave_id, insurer_id, score_level, score_code)
        where segment_type <> 'all' and person_key is not null
        group by wave_id, framework_version, insurer_id, score_level, score_code, segment_type
    ),
    sizes as (
        select wave_id, insurer_id, segment_type, sum(base_count) as kind_size
        from kinds group by wave_id, insurer_id, segment_type
    ),
    fullest as (
        select wave_id, insurer_id, segment_type from sizes
        qualify row_number() over (
            partition by wave_id, insurer_id order by kind_size desc, segment_type
        ) = 1
    )
    select
        kinds.* replace ('all' as segment_type),
        'all' as segment_code, '{OWN_WAVE}' as disclosure_status, false as is_pooled, false as is_shown,
        false as was_shown, false as is_remembered, false as is_contribution_shown, false as has_small_total,
        (select max(cell_number) from audit_cells) + row_number() over (
            order by wave_id, framework_version, insurer_id, score_level, score_code
        ) as cell_number
    from kinds inner join fullest using (wave_id, insurer_id, segment_type)
"""


def _operands(warehouse: str) -> str:
    """What derived values are made of: components of the same cell, or one indicator now and the year
    before.
    """
    segment = ("insurer_id", "segment_type", "segment_code")
    same = " and ".join(f"parts.{column} = wholes.{column}" for column in segment)
    derived = (
        "wholes.score_level = 'indicator' and wholes.value is not null and wholes.insurer_id <> 'industry'"
    )
    part = "parts.score_level = 'indicator' and parts.value is not null"
    return f"""
        select wholes.cell_number, parts.cell_number as operand_number, 'component' as role, multiplier
        from audit_cells as wholes
        inner join {warehouse}.framework.indicators as indicators
            on wholes.framework_version = indicators.framework_version
            and wholes.score_code = indicators.indicator_code and derived_function = 'mean_of_present'
        inner join {warehouse}.framework.indicator_operands as operands
            on wholes.framework_version = operands.framework_version
            and wholes.score_code = operands.indicator_code
        inner join audit_cells as parts
            on {same} and parts.wave_id = wholes.wave_id
            and parts.framework_version = wholes.framework_version and parts.score_code = operand_code
            and parts.is_pooled = wholes.is_pooled
        where {derived} and {part}
        union all
        select wholes.cell_number, parts.cell_number, role, multiplier
        from audit_cells as wholes
        inner join {warehouse}.intermediate.int_change_operands_resolved as operands
            on wholes.wave_id = operands.wave_id and wholes.framework_version = operands.framework_version
            and wholes.score_code = operands.indicator_code
        cross join lateral (values
            ('now', operands.wave_id, operands.framework_version),
            ('before', past_wave_id, past_framework_version)
        ) as sides (role, side_wave_id, side_version)
        inner join audit_cells as parts
            on {same} and parts.wave_id = side_wave_id and parts.framework_version = side_version
            and parts.score_code = operand_code
        where {derived} and {part} and not wholes.is_pooled and not parts.is_pooled
    """


def _weights(warehouse: str) -> str:
    framework = f"{warehouse}.framework"
    wholes = (
        ("dimension", "dimension_code"),
        ("regulator_2025", "regulator_element"),
        ("sqi", "sqi_dimension"),
    )
    indicators = " union all ".join(
        f"select framework_version, '{level}' as whole_level, {code} as whole_code, "
        "'indicator' as part_level, "
        f"indicator_code as part_code, indicator_weight as weight from {framework}.indicators "
        f"where indicator_weight > 0 and {code} is not null"
        for level, code in wholes
    )
    return f"""
        with segments as (select distinct framework_version, segment_type, segment_code from audit_cells)
        select segments.*, whole_level, whole_code, part_level, part_code, weight
        from segments inner join ({indicators}) as indicators using (framework_version)
        union all
        select segments.*, 'index', 'index', 'dimension', dimensions.dimension_code,
            coalesce(own.dimension_weight, dimensions.dimension_weight)
        from segments
        inner join {framework}.dimensions as dimensions using (framework_version)
        left join {framework}.segment_weights as own
            on segments.framework_version = own.framework_version and segments.segment_type = own.segment_type
            and segments.segment_code = own.segment_code and dimensions.dimension_code = own.dimension_code
    """
