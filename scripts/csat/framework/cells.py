"""Checks of one seed at a time: the file and its columns, then every cell, key and reference."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from csat.framework.disclosure import MARTS, RULE_CODES
from csat.framework.seeds import Declaration, Problem, Row, Seed, is_empty, problem_at

# Columns whose cells may be empty; all others need a value.
OPTIONAL_COLUMNS = {
    "framework_versions": {
        "valid_to",
        "bridge_wave_id",
        "index_aggregation",
        "approver",
        "approved_on",
        "note",
    },
    "measures": {
        "event_column",
        "open_from_column",
        "open_until_column",
        "filter_set_code",
        "wait_limit_code",
        "value_min",
        "value_max",
    },
    "service_limits": {"valid_to"},
    "indicators": {
        "supports_core_code",
        "numerator_measure",
        "denominator_measure",
        "derived_function",
        "lag_months",
        "owner_department",
        "sqi_dimension",
        "regulator_element",
    },
    "survey_items": {"cut_low", "cut_high"},
    "scales": {"satisfied_from"},
    "answer_options": {"option_value"},
    "population_margins": {"insurer_id"},
    "segments": {"tenure_years_from", "tenure_years_below"},
    "scoring_rules": {"rule_note"},
    "disclosure_rules": {"rule_note"},
    "validity_pairs": {"second_code", "group_column", "low_group", "high_group", "pair_note"},
    "mix_segments": {"mix_note"},
    "segment_weights": {"weight_note"},
    "expert_judgements": {"note"},
    "questions": {"grid_code"},
    "screening_rules": {"rule_note"},
    "contradiction_pairs": {"pair_note"},
    "attention_items": {"item_note"},
}

# Seeds without which nothing can be scored; the others may hold a header only.
SEEDS_WITH_ROWS = (
    "framework_versions",
    "waves",
    "dimensions",
    "measures",
    "indicators",
    "segments",
    "score_bands",
    "scoring_rules",
    "disclosure_rules",
    "screening_rules",
)

# How values become scores and scores a composite: the words of macros/aggregation.sql.
NORMALISATIONS = ("goalposts", "min_max", "z_score", "percentile_rank", "leader_distance")
AGGREGATIONS = ("arithmetic", "geometric", "harmonic", "mazziotta_pareto")

# The words the models understand.
ALLOWED_VALUES = {
    ("framework_versions", "status"): ("released", "proposed"),
    ("regulator_elements", "view_code"): ("regulator_2025", "sqi"),
    ("framework_versions", "index_aggregation"): AGGREGATIONS,
    ("dimensions", "aggregation"): AGGREGATIONS,
    ("invalid_schemes", "normalisation"): NORMALISATIONS,
    ("invalid_schemes", "aggregation"): AGGREGATIONS,
    ("indicators", "indicator_role"): ("core", "auxiliary", "component"),
    ("indicators", "estimator"): ("mean", "share", "exposure_rate", "derived", "published"),
    ("indicators", "derived_function"): ("change_rate", "mean_of_present"),
    ("indicators", "direction"): ("higher", "lower"),
    ("indicators", "normalisation"): NORMALISATIONS,
    ("indicators", "time_basis"): ("none", "per_quarter"),
    ("survey_items", "transform"): ("mean", "top_box", "nps"),
    ("service_limits", "limit_unit"): ("seconds", "minutes", "hours", "days"),
    ("score_adjustments", "adjustment_kind"): ("innovation", "negative_event"),
    ("response_class_attributes", "attribute"): ("age_band", "gender", "region", "sales_channel"),
    ("interval_methods", "interval_method"): ("wilson", "logit", "mean", "asin"),
    ("validity_pairs", "pair_kind"): ("criterion", "convergence", "calibration", "known_groups"),
    ("validity_pairs", "group_column"): ("reference_type", "claim_outcome"),
    ("disclosure_rules", "rule_code"): RULE_CODES,
    ("disclosure_rules", "applies_to"): MARTS,
}

# What people call the types of the seed YAML.
TYPE_NAMES = {
    "string": "code or text",
    "double": "number",
    "bigint": "whole number",
    "boolean": "true or false",
    "date": "date",
    "timestamp": "moment",
}

# Columns that count or weigh: below zero they would turn a sum around.
NOT_NEGATIVE = (
    ("dimensions", "dimension_weight"),
    ("segment_weights", "dimension_weight"),
    ("indicators", "indicator_weight"),
    ("indicators", "multiplier"),
    ("survey_items", "item_weight"),
    ("service_limits", "limit_value"),
    ("population_margins", "share"),
    ("stratum_populations", "population_count"),
    ("score_adjustments", "points"),
    ("scoring_rules", "rule_value"),
    ("random_index", "random_index"),
    ("screening_rules", "rule_value"),
    ("contradiction_pairs", "difference_max"),
    ("weight_draws", "draw_number"),
    ("weight_draws", "concentration"),
)


class Reference(NamedTuple):
    """Columns of one seed whose values must stand in another; the last column is the one at fault."""

    seed: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


REFERENCES = (
    Reference("framework_versions", ("bridge_wave_id",), "waves", ("wave_id",)),
    Reference("sensitive_measures", ("measure_code",), "measures", ("measure_code",)),
    Reference("dimensions", ("framework_version",), "framework_versions", ("framework_version",)),
    Reference("indicators", ("framework_version",), "framework_versions", ("framework_version",)),
    Reference(
        "indicators",
        ("framework_version", "dimension_code"),
        "dimensions",
        ("framework_version", "dimension_code"),
    ),
    Reference(
        "indicators",
        ("framework_version", "supports_core_code"),
        "indicators",
        ("framework_version", "indicator_code"),
    ),
    Reference("indicators", ("numerator_measure",), "measures", ("measure_code",)),
    Reference("indicators", ("denominator_measure",), "measures", ("measure_code",)),
    Reference("indicators", ("owner_department",), "departments", ("department_code",)),
    Reference("measures", ("filter_set_code",), "measure_filters", ("filter_set_code",)),
    Reference("measures", ("wait_limit_code",), "service_limits", ("limit_code",)),
    Reference("survey_items", ("measure_code",), "measures", ("measure_code",)),
    Reference("survey_items", ("question_code",), "questions", ("question_code",)),
    Reference("survey_items", ("scale_code",), "scales", ("scale_code",)),
    Reference("answer_options", ("scale_code",), "scales", ("scale_code",)),
    Reference("contradiction_pairs", ("first_question",), "survey_items", ("question_code",)),
    Reference("contradiction_pairs", ("second_question",), "survey_items", ("question_code",)),
    Reference("attention_items", ("question_code",), "questions", ("question_code",)),
    Reference(
        "indicator_operands",
        ("framework_version", "indicator_code"),
        "indicators",
        ("framework_version", "indicator_code"),
    ),
    Reference(
        "indicator_operands",
        ("framework_version", "operand_code"),
        "indicators",
        ("framework_version", "indicator_code"),
    ),
    Reference("indicator_applicability", ("indicator_code",), "indicators", ("indicator_code",)),
    Reference(
        "segment_weights",
        ("framework_version", "dimension_code"),
        "dimensions",
        ("framework_version", "dimension_code"),
    ),
    Reference(
        "segment_weights", ("segment_type", "segment_code"), "segments", ("segment_type", "segment_code")
    ),
    Reference("population_margins", ("wave_id",), "waves", ("wave_id",)),
    Reference("population_margins", ("margin", "level"), "segments", ("segment_type", "segment_code")),
    Reference("stratum_populations", ("wave_id",), "waves", ("wave_id",)),
    Reference("interval_methods", ("indicator_code",), "indicators", ("indicator_code",)),
    Reference("score_adjustments", ("wave_id",), "waves", ("wave_id",)),
    Reference("expert_judgements", ("framework_version",), "framework_versions", ("framework_version",)),
    Reference("weight_draws", ("framework_version",), "framework_versions", ("framework_version",)),
    Reference("weight_waivers", ("framework_version",), "framework_versions", ("framework_version",)),
    Reference(
        "weight_change_waivers",
        ("framework_version", "indicator_code"),
        "indicators",
        ("framework_version", "indicator_code"),
    ),
)

# Codes that the models look up by name: a framework that drops one leaves an empty number behind.
CODES_OF_THE_MODELS = (
    ("scoring_rules", ("rule_code",)),
    ("disclosure_rules", ("rule_code", "applies_to")),
    ("screening_rules", ("rule_code",)),
    ("service_limits", ("limit_code", "case_class")),
)


def check_structure(folder: Path, schema: dict[str, Declaration]) -> tuple[dict[str, Seed], list[Problem]]:
    """Read every declared seed of a folder; problems: missing files, encodings, headers, row lengths."""
    seeds, problems = {}, []
    for declaration in schema.values():
        file = folder / f"{declaration.name}.csv"
        rows, found = _read_rows(file, declaration, folder, schema)
        problems += found
        seeds[declaration.name] = Seed(declaration, file, rows)
    return seeds, problems


def check_cells(seeds: dict[str, Seed], defaults: dict[str, Seed]) -> list[Problem]:
    """Type every cell in place; check empties, words, signs, keys, references and codes of the models.

    `defaults` are the untyped seeds that come with the project.
    """
    problems: list[Problem] = []
    for seed in seeds.values():
        problems += _typed(seed)
    if problems:
        return problems
    for seed in seeds.values():
        problems += _repeated_keys(seed)
    for reference in REFERENCES:
        problems += _unknown_references(seeds, reference)
    for name, columns in CODES_OF_THE_MODELS:
        problems += _missing_codes(seeds[name], defaults[name], columns)
    return problems


def nearest(value: str, choices: Iterable[str]) -> str:
    """Return ', did you mean X' for the choice most like a value, or an empty text."""
    matches = get_close_matches(value, list(choices), n=1, cutoff=0.6)
    return f", did you mean {matches[0]}?" if matches else ""


def listed(values: Iterable[Any]) -> str:
    """Return values as a list for a sentence, cut where it gets long."""
    texts = sorted({str(value) for value in values if value is not None})
    return ", ".join(texts[:12]) + (f" … ({len(texts)} in all)" if len(texts) > 12 else "")


def _read_rows(
    file: Path, declaration: Declaration, folder: Path, schema: dict[str, Declaration]
) -> tuple[list[Row], list[Problem]]:
    if not file.is_file():
        strangers = [path.stem for path in folder.glob("*.csv") if path.stem not in schema]
        hint = nearest(declaration.name, strangers)
        header = ",".join(declaration.types)
        remedy = f"the framework must bring all {len(schema)} seeds, add it with the header {header}"
        return [], [Problem(file, f"the file is missing{hint}", remedy)]
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        return [], [Problem(file, f"the file is not a CSV in UTF-8 ({error})", "save it as 'CSV UTF-8'")]
    header = lines[0] if lines else []
    problems = list(_header_problems(file, header, declaration))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            problems.append(
                Problem(
                    file,
                    f"{len(cells)} cells where the header has {len(header)}",
                    "put double quotes around a text that contains a comma, and delete empty lines",
                    row=number,
                )
            )
        rows.append(Row(number, dict(zip(header, cells, strict=False))))
    if not problems and not rows and declaration.name in SEEDS_WITH_ROWS:
        problems.append(
            Problem(file, "the file has no rows", "add at least one, nothing can be scored without it")
        )
    return rows, problems


def _header_problems(file: Path, header: list[str], declaration: Declaration) -> Iterator[Problem]:
    expected = list(declaration.types)
    for column in expected:
        if column not in header:
            yield Problem(
                file, f"column {column} is missing", f"the header must be {','.join(expected)}", row=1
            )
    for column in header:
        if column not in expected:
            hint = nearest(column, expected)
            yield Problem(
                file,
                f"column {column!r} is unknown{hint}",
                f"remove or rename it, the header must be {','.join(expected)}",
                row=1,
            )
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield Problem(
            file, f"column {column!r} stands {header.count(column)} times", "keep one of them", row=1
        )


def _typed(seed: Seed) -> list[Problem]:
    """Fill the values of every row; an unreadable cell becomes a problem."""
    name, problems = seed.declaration.name, []
    optional = OPTIONAL_COLUMNS.get(name, set())
    for position, row in enumerate(seed.rows):
        values = {}
        for column, data_type in seed.declaration.types.items():
            cell = row.cells[column]
            problem = None
            if is_empty(cell):
                values[column] = None
                if column not in optional:
                    problem = ("the cell is empty", f"fill in a {TYPE_NAMES[data_type]}")
            else:
                try:
                    values[column] = _parse(cell, data_type)
                except ValueError as error:
                    problem = (f"{cell!r} is not a {TYPE_NAMES[data_type]}", str(error))
                else:
                    problem = _value_problem(name, column, values[column])
            if problem:
                problems.append(Problem(seed.file, *problem, row=row.number, column=column))
        seed.rows[position] = replace(row, values=values)
    return problems


def _parse(cell: str, data_type: str) -> Any:
    """Return a cell in its declared type; the text of the ValueError is the remedy."""
    if data_type == "string":
        if cell != cell.strip():
            raise ValueError("remove the blanks around it, codes are compared exactly")
        return cell
    if data_type == "boolean":
        if cell.lower() not in ("true", "false"):
            raise ValueError("write true or false")
        return cell.lower() == "true"
    if data_type == "date":
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise ValueError("write it as YYYY-MM-DD") from None
    if data_type == "timestamp":
        try:
            return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
        except ValueError:
            raise ValueError("write it as YYYY-MM-DD hh:mm:ss in UTC") from None
    try:
        # Python reads full-width digits, the engines do not.
        number = int(cell.encode("ascii")) if data_type == "bigint" else float(cell.encode("ascii"))
    except ValueError:
        kind = "a whole number" if data_type == "bigint" else "a number with a decimal point"
        raise ValueError(f"write {kind}, without unit or thousands separator") from None
    if not math.isfinite(number):
        raise ValueError("write a finite number")
    return number


def _value_problem(name: str, column: str, value: Any) -> tuple[str, str] | None:
    allowed = ALLOWED_VALUES.get((name, column))
    if allowed and value not in allowed:
        return f"{value!r} is not allowed{nearest(value, allowed)}", f"write one of {', '.join(allowed)}"
    if (name, column) in NOT_NEGATIVE and value < 0:
        return f"{value:g} is negative", "write 0 or more"
    return None


def _repeated_keys(seed: Seed) -> Iterator[Problem]:
    key, first_rows = seed.declaration.key, {}
    for row in seed:
        values = tuple(row[column] for column in key)
        first = first_rows.setdefault(values, row.number)
        if first != row.number:
            text = ", ".join(f"{column} {value}" for column, value in zip(key, values, strict=True))
            yield Problem(
                seed.file,
                f"{text} stands in row {first} already",
                "the key must be unique, change or delete one of the two rows",
                row=row.number,
            )


def _unknown_references(seeds: dict[str, Seed], reference: Reference) -> Iterator[Problem]:
    seed, target = seeds[reference.seed], seeds[reference.target]
    # Departments are optional as a whole: without any, owners are plain names.
    if reference.target == "departments" and not target.rows:
        return
    known = target.tuples(reference.target_columns)
    column = reference.columns[-1]
    for row in seed:
        values = tuple(row[name] for name in reference.columns)
        if row[column] is None or values in known:
            continue
        choices = {entry[-1] for entry in known if entry[:-1] == values[:-1]}
        scope = f" for {' '.join(str(value) for value in values[:-1])}" if values[:-1] else ""
        hint = nearest(row[column], choices)
        yield problem_at(
            seed,
            row,
            column,
            f"{row[column]!r} is not in {target.file.name}{scope}{hint}",
            f"use one of {listed(choices)}, or add it there" if choices else "add it there first",
        )


def _missing_codes(seed: Seed, default: Seed, columns: tuple[str, ...]) -> Iterator[Problem]:
    known = seed.tuples(columns)
    for wanted in dict.fromkeys(tuple(row.cells[column] for column in columns) for row in default):
        if wanted not in known:
            text = ", ".join(f"{column} {value}" for column, value in zip(columns, wanted, strict=True))
            yield Problem(seed.file, f"no row has {text}, which the models look up", "add the row")
