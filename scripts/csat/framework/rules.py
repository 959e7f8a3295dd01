"""Checks across rows and seeds: sums, shares, trees, validity and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csat.framework.cells import listed, nearest
from csat.framework.disclosure import check_disclosure
from csat.framework.judgements import check_judgements
from csat.framework.schemes import check_draws, check_schemes
from csat.framework.screening import check_screening
from csat.framework.seeds import Problem, Row, Seed, problem_at
from csat.framework.versions import (
    check_approval,
    check_bridges,
    check_elements,
    check_weight_changes,
    released_versions,
)

# Sums of decimal cells may miss their target by this much and still count as equal.
ROUNDING = 1e-6
# The prepared model whose measures are made of survey answers.
SURVEY_MODEL = "int_responses_screened"

Seeds = dict[str, Seed]


def check_rules(seeds: Seeds, defaults: Seeds) -> list[Problem]:
    """Return the problems of typed seeds; `defaults` are the untyped seeds that come with the project."""
    problems: list[Problem] = []
    for rule in RULES:
        problems += rule(seeds)
    problems += _unknown_measures(seeds["measures"], defaults["measures"])
    return problems


def _grouped(seed: Seed, *columns: str) -> dict[tuple, list[Row]]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in seed:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def _span(rows: list[Row]) -> str:
    if len(rows) == 1:
        return f"row {rows[0].number}"
    return (
        f"rows {', '.join(str(row.number) for row in rows)}"
        if len(rows) <= 6
        else f"rows {rows[0].number} to {rows[-1].number}"
    )


def _rule_value(seeds: Seeds, rule_code: str) -> float:
    return next(row["rule_value"] for row in seeds["scoring_rules"] if row["rule_code"] == rule_code)


def _points_of_a_version(seeds: Seeds) -> Iterator[Problem]:
    indicators, wanted = seeds["indicators"], _rule_value(seeds, "weight_points")
    for (version,), rows in _grouped(indicators, "framework_version").items():
        total = sum(row["indicator_weight"] for row in rows)
        if abs(total - wanted) > ROUNDING:
            yield Problem(
                indicators.file,
                f"the weights of version {version} ({_span(rows)}) add up to {total:g}",
                f"change them so that they add up to {wanted:g}, the weight_points of scoring_rules.csv",
                column="indicator_weight",
            )


def _points_of_a_dimension(seeds: Seeds) -> Iterator[Problem]:
    dimensions = seeds["dimensions"]
    groups = _grouped(seeds["indicators"], "framework_version", "dimension_code")
    largest = _rule_value(seeds, "auxiliary_share_max")
    for row in dimensions:
        members = groups.get((row["framework_version"], row["dimension_code"]), [])
        total = sum(member["indicator_weight"] for member in members)
        if abs(total - row["dimension_weight"]) > ROUNDING:
            yield problem_at(
                dimensions,
                row,
                "dimension_weight",
                f"{row['dimension_weight']:g} is not the sum of its indicators' weights, {total:g}",
                f"write {total:g} or change weights of dimension {row['dimension_code']} in indicators.csv",
            )
        auxiliary = sum(m["indicator_weight"] for m in members if m["indicator_role"] == "auxiliary")
        if auxiliary > largest * total + ROUNDING:
            yield Problem(
                seeds["indicators"].file,
                f"auxiliary indicators carry {auxiliary:g} of the {total:g} points of dimension "
                f"{row['dimension_code']} in version {row['framework_version']}, "
                f"a share of {auxiliary / total:.3f}",
                f"bring it down to {largest:g}, the auxiliary_share_max of scoring_rules.csv, "
                "or move weight to core indicators",
                column="indicator_weight",
            )


def _goalposts(seeds: Seeds) -> Iterator[Problem]:
    indicators = seeds["indicators"]
    for row in indicators:
        lower, upper = row["goalpost_lower"], row["goalpost_upper"]
        if lower == upper:
            yield problem_at(
                indicators,
                row,
                "goalpost_upper",
                f"{upper:g} equals goalpost_lower, so no value can be scored",
                "set the two goalposts apart",
            )
        elif lower > upper:
            yield problem_at(
                indicators,
                row,
                "goalpost_upper",
                f"{upper:g} is below goalpost_lower, {lower:g}",
                "swap the two; write direction lower where a small value is good",
            )
        if row["multiplier"] == 0:
            yield problem_at(
                indicators, row, "multiplier", "0 makes every value zero", "write 1, 100 or another factor"
            )


def _roles(seeds: Seeds) -> Iterator[Problem]:
    indicators = seeds["indicators"]
    roles = {(row["framework_version"], row["indicator_code"]): row["indicator_role"] for row in indicators}
    operands = seeds["indicator_operands"].tuples(("framework_version", "indicator_code", "operand_code"))
    for row in indicators:
        version, code, role = row["framework_version"], row["indicator_code"], row["indicator_role"]
        supported = row["supports_core_code"]
        if role == "core" and supported is not None:
            yield problem_at(
                indicators,
                row,
                "supports_core_code",
                f"the core indicator {code} is said to support {supported!r}",
                "empty the cell, or make its indicator_role auxiliary",
            )
        if role == "auxiliary" and (supported is None or roles[version, supported] != "core"):
            cores = [
                other
                for (its_version, other), its in roles.items()
                if its == "core" and its_version == version
            ]
            found = "the cell is empty" if supported is None else f"{supported!r} is not a core indicator"
            yield problem_at(
                indicators,
                row,
                "supports_core_code",
                f"{found}, and the auxiliary indicator {code} must support one",
                f"use one of {listed(cores)}",
            )
        if role == "component" and (version, supported, code) not in operands:
            yield problem_at(
                indicators,
                row,
                "supports_core_code",
                f"the component {code} is no operand of {supported!r}",
                "name the derived indicator it feeds and list it in indicator_operands.csv",
            )
        if role == "component" and row["indicator_weight"] != 0:
            yield problem_at(
                indicators,
                row,
                "indicator_weight",
                f"{row['indicator_weight']:g} would count the component {code} beside its indicator",
                "write 0",
            )


def _measures_of_indicators(seeds: Seeds) -> Iterator[Problem]:
    indicators = seeds["indicators"]
    for row in indicators:
        if row["estimator"] == "published":
            continue
        for column in ("numerator_measure", "denominator_measure"):
            if row["estimator"] == "derived" and row[column] is not None:
                yield problem_at(
                    indicators,
                    row,
                    column,
                    f"{row[column]!r} is given although {row['indicator_code']} is derived from operands",
                    "empty the cell, or change the estimator",
                )
            if row["estimator"] != "derived" and row[column] is None:
                yield problem_at(
                    indicators,
                    row,
                    column,
                    f"the cell is empty, and {row['indicator_code']} has estimator {row['estimator']}",
                    "name a measure of measures.csv; only derived and published indicators go without",
                )


def _operands(seeds: Seeds) -> Iterator[Problem]:
    indicators, operands = seeds["indicators"], seeds["indicator_operands"]
    by_code = {(row["framework_version"], row["indicator_code"]): row for row in indicators}
    groups = _grouped(operands, "framework_version", "indicator_code")
    for key, row in by_code.items():
        members, function, code = groups.get(key, []), row["derived_function"], row["indicator_code"]
        if row["estimator"] != "derived":
            if members:
                yield problem_at(
                    operands,
                    members[0],
                    "indicator_code",
                    f"{code!r} has operands but its estimator is {row['estimator']}",
                    "delete the row, or make the estimator derived in indicators.csv",
                )
            if function is not None:
                yield problem_at(
                    indicators,
                    row,
                    "derived_function",
                    f"{function!r} is given but the estimator is {row['estimator']}",
                    "empty the cell, or make the estimator derived",
                )
            continue
        if function is None:
            yield problem_at(
                indicators,
                row,
                "derived_function",
                f"the cell is empty, and {code} is derived",
                "write change_rate or mean_of_present",
            )
        if not members:
            yield problem_at(
                indicators,
                row,
                "estimator",
                f"{code} is derived but indicator_operands.csv lists no operand of it",
                "add its operands there",
            )
        if function == "change_rate" and len(members) > 1:
            yield problem_at(
                operands,
                members[1],
                "operand_code",
                f"{members[1]['operand_code']!r} is a second operand of the change rate {code}",
                "keep one operand, a change rate compares an indicator with itself",
            )
        if function == "change_rate" and (row["lag_months"] or 0) <= 0:
            yield problem_at(
                indicators,
                row,
                "lag_months",
                f"{row.cells['lag_months']!r} is no lag, and {code} is a change rate",
                "write the months it looks back, such as 12",
            )
        for member in members:
            if by_code[key[0], member["operand_code"]]["estimator"] == "derived":
                yield problem_at(
                    operands,
                    member,
                    "operand_code",
                    f"{member['operand_code']!r} is derived itself",
                    "use operands that are measured or published",
                )


def _applicability(seeds: Seeds) -> Iterator[Problem]:
    seed = seeds["indicator_applicability"]
    lines = {row["segment_code"] for row in seeds["segments"] if row["segment_type"] == "product_line"}
    for row in seed:
        if row["product_line"] not in lines:
            yield problem_at(
                seed,
                row,
                "product_line",
                f"{row['product_line']!r} is no product line of segments.csv"
                f"{nearest(row['product_line'], lines)}",
                f"use one of {listed(lines)}, or add it there",
            )


def _dating(seeds: Seeds) -> Iterator[Problem]:
    measures = seeds["measures"]
    for row in measures:
        event, opened, closed = row["event_column"], row["open_from_column"], row["open_until_column"]
        if (event is None) == (opened is None) or (opened is None) != (closed is None):
            yield problem_at(
                measures,
                row,
                "event_column",
                f"{row.cells['event_column']!r} with open_from_column {row.cells['open_from_column']!r} and "
                f"open_until_column {row.cells['open_until_column']!r} does not date {row['measure_code']}",
                "fill in event_column alone, or both open columns for a stock",
            )


def _unknown_measures(measures: Seed, defaults: Seed) -> Iterator[Problem]:
    """A measure that no model produces would be an empty indicator; survey measures come from items alone."""
    known: dict[str, set[str]] = defaultdict(set)
    for row in defaults:
        known[row.cells["source_model"]].add(row.cells["measure_code"])
    for row in measures:
        model, code = row["source_model"], row["measure_code"]
        if model not in known:
            yield problem_at(
                measures,
                row,
                "source_model",
                f"{model!r} is not a model that measures{nearest(model, known)}",
                f"use one of {listed(known)}",
            )
        elif model != SURVEY_MODEL and code not in known[model]:
            yield problem_at(
                measures,
                row,
                "measure_code",
                f"{code!r} is not a measure that {model} produces{nearest(code, known[model])}",
                f"use one of {listed(known[model])}",
            )


def _survey_items(seeds: Seeds) -> Iterator[Problem]:
    measures, items = seeds["measures"], seeds["survey_items"]
    models = {row["measure_code"]: row["source_model"] for row in measures}
    groups = _grouped(items, "measure_code")
    for row in measures:
        if row["source_model"] == SURVEY_MODEL and (row["measure_code"],) not in groups:
            yield problem_at(
                measures,
                row,
                "measure_code",
                f"{row['measure_code']!r} is measured by survey but survey_items.csv has no question for it",
                "add its items there, or delete the measure",
            )
    for (code,), rows in groups.items():
        if models[code] != SURVEY_MODEL:
            yield problem_at(
                items,
                rows[0],
                "measure_code",
                f"{code!r} is measured by {models[code]}, not by survey",
                f"delete the item, or make the measure's source_model {SURVEY_MODEL}",
            )
        total = sum(row["item_weight"] for row in rows)
        if abs(total - 1) > ROUNDING:
            yield Problem(
                items.file,
                f"the weights of measure {code} ({_span(rows)}) add up to {total:.9g}",
                "change them so that they add up to 1",
                column="item_weight",
            )


def _cuts(seeds: Seeds) -> Iterator[Problem]:
    items = seeds["survey_items"]
    scales = {row["scale_code"]: row for row in seeds["scales"]}
    for row in items:
        low, high, transform = row["cut_low"], row["cut_high"], row["transform"]
        if transform != "mean" and low is None:
            yield problem_at(
                items, row, "cut_low", f"the cell is empty, and {transform} needs it", "write a scale value"
            )
        if transform == "nps" and high is None:
            yield problem_at(
                items, row, "cut_high", "the cell is empty, and nps needs it", "write a scale value"
            )
        scale = scales[row["scale_code"]]
        for column in ("cut_low", "cut_high"):
            if row[column] is not None and not scale["scale_min"] <= row[column] <= scale["scale_max"]:
                yield problem_at(
                    items,
                    row,
                    column,
                    f"{row[column]:g} is not on scale {row['scale_code']}",
                    f"write a value from {scale['scale_min']:g} to {scale['scale_max']:g}",
                )
        if None not in (low, high) and low >= high:
            yield problem_at(
                items, row, "cut_high", f"{high:g} is not above cut_low, {low:g}", "set the two cuts apart"
            )


def _scales(seeds: Seeds) -> Iterator[Problem]:
    scales = seeds["scales"]
    for row in scales:
        low, high, satisfied = row["scale_min"], row["scale_max"], row["satisfied_from"]
        if low >= high:
            yield problem_at(
                scales,
                row,
                "scale_max",
                f"{high:g} is not above scale_min, {low:g}",
                "write the larger end here",
            )
        elif satisfied is not None and not low <= satisfied <= high:
            yield problem_at(
                scales,
                row,
                "satisfied_from",
                f"{satisfied:g} is not on the scale",
                f"write a value from {low:g} to {high:g}",
            )


def _answer_options(seeds: Seeds) -> Iterator[Problem]:
    options = seeds["answer_options"]
    scales = {row["scale_code"]: row for row in seeds["scales"]}
    for row in options:
        value, scale = row["option_value"], scales[row["scale_code"]]
        if row["is_missing"] != (value is None):
            yield problem_at(
                options,
                row,
                "option_value",
                f"{row.cells['option_value']!r} with is_missing {row.cells['is_missing']} says two things",
                "write a value with is_missing false, or none with is_missing true",
            )
        elif value is not None and not scale["scale_min"] <= value <= scale["scale_max"]:
            yield problem_at(
                options,
                row,
                "option_value",
                f"{value:g} is not on scale {row['scale_code']}",
                f"write a value from {scale['scale_min']:g} to {scale['scale_max']:g}",
            )


def _margins(seeds: Seeds) -> Iterator[Problem]:
    margins = seeds["population_margins"]
    levels = {
        key: {row["level"] for row in rows if row["share"] > 0}
        for key, rows in _grouped(margins, "wave_id", "insurer_id", "margin").items()
    }
    for (wave_id, insurer_id, margin), rows in _grouped(margins, "wave_id", "insurer_id", "margin").items():
        total = sum(row["share"] for row in rows)
        whose = f" of insurer {insurer_id}" if insurer_id else ""
        if abs(total - 1) > ROUNDING:
            yield Problem(
                margins.file,
                f"the shares of margin {margin} in wave {wave_id}{whose} ({_span(rows)}) "
                f"add up to {total:.9g}",
                "change them so that they add up to 1",
                column="share",
            )
        everybody = levels.get((wave_id, None, margin))
        for row in rows:
            if insurer_id and everybody and row["share"] > 0 and row["level"] not in everybody:
                yield problem_at(
                    margins,
                    row,
                    "level",
                    f"insurer {insurer_id} has customers of level {row['level']!r} of margin {margin}, "
                    f"which the population of wave {wave_id} lacks",
                    "add the level to the rows without an insurer, which describe the customers of all",
                )


def _interval_methods(seeds: Seeds) -> Iterator[Problem]:
    methods = seeds["interval_methods"]
    shares = {row["indicator_code"] for row in seeds["indicators"] if row["estimator"] == "share"}
    for row in methods:
        if row["indicator_code"] not in shares:
            yield problem_at(
                methods,
                row,
                "indicator_code",
                f"{row['indicator_code']!r} is no share, and these are intervals of shares",
                f"use one of {listed(shares)}, or delete the row",
            )


def _bands(seeds: Seeds) -> Iterator[Problem]:
    bands = seeds["score_bands"]
    if not any(row["score_from"] == 0 for row in bands):
        yield Problem(
            bands.file,
            "no grade starts at 0, so low scores have none",
            "add the lowest grade",
            column="score_from",
        )
    for (score,), rows in _grouped(bands, "score_from").items():
        if not 0 <= score <= 100:
            yield problem_at(
                bands, rows[0], "score_from", f"{score:g} is no score", "write a value from 0 to 100"
            )
        for row in rows[1:]:
            yield problem_at(
                bands,
                row,
                "score_from",
                f"{score:g} is the threshold of {rows[0]['grade_code']} in row {rows[0].number} already",
                "give every grade its own threshold",
            )


def _validity(seed: Seed, rows: list[Row], gaps_allowed: bool) -> Iterator[Problem]:
    """Rows of one thing, each valid from a first to a last day, must not overlap; gaps may be allowed."""
    rows = sorted(rows, key=lambda row: row["valid_from"])
    for row in rows:
        if (row["valid_to"] or date.max) < row["valid_from"]:
            yield problem_at(
                seed,
                row,
                "valid_to",
                f"{row['valid_to']} is before valid_from, {row['valid_from']}",
                "write the last day of validity",
            )
    for earlier, later in pairwise(rows):
        last_day = later["valid_from"] - timedelta(days=1)
        if (earlier["valid_to"] or date.max) > last_day:
            yield problem_at(
                seed,
                earlier,
                "valid_to",
                f"{earlier['valid_to'] or 'an open end'} overlaps row {later.number}, "
                f"which is valid from {later['valid_from']}",
                f"write {last_day}",
            )
        elif earlier["valid_to"] < last_day and not gaps_allowed:
            yield problem_at(
                seed,
                earlier,
                "valid_to",
                f"{earlier['valid_to']} leaves a gap before row {later.number}, "
                f"which is valid from {later['valid_from']}",
                f"write {last_day}",
            )


def _version_validity(seeds: Seeds) -> Iterator[Problem]:
    """Of the released versions; a proposal says when it is meant to begin and displaces nothing yet."""
    yield from _validity(seeds["framework_versions"], released_versions(seeds), gaps_allowed=False)


def _limit_validity(seeds: Seeds) -> Iterator[Problem]:
    limits = seeds["service_limits"]
    for rows in _grouped(limits, "limit_code", "case_class").values():
        yield from _validity(limits, rows, gaps_allowed=True)


def _waves(seeds: Seeds) -> Iterator[Problem]:
    waves = seeds["waves"]
    for row in waves:
        if row["ends_on"] < row["starts_on"]:
            yield problem_at(
                waves,
                row,
                "ends_on",
                f"{row['ends_on']} is before starts_on, {row['starts_on']}",
                "write the last day of the wave",
            )
            continue
        yield from _wave_length(waves, row)
        try:
            zone = ZoneInfo(row["time_zone"])
        except (ZoneInfoNotFoundError, ValueError):
            yield problem_at(
                waves,
                row,
                "time_zone",
                f"{row['time_zone']!r} is not a time zone",
                "write an IANA name such as Asia/Shanghai",
            )
            continue
        bounds = (("starts_at_utc", row["starts_on"]), ("ends_at_utc", row["ends_on"] + timedelta(days=1)))
        for column, local_day in bounds:
            wanted = datetime.combine(local_day, time(), zone).astimezone(UTC).replace(tzinfo=None)
            if row[column] != wanted:
                yield problem_at(
                    waves,
                    row,
                    column,
                    f"{row[column]} is not the start of {local_day} in {row['time_zone']}",
                    f"write {wanted}",
                )
    ordered = sorted(waves, key=lambda row: row["starts_at_utc"])
    for earlier, later in pairwise(ordered):
        if later["starts_at_utc"] < earlier["ends_at_utc"]:
            yield problem_at(
                waves,
                later,
                "starts_at_utc",
                f"{later['starts_at_utc']} is before {earlier['wave_id']} ends, {earlier['ends_at_utc']}",
                "waves must not overlap, move one of them",
            )


def _wave_length(waves: Seed, row: Row) -> Iterator[Problem]:
    """Flows over stocks are scaled by the length, so a wave of whole months must state it truly."""
    first, end = row["starts_on"], row["ends_on"] + timedelta(days=1)
    if first.day != end.day:
        return
    months = (end.year - first.year) * 12 + end.month - first.month
    if row["length_months"] != months:
        yield problem_at(
            waves,
            row,
            "length_months",
            f"{row['length_months']} is not the time from {first} to {row['ends_on']}",
            f"write {months}",
        )


def _total_segment(seeds: Seeds) -> Iterator[Problem]:
    segments = seeds["segments"]
    if ("all", "all") not in segments.tuples(("segment_type", "segment_code")):
        yield Problem(
            segments.file, "the total is missing", "add a row with segment_type all and segment_code all"
        )


def _validity_pairs(seeds: Seeds) -> Iterator[Problem]:
    pairs = seeds["validity_pairs"]
    indicators = {row["indicator_code"]: row["estimator"] for row in seeds["indicators"]}
    indicator = ("indicator", set(indicators))
    own = ("indicator of ours", {code for code, kind in indicators.items() if kind != "published"})
    published = (
        "indicator with estimator published",
        {code for code, kind in indicators.items() if kind == "published"},
    )
    surveyed = (
        "measure of the survey",
        {row["measure_code"] for row in seeds["measures"] if row["source_model"] == SURVEY_MODEL},
    )
    needed = {
        "criterion": {"first_code": indicator},
        "convergence": {"first_code": indicator, "second_code": indicator},
        "calibration": {"first_code": own, "second_code": published},
        "known_groups": {"first_code": surveyed, "group_column": None, "low_group": None},
    }
    for row in pairs:
        wanted = needed[row["pair_kind"]]
        for column in ("second_code", "group_column", "low_group", "high_group"):
            filled = row[column] is not None
            if not filled and column in wanted:
                yield problem_at(
                    pairs,
                    row,
                    column,
                    f"the cell is empty, and {row['pair_kind']} {row['pair_code']} needs it",
                    "fill it in",
                )
            may_be_filled = column in wanted or (row["pair_kind"], column) == ("known_groups", "high_group")
            if filled and not may_be_filled:
                yield problem_at(
                    pairs,
                    row,
                    column,
                    f"{row[column]!r} means nothing to a row of kind {row['pair_kind']}",
                    "empty the cell",
                )
        for column, choice in wanted.items():
            if choice is None or row[column] is None:
                continue
            name, known = choice
            if row[column] not in known:
                remedy = f"use one of {listed(known)}" if known else "add one to indicators.csv first"
                problem = f"{row[column]!r} is no {name}{nearest(row[column], known)}"
                yield problem_at(pairs, row, column, problem, remedy)
    for extra in [row for row in pairs if row["pair_kind"] == "criterion"][1:]:
        yield problem_at(
            pairs,
            extra,
            "pair_kind",
            f"{extra['pair_code']!r} is a second criterion",
            "keep one, relevance is judged against a single indicator",
        )


def _mix_segments(seeds: Seeds) -> Iterator[Problem]:
    mix = seeds["mix_segments"]
    kinds = {row["segment_type"] for row in seeds["segments"]} - {"all"}
    for row in mix:
        if row["segment_type"] not in kinds:
            yield problem_at(
                mix,
                row,
                "segment_type",
                f"{row['segment_type']!r} is no kind of segment{nearest(row['segment_type'], kinds)}",
                f"use one of {listed(kinds)}",
            )
    for extra in mix.rows[1:]:
        yield problem_at(
            mix,
            extra,
            "segment_type",
            f"{extra['segment_type']!r} is a second kind of segment",
            "keep one, shares of two kinds would count the same persons twice",
        )


def _segment_weights(seeds: Seeds) -> Iterator[Problem]:
    weights, wanted = seeds["segment_weights"], _rule_value(seeds, "weight_points")
    dimensions = _grouped(seeds["dimensions"], "framework_version")
    for (version, kind, code), rows in _grouped(
        weights, "framework_version", "segment_type", "segment_code"
    ).items():
        group = f"{kind} {code} in version {version}"
        if kind == "all":
            yield problem_at(
                weights,
                rows[0],
                "segment_type",
                "'all' is everyone",
                "give the weights of everyone in dimensions.csv and name a customer group here",
            )
        given = {row["dimension_code"] for row in rows}
        missing = [
            row["dimension_code"] for row in dimensions[(version,)] if row["dimension_code"] not in given
        ]
        total = sum(row["dimension_weight"] for row in rows)
        if missing:
            yield Problem(
                weights.file,
                f"{group} ({_span(rows)}) has no weight for {listed(missing)}",
                "give the group a weight for every dimension, 0 where one does not count, or none at all",
                column="dimension_code",
            )
        elif abs(total - wanted) > ROUNDING:
            yield Problem(
                weights.file,
                f"the weights of {group} ({_span(rows)}) add up to {total:g}",
                f"change them so that they add up to {wanted:g}, the weight_points of scoring_rules.csv",
                column="dimension_weight",
            )


RULES: tuple[Callable[[Seeds], Iterator[Any]], ...] = (
    _points_of_a_version,
    _points_of_a_dimension,
    _goalposts,
    _roles,
    _measures_of_indicators,
    _operands,
    _applicability,
    _dating,
    _survey_items,
    _cuts,
    _scales,
    _answer_options,
    _margins,
    _interval_methods,
    _bands,
    _version_validity,
    _limit_validity,
    _waves,
    _total_segment,
    _validity_pairs,
    _mix_segments,
    _segment_weights,
    check_judgements,
    check_approval,
    check_bridges,
    check_weight_changes,
    check_elements,
    check_schemes,
    check_draws,
    check_screening,
    check_disclosure,
)
