"""Every check of the framework is needed: without it, what it is there for goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from csat.framework import cells, rules
from csat.framework.seeds import Seed, default_folder, read_schema

PROJECT = Path(__file__).resolve().parents[2]
SCHEMA = read_schema(PROJECT)
Seeds = dict[str, Seed]
# Seed, the row by some of its cells, column(s), the wrong value(s), and a part of the sentence that names it.
Breakage = tuple[str, dict[str, str], str | tuple[str, ...], str | tuple[str, ...], str]

# By rule: one wrong cell that it alone finds.
OF_RULES: dict[str, Breakage] = {
    "_interval_methods": (
        "interval_methods",
        {},
        ("indicator_code", "interval_method"),
        ("S1C1", "logit"),
        "'S1C1' is no share",
    ),
    "_mix_segments": ("mix_segments", {}, "segment_type", "regions", "is no kind of segment"),
    "_segment_weights": (
        "segment_weights",
        {},
        ("framework_version", "segment_type", "segment_code", "dimension_code"),
        ("2026.1", "all", "all", "S1"),
        "'all' is everyone",
    ),
    "check_screening": (
        "screening_rules",
        {"rule_code": "speeder"},
        "rule_value",
        "1.5",
        "1.5 is no share",
    ),
    "check_disclosure": (
        "disclosure_rules",
        {"rule_code": "hidden_range_min"},
        "rule_value",
        "0",
        "0 is no range that could stay unknown",
    ),
    "_points_of_a_version": (
        "indicators",
        {"indicator_code": "S1C1"},
        "indicator_weight",
        "3.5",
        "the weights of version 2026.1",
    ),
    "_points_of_a_dimension": (
        "dimensions",
        {"dimension_code": "S1"},
        "dimension_weight",
        "11",
        "11 is not the sum",
    ),
    "_goalposts": (
        "indicators",
        {"indicator_code": "S1C1"},
        "goalpost_upper",
        "40",
        "no value can be scored",
    ),
    "_roles": ("indicators", {"indicator_code": "S1A1"}, "supports_core_code", "", "S1A1 must support one"),
    "_measures_of_indicators": (
        "indicators",
        {"indicator_code": "S1C1"},
        "numerator_measure",
        "",
        "has estimator mean",
    ),
    "_operands": ("indicators", {"indicator_code": "S4A4"}, "lag_months", "", "is no lag, and S4A4"),
    "_applicability": ("indicator_applicability", {}, "product_line", "lfe", "'lfe' is no product line"),
    "_dating": ("measures", {"measure_code": "claim_paid"}, "event_column", "", "does not date claim_paid"),
    "_survey_items": (
        "survey_items",
        {"question_code": "price_given_quality"},
        "item_weight",
        "0.6",
        "perceived_value",
    ),
    "_cuts": ("survey_items", {"transform": "nps"}, "cut_high", "11", "11 is not on scale"),
    "_scales": ("scales", {"scale_code": "five"}, "satisfied_from", "6", "6 is not on the scale"),
    "_answer_options": (
        "answer_options",
        {"scale_code": "five"},
        "option_value",
        "50",
        "50 is not on scale five",
    ),
    "_margins": ("population_margins", {}, "share", "0.9", "the shares of margin"),
    "_bands": ("score_bands", {"grade_code": "D"}, "score_from", "1", "no grade starts at 0"),
    "_version_validity": (
        "framework_versions",
        {"framework_version": "2024.1"},
        "valid_to",
        "2025-12-30",
        "leaves a gap",
    ),
    "_limit_validity": ("service_limits", {}, "valid_to", "2019-01-01", "2019-01-01 is before valid_from"),
    "_waves": ("waves", {}, "length_months", "1", "1 is not the time from"),
    "_total_segment": ("segments", {"segment_code": "all"}, "segment_code", "alle", "the total is missing"),
    "_validity_pairs": (
        "validity_pairs",
        {"pair_kind": "convergence"},
        "second_code",
        "",
        "convergence claim_speed needs it",
    ),
    "check_judgements": ("expert_judgements", {}, "expert_code", "all", "stands for all experts together"),
    "check_approval": ("framework_versions", {}, "approver", "", "and version 2026.1 is released"),
    "check_bridges": (
        "framework_versions",
        {},
        "bridge_wave_id",
        "2025Q3",
        "'2025Q3' is not the last wave before",
    ),
    "check_weight_changes": (
        "indicators",
        {"indicator_code": "S1C1"},
        "indicator_weight",
        "4",
        "S1C1 weighs 4 in version 2026.1",
    ),
    "check_elements": ("indicators", {}, "sqi_dimension", "joy", "'joy' is no element of view sqi"),
    "check_schemes": (
        "invalid_schemes",
        {},
        ("normalisation", "aggregation"),
        ("goalposts", "arithmetic"),
        "'goalposts' does not go with the arithmetic aggregation",
    ),
    "check_draws": (
        "weight_draws",
        {"draw_number": "7"},
        "drawn_weights",
        "1 2 3",
        "3 weights where draw 0 has",
    ),
}


@cache
def _project() -> Seeds:
    seeds, problems = cells.check_structure(default_folder(PROJECT), SCHEMA)
    assert not problems
    return seeds


def made_up(seed: Seed) -> cells.Row:
    """A row for a seed that has none: numbers are 1, words the first allowed one, codes lead nowhere."""
    values = {}
    for column, kind in seed.declaration.types.items():
        words = cells.ALLOWED_VALUES.get((seed.declaration.name, column), ["nothing"])
        values[column] = words[0] if kind == "string" else "1"
    return cells.Row(2, values)


def read(breakage: Breakage | None = None) -> Seeds:
    """The seeds of the project, untyped, with one cell changed."""
    seeds = {name: replace(seed, rows=list(seed.rows)) for name, seed in _project().items()}
    if breakage:
        name, where, column, value, _ = breakage
        wrong = {column: value} if isinstance(column, str) else dict(zip(column, value, strict=True))
        rows = seeds[name].rows
        if not rows:
            rows.append(made_up(seeds[name]))
        place = next(
            place
            for place, row in enumerate(rows)
            if all(row.cells[key] == cell for key, cell in where.items())
            and not wrong.items() <= row.cells.items()
        )
        rows[place] = replace(rows[place], cells={**rows[place].cells, **wrong})
    return seeds


def found_in_cells(seeds: Seeds) -> str:
    return "\n".join(str(problem) for problem in cells.check_cells(seeds, read()))


def found_by_rules(breakage: Breakage) -> str:
    seeds = read(breakage)
    assert not found_in_cells(seeds)
    return "\n".join(str(problem) for problem in rules.check_rules(seeds, read()))


def without(monkeypatch: pytest.MonkeyPatch, module: object, name: str, entry: object) -> None:
    """Take one entry out of a list or dictionary of checks."""
    entries = getattr(module, name)
    kept = (
        {key: value for key, value in entries.items() if key != entry}
        if isinstance(entries, dict)
        else tuple(other for other in entries if other != entry)
    )
    assert len(kept) == len(entries) - 1
    monkeypatch.setattr(module, name, kept)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_alone_finds_what_it_is_there_for(rule: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    breakage = OF_RULES[rule.__name__]
    assert breakage[-1] in found_by_rules(breakage)
    without(monkeypatch, rules, "RULES", rule)
    assert breakage[-1] not in found_by_rules(breakage)


def test_measures_that_no_model_produces_need_their_check(monkeypatch: pytest.MonkeyPatch) -> None:
    breakage = ("measures", {"measure_code": "post_stars"}, "measure_code", "post_star", "is not a measure")
    assert breakage[-1] in found_by_rules(breakage)
    monkeypatch.setattr(rules, "_unknown_measures", lambda measures, defaults: [])
    assert not found_by_rules(breakage)


def first_filled(name: str, column: str) -> dict[str, str]:
    """The row of a seed, by all its cells, that first fills a column."""
    return next((row.cells for row in read()[name].rows if row.cells[column]), {})


@pytest.mark.parametrize("reference", cells.REFERENCES, ids=lambda entry: f"{entry.seed}.{entry.columns[-1]}")
def test_every_reference_is_needed(reference: cells.Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    name, column = reference.seed, reference.columns[-1]
    seeds = read()
    if not seeds[name].rows:
        values = made_up(seeds[name]).cells
        wanted = f"'nothing' is not in {seeds[reference.target].file.name}"

        def broken() -> Seeds:
            seeds = read()
            rows = seeds[name].rows
            rows.append(cells.Row(2, values))
            return seeds
    else:
        breakage = (name, first_filled(name, column), column, "nothing", "")
        wanted = f"column {column}: 'nothing' is not in {seeds[reference.target].file.name}"

        def broken() -> Seeds:
            return read(breakage)

    others = [
        other
        for other in cells.REFERENCES
        if other != reference
        and (other.seed, other.columns[-1], other.target) == (name, column, reference.target)
    ]
    assert not others
    assert wanted in found_in_cells(broken())
    without(monkeypatch, cells, "REFERENCES", reference)
    assert wanted not in found_in_cells(broken())


@pytest.mark.parametrize("place", cells.ALLOWED_VALUES, ids=".".join)
def test_every_list_of_words_is_needed(place: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    breakage = (place[0], first_filled(*place), place[1], "nonsense", "'nonsense' is not allowed")
    assert breakage[-1] in found_in_cells(read(breakage))
    without(monkeypatch, cells, "ALLOWED_VALUES", place)
    assert breakage[-1] not in found_in_cells(read(breakage))


@pytest.mark.parametrize("place", cells.NOT_NEGATIVE, ids=".".join)
def test_every_sign_is_needed(place: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    breakage = (place[0], {}, place[1], "-1", "-1 is negative; write 0 or more")
    assert breakage[-1] in found_in_cells(read(breakage))
    without(monkeypatch, cells, "NOT_NEGATIVE", place)
    assert breakage[-1] not in found_in_cells(read(breakage))


@pytest.mark.parametrize("name", cells.SEEDS_WITH_ROWS)
def test_a_seed_that_needs_rows_is_asked_for_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for declaration in SCHEMA.values():
        file = tmp_path / f"{declaration.name}.csv"
        file.write_text(",".join(declaration.types) + "\n", encoding="utf-8")
    sentence = f"{name}.csv: the file has no rows"

    def found() -> str:
        return "\n".join(str(problem) for problem in cells.check_structure(tmp_path, SCHEMA)[1])

    assert sentence in found()
    without(monkeypatch, cells, "SEEDS_WITH_ROWS", name)
    assert sentence not in found()


@pytest.mark.parametrize("entry", cells.CODES_OF_THE_MODELS, ids=lambda entry: entry[0])
def test_codes_the_models_look_up_are_asked_for(entry: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> str:
        seeds = read()
        del seeds[entry[0]].rows[0]
        return found_in_cells(seeds)

    assert f"{entry[0]}.csv: no row has" in found()
    without(monkeypatch, cells, "CODES_OF_THE_MODELS", entry)
    assert f"{entry[0]}.csv: no row has" not in found()


def test_a_key_needs_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> str:
        seeds = read()
        rows = seeds["scoring_rules"].rows
        rows.append(replace(rows[0], number=99))
        return found_in_cells(seeds)

    assert "scoring_rules.csv row 99: rule_code weight_points stands in row 2 already" in found()
    monkeypatch.setattr(cells, "_repeated_keys", lambda seed: [])
    assert not found()


def test_a_type_needs_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    breakage, parse = ("scoring_rules", {}, "rule_value", "many", "'many' is not a number"), cells._parse
    assert breakage[-1] in found_in_cells(read(breakage))
    monkeypatch.setattr(cells, "_parse", lambda cell, kind: 1.0 if cell == "many" else parse(cell, kind))
    assert not found_in_cells(read(breakage))
