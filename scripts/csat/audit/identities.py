"""The sums a reader can set up between published and hidden figures, from what is public: the framework's
weights and goalposts, the exposures insurers file, and the statuses the file shows.

Every kind of identity is one query over the tables of cells.py that returns line, cell, unit and factor.
Units: `count` persons; `score` points of the score; `value` points of the value on the scale of the
goalposts, not clipped to 0 and 100; `points` what an indicator gives to the index of the industry line.
"""

from __future__ import annotations

from csat.audit.others import PERSONS_OF_SEGMENTS

SCOPE = ("wave_id", "framework_version", "insurer_id", "segment_type", "segment_code")
INDUSTRY_SCOPE = tuple(column for column in SCOPE if column != "insurer_id")


def identity_queries() -> dict[str, str]:
    """Return the queries by what they add up."""
    return {
        PERSONS_OF_SEGMENTS: _segments("count", "1.0"),
        "persons of the insurers": _insurers("count", "1.0"),
        "values times persons of the segments": _segments("value", "value_weight"),
        "scores times exposures of the insurers": _insurers("score", "share"),
        "rates times exposures of the insurers": _insurers(
            "value", "value_weight", "estimator = 'exposure_rate'"
        ),
        "values times exposures of the insurers": _insurers("value", "share", "estimator = 'derived'"),
        "values times persons of the insurers": _insurers(
            "value", "value_weight", "estimator in ('mean', 'share') and not is_survey"
        ),
        "parts and their weights": _PARTS,
        "contributions of the insurers": _CONTRIBUTIONS,
        "contributions of the indicators": _INDUSTRY_INDEX,
        "versions of one value": _VERSIONS,
        "mean of components": _COMPONENT_MEANS,
        "change against the year before": _CHANGE_RATES,
    }


def _line(columns: tuple[str, ...], table: str = "") -> str:
    return f"concat_ws(' ', {', '.join(table + column for column in columns)})"


def _segments(unit: str, weight: str) -> str:
    """A total and the segments of each type that add up to it."""
    scope = "wave_id, framework_version, insurer_id, line_type, score_level, score_code"
    column = "base_count" if unit == "count" else unit
    return f"""
        with types as (
            select distinct segment_type as line_type from audit_cells where segment_type <> 'all'
        ),
        members as (
            select *, {weight} as weight, concat_ws(' ', {scope}) as line
            from audit_cells
            inner join types on segment_type in ('all', line_type)
            -- Exposures are filed by product line and region.
            where insurer_id <> 'industry' and not is_pooled and {column} is not null and {weight} > 0
                and (coalesce(estimator, '') <> 'exposure_rate' or line_type in ('product_line', 'region'))
        )
        {_whole_and_parts("segment_type = 'all'", unit)}
    """


def _insurers(unit: str, weight: str, condition: str = "true") -> str:
    """The industry line and the insurers in it."""
    column = "base_count" if unit == "count" else unit
    return f"""
        with members as (
            select *, {weight} as weight, {_line((*INDUSTRY_SCOPE, "score_level", "score_code"))} as line
            from audit_cells
            where not is_pooled and (insurer_id = 'industry' or share is not null) and {column} is not null
                and {condition}
        )
        {_whole_and_parts("insurer_id = 'industry'", unit)}
    """


def _whole_and_parts(is_whole: str, unit: str) -> str:
    # Persons add up, values are means.
    whole = (
        "weight"
        if unit == "count"
        else f"sum(case when not ({is_whole}) then weight end) over (partition by line)"
    )
    return f"""
        select line, cell_number, '{unit}' as unit,
            case when {is_whole} then -{whole} else weight end as factor
        from members
        window lines as (partition by line)
        qualify bool_or({is_whole}) over lines and bool_or(not ({is_whole})) over lines
    """


_MEMBERS = f"""
    select
        parts.*,
        wholes.cell_number as whole_number,
        {_line((*SCOPE, "score_code"), "wholes.")} as line,
        weight / sum(weight) over (partition by wholes.cell_number) as factor
    from audit_cells as parts
    inner join audit_weights
        on parts.framework_version = audit_weights.framework_version
        and parts.segment_type = audit_weights.segment_type
        and parts.segment_code = audit_weights.segment_code
        and parts.score_level = part_level and parts.score_code = part_code
    inner join audit_cells as wholes
        on {" and ".join(f"parts.{column} = wholes.{column}" for column in SCOPE)}
        and wholes.score_level = whole_level and wholes.score_code = whole_code
        and wholes.is_pooled = parts.is_pooled
    where parts.insurer_id <> 'industry' and parts.score is not null and wholes.score is not null
"""

# A composite and its parts, with their weights over what is there.
_PARTS = f"""
    with members as ({_MEMBERS})
    select line, cell_number, 'score' as unit, factor from members
    union all
    select distinct line, whole_number, 'score', -1.0 from members
"""

# What an indicator gives to the index of the industry line: weight and exposure times the score of every
# insurer.
_CONTRIBUTIONS = f"""
    with members as ({_MEMBERS}),
    given as (
        select indicators.*, {_line((*INDUSTRY_SCOPE, "score_code"), "indicators.")} as given_line,
            indicators.factor * dimensions.factor * indices.share as given_factor
        from members as indicators
        inner join members as dimensions on indicators.whole_number = dimensions.cell_number
        inner join audit_cells as indices on dimensions.whole_number = indices.cell_number
        where indicators.score_level = 'indicator' and indices.share is not null
    )
    select given_line as line, cell_number, 'score' as unit, given_factor as factor from given
    union all
    select distinct given.given_line, lines.cell_number, 'points', -1.0
    from given
    inner join audit_cells as lines
        on {" and ".join(f"given.{column} = lines.{column}" for column in (*INDUSTRY_SCOPE, "score_code"))}
        and lines.insurer_id = 'industry' and lines.score_level = 'indicator'
"""

# All contributions add up to the index of the industry line.
_INDUSTRY_INDEX = f"""
    with members as (
        select lines.cell_number, indices.cell_number as whole_number,
            {_line(INDUSTRY_SCOPE, "lines.")} as line
        from audit_cells as lines
        inner join audit_cells as indices
            on {" and ".join(f"lines.{column} = indices.{column}" for column in SCOPE)}
            and indices.score_level = 'index'
        inner join audit_weights
            on {" and ".join(f"lines.{column} = audit_weights.{column}" for column in SCOPE[1:2] + SCOPE[3:])}
            and whole_level = 'dimension' and part_code = lines.score_code
        where lines.insurer_id = 'industry' and lines.score_level = 'indicator' and lines.score is not null
    )
    select line, cell_number, 'points' as unit, 1.0 as factor from members
    union all
    select distinct line, whole_number, 'score', -1.0 from members
"""

# A value is the same in every version that scores it.
_VERSIONS = """
    with members as (
        select *, min(cell_number) over (
            partition by wave_id, insurer_id, segment_type, segment_code, is_pooled, score_code, value_key
        ) as first_number
        from audit_cells where value is not null and insurer_id <> 'industry'
    ),
    pairs as (
        select members.*, firsts.goalpost_range as first_range
        from members inner join audit_cells as firsts on members.first_number = firsts.cell_number
        where members.cell_number <> first_number
    )
    select concat_ws(' ', first_number, cell_number) as line, cell_number, 'value' as unit,
        goalpost_range as factor
    from pairs
    union all
    select concat_ws(' ', first_number, cell_number), first_number, 'value', -first_range from pairs
"""


# An indicator that is the mean of others, its components.
_COMPONENT_MEANS = """
    with members as (
        select audit_operands.cell_number as whole_number, wholes.goalpost_range as whole_range,
            operand_number, parts.goalpost_range, multiplier,
            count(*) over (partition by audit_operands.cell_number) as part_count
        from audit_operands
        inner join audit_cells as wholes on audit_operands.cell_number = wholes.cell_number
        inner join audit_cells as parts on operand_number = parts.cell_number
        where role = 'component'
    )
    select cast(whole_number as varchar) as line, operand_number as cell_number, 'value' as unit,
        multiplier * goalpost_range / part_count as factor
    from members
    union all
    select distinct cast(whole_number as varchar), whole_number, 'value', -whole_range from members
"""

# The change of a value, the value and the one before: near the true values a sum like the others.
_CHANGE_RATES = """
    with operands as (
        select audit_operands.cell_number, multiplier, role, operand_number,
            parts.goalpost_range as operand_range, parts.goalpost_range * parts.value as operand_value
        from audit_operands inner join audit_cells as parts on operand_number = parts.cell_number
    ),
    members as (
        select changes.cell_number, changes.goalpost_range, nows.multiplier,
            nows.operand_number as now_number, nows.operand_range as now_range,
            nows.operand_value as value_now, befores.operand_number as before_number,
            befores.operand_range as before_range, befores.operand_value as value_before
        from audit_cells as changes
        inner join operands as nows on changes.cell_number = nows.cell_number and nows.role = 'now'
        inner join operands as befores on changes.cell_number = befores.cell_number
            and befores.role = 'before' and befores.operand_value <> 0
    )
    select cast(cell_number as varchar) as line, cell_number, 'value' as unit, goalpost_range as factor
    from members
    union all
    select cast(cell_number as varchar), now_number, 'value', multiplier * now_range * 100 / value_before
    from members
    union all
    select cast(cell_number as varchar), before_number, 'value',
        -multiplier * before_range * 100 * value_now / (value_before * value_before)
    from members
"""
