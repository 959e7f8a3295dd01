"""Broken frameworks, one edited cell each: the sentence must name file, row, value and remedy."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from csat.errors import FrameworkError
from csat.framework import check_framework

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def framework(tmp_path: Path) -> Path:
    """The newest version of the project's framework, as if there had been none before it."""
    folder = tmp_path / "framework"
    shutil.copytree(PROJECT / "seeds" / "framework", folder)
    for file in sorted(folder.glob("*.csv")):
        editor = Editor(folder, file.stem)
        if "framework_version" in editor.lines[0] and len(editor.lines) > 1:
            newest = max(line[0] for line in editor.lines[1:])
            editor.keep(lambda row, newest=newest: row["framework_version"] == newest)
    versions = Editor(folder, "framework_versions")
    versions.set(2, "valid_from", "2024-01-01")
    versions.set(2, "bridge_wave_id", "")
    return folder


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(FrameworkError) as caught:
        check_framework(folder, PROJECT)
    assert caught.value.exit_code == 4
    return str(caught.value).splitlines()


class Editor:
    """Edits a seed as its owner would; `row` counts as the check does, the header being row 1."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.file = folder / f"{seed}.csv"
        with self.file.open(encoding="utf-8", newline="") as stream:
            self.lines = list(csv.reader(stream))

    def row(self, **cells: str) -> int:
        """Return the number of the first row with these cells."""
        for number, line in enumerate(self.lines[1:], start=2):
            if all(line[self.lines[0].index(column)] == cell for column, cell in cells.items()):
                return number
        raise AssertionError(f"{self.file.name} has no row with {cells}")

    def cell(self, number: int, column: str) -> str:
        return self.lines[number - 1][self.lines[0].index(column)]

    def set(self, number: int, column: str, value: str) -> None:
        self.lines[number - 1][self.lines[0].index(column)] = value
        self.save()

    def append(self, *cells: str) -> int:
        self.lines.append(list(cells))
        self.save()
        return len(self.lines)

    def keep(self, wanted: Callable[[dict[str, str]], bool]) -> None:
        header = self.lines[0]
        kept = [line for line in self.lines[1:] if wanted(dict(zip(header, line, strict=True)))]
        self.lines = [header, *kept]
        self.save()

    def save(self) -> None:
        with self.file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(self.lines)


def test_the_framework_of_the_project_is_sound(framework: Path) -> None:
    check_framework(PROJECT / "seeds" / "framework", PROJECT)
    check_framework(framework, PROJECT)


@pytest.mark.parametrize(
    ("seed", "where", "column", "value", "remedy"),
    [
        # One cell on its own: emptiness, type, sign and word.
        ("indicators", {"indicator_code": "S1C1"}, "indicator_name_zh", "", "fill in a code or text"),
        ("indicators", {"indicator_code": "S1C1"}, "goalpost_upper", "95分", "write a number"),
        ("indicators", {"indicator_code": "S1C1"}, "direction", "highr", "did you mean higher"),
        ("indicators", {"indicator_code": "S1C1"}, "estimator", "median", "write one of mean, share"),
        ("indicators", {"indicator_code": "S1C1"}, "indicator_role", "main", "core, auxiliary, component"),
        ("indicators", {"indicator_code": "S1C1"}, "normalisation", "zscore", "did you mean z_score"),
        ("indicators", {"indicator_code": "S1C1"}, "time_basis", "yearly", "none, per_quarter"),
        ("indicators", {"indicator_code": "S4A4"}, "derived_function", "ratio", "change_rate"),
        ("indicators", {"indicator_code": "S1C1"}, "indicator_weight", "-3", "write 0 or more"),
        ("dimensions", {"dimension_code": "S1"}, "aggregation", "median", "write one of arithmetic"),
        ("framework_versions", {}, "index_aggregation", "geometrical", "did you mean geometric"),
        ("invalid_schemes", {}, "normalisation", "goalpost", "did you mean goalposts"),
        ("invalid_schemes", {}, "aggregation", "mean", "write one of arithmetic"),
        ("weight_draws", {}, "framework_version", "2027.1", "use one of 2026.1"),
        ("weight_draws", {}, "draw_number", "-1", "write 0 or more"),
        ("weight_draws", {"draw_number": "1"}, "concentration", "many", "write a number"),
        ("dimensions", {"dimension_code": "S1"}, "is_required", "yes", "write true or false"),
        ("framework_versions", {}, "valid_from", "01/01/2024", "YYYY-MM-DD"),
        ("waves", {"wave_id": "2025Q1"}, "starts_at_utc", "2024-12-31T16:00Z", "YYYY-MM-DD hh:mm:ss"),
        ("waves", {"wave_id": "2025Q1"}, "length_months", "3.0", "whole number"),
        ("survey_items", {"measure_code": "info_clarity"}, "transform", "average", "mean, top_box, nps"),
        ("survey_items", {"measure_code": "info_clarity"}, "item_weight", "-0.3", "write 0 or more"),
        ("scales", {"scale_code": "five"}, "scale_name_en", " 1 to 5", "remove the blanks"),
        # References.
        ("indicators", {"indicator_code": "S1C1"}, "dimension_code", "S9", "use one of O, S1"),
        ("indicators", {"indicator_code": "S1C1"}, "framework_version", "2027.1", "use one of 2026.1"),
        ("indicators", {"indicator_code": "S1C1"}, "numerator_measure", "info_clart", "mean info_clarity"),
        ("indicators", {"indicator_code": "S1C1"}, "denominator_measure", "nothing", "add it there"),
        ("indicators", {"indicator_code": "S1C1"}, "owner_department", "legal", "use one of claims"),
        ("indicators", {"indicator_code": "S1A1"}, "supports_core_code", "S1C9", "use one of"),
        ("measures", {"measure_code": "claim_paid"}, "filter_set_code", "claims_decide", "claims_decided"),
        ("measures", {"measure_code": "epolicy_on_time"}, "wait_limit_code", "epolicy", "add it there"),
        ("survey_items", {"measure_code": "info_clarity"}, "measure_code", "info", "add it there"),
        ("survey_items", {"measure_code": "info_clarity"}, "question_code", "clarity", "add it there"),
        ("survey_items", {"measure_code": "info_clarity"}, "scale_code", "tenn", "did you mean ten"),
        ("answer_options", {"scale_code": "five"}, "scale_code", "six", "add it there"),
        ("indicator_operands", {"indicator_code": "S4A4"}, "operand_code", "S4C9", "use one of"),
        ("indicator_applicability", {"indicator_code": "S2C5"}, "indicator_code", "S2C9", "did you mean"),
        ("indicator_applicability", {"indicator_code": "S2C5"}, "product_line", "lfe", "did you mean life"),
        ("population_margins", {}, "wave_id", "1999Q1", "use one of"),
        ("population_margins", {}, "level", "unknown", "add it there"),
        ("population_margins", {}, "margin", "shoe_size", "add it there"),
        ("score_adjustments", {}, "wave_id", "1999Q1", "use one of"),
        ("score_adjustments", {}, "adjustment_kind", "luck", "innovation, negative_event"),
        # Cells that contradict others.
        ("indicators", {"indicator_code": "S1C1"}, "goalpost_upper", "40", "set the two goalposts apart"),
        ("indicators", {"indicator_code": "S1C1"}, "goalpost_upper", "30", "swap the two"),
        ("indicators", {"indicator_code": "S1C1"}, "multiplier", "0", "write 1, 100"),
        ("indicators", {"indicator_code": "S1C1"}, "numerator_measure", "", "name a measure"),
        ("indicators", {"indicator_code": "S1C1"}, "supports_core_code", "S1C2", "make its indicator_role"),
        ("indicators", {"indicator_code": "S1A1"}, "supports_core_code", "", "use one of"),
        ("indicators", {"indicator_code": "S1A1"}, "supports_core_code", "S1A2", "use one of"),
        ("indicators", {"indicator_code": "S1A2a"}, "supports_core_code", "OA1", "indicator_operands.csv"),
        ("indicators", {"indicator_code": "S1A2a"}, "indicator_weight", "1", "write 0"),
        ("indicators", {"indicator_code": "S4A4"}, "derived_function", "", "change_rate or mean_of_present"),
        ("indicators", {"indicator_code": "S4A4"}, "lag_months", "", "such as 12"),
        ("indicators", {"indicator_code": "S4A4"}, "numerator_measure", "claim_paid", "empty the cell"),
        ("indicator_operands", {"indicator_code": "S4A4"}, "operand_code", "OA1", "measured or published"),
        ("dimensions", {"dimension_code": "S1"}, "dimension_weight", "11", "write 10"),
        ("measures", {"measure_code": "claim_paid"}, "event_column", "", "fill in event_column"),
        ("measures", {"measure_code": "claim_closed"}, "open_until_column", "", "both open columns"),
        ("measures", {"measure_code": "claim_paid"}, "source_model", "int_claims_time", "int_claims_timed"),
        ("survey_items", {"transform": "top_box"}, "cut_low", "", "write a scale value"),
        ("survey_items", {"transform": "nps"}, "cut_high", "", "write a scale value"),
        ("survey_items", {"transform": "nps"}, "cut_high", "11", "from 0 to 10"),
        ("survey_items", {"transform": "nps"}, "cut_high", "6", "set the two cuts apart"),
        ("scales", {"scale_code": "zero_to_ten"}, "scale_max", "0", "write the larger end"),
        ("scales", {"scale_code": "five"}, "satisfied_from", "6", "from 1 to 5"),
        ("answer_options", {"scale_code": "five", "raw_value": "5"}, "option_value", "50", "from 1 to 5"),
        ("answer_options", {"scale_code": "five", "raw_value": "5"}, "option_value", "", "is_missing"),
        ("score_bands", {"grade_code": "AA"}, "score_from", "95", "its own threshold"),
        ("score_bands", {"grade_code": "AAA"}, "score_from", "950", "from 0 to 100"),
        ("waves", {"wave_id": "2025Q1"}, "time_zone", "Asia/Beijing", "Asia/Shanghai"),
        ("waves", {"wave_id": "2025Q1"}, "ends_on", "2024-12-31", "write the last day"),
        ("waves", {"wave_id": "2025Q1"}, "ends_at_utc", "2025-04-01 00:00:00", "write 2025-03-31 16:00:00"),
        ("waves", {"wave_id": "2025Q1"}, "length_months", "1", "write 3"),
        ("framework_versions", {}, "valid_to", "2023-12-31", "write the last day"),
        # What responses are screened by.
        ("screening_rules", {"rule_code": "speeder"}, "rule_value", "-0.5", "write 0 or more"),
        ("screening_rules", {"rule_code": "speeder"}, "rule_value", "50", "from 0 to 1, or make the rule"),
        ("screening_rules", {"rule_code": "careless"}, "rule_value", "1.5", "whole number from 1"),
        ("screening_rules", {"rule_code": "straight_liner"}, "rule_value", "0", "whole number from 1"),
        ("screening_rules", {"rule_code": "speeder"}, "is_active", "no", "write true or false"),
        ("questions", {"question_code": "recommend"}, "grid_code", "experience", "a grid of its own"),
        ("questions", {"question_code": "open_comment"}, "grid_code", "experience", "survey_items.csv"),
        ("questions", {"question_code": "data_protection"}, "grid_code", "trust", "a grid needs 5"),
        ("contradiction_pairs", {}, "first_question", "overal", "did you mean overall"),
        ("contradiction_pairs", {}, "second_question", "attention_check", "add it there"),
        ("contradiction_pairs", {}, "second_question", "overall", "name another question"),
        ("contradiction_pairs", {}, "difference_max", "100", "a value below 100"),
        ("contradiction_pairs", {}, "is_opposed", "", "fill in a true or false"),
        ("attention_items", {}, "question_code", "attention", "did you mean attention_check"),
        ("attention_items", {}, "question_code", "overall", "asked for attention alone"),
        ("attention_items", {}, "question_code", "open_comment", "asked for attention alone"),
        ("attention_items", {}, "expected_value", "", "fill in a code or text"),
        # What cells are hidden by.
        ("sensitive_measures", {}, "measure_code", "claim_pay", "did you mean claim_paid"),
        ("sensitive_measures", {}, "sensitivity_note", "", "fill in a code or text"),
        ("disclosure_rules", {}, "rule_code", "person_min", "did you mean persons_min"),
        ("disclosure_rules", {}, "applies_to", "score", "write one of scores, distributions"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "0", "whole number from 1"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "-3", "whole number from 1"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "9.5", "whole number from 1"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "", "fill in a number"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "ten", "write a number"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "１０", "write a number"),
        ("disclosure_rules", {"rule_code": "persons_min"}, "rule_value", "inf", "write a finite number"),
        ("disclosure_rules", {"applies_to": "distributions"}, "rule_value", "0", "whole number from 1"),
        ("disclosure_rules", {"rule_code": "sensitive_persons_min"}, "rule_value", "0", "number from 1"),
        ("disclosure_rules", {"rule_code": "sensitive_persons_min"}, "rule_value", "9", "number from 10"),
        ("disclosure_rules", {"rule_code": "person_share_max"}, "rule_value", "0", "above 0 and up to 1"),
        ("disclosure_rules", {"rule_code": "person_share_max"}, "rule_value", "85", "above 0 and up to 1"),
        ("disclosure_rules", {"rule_code": "companion_share_max"}, "rule_value", "30", "above 0 and up to 1"),
        ("disclosure_rules", {"rule_code": "hidden_range_min"}, "rule_value", "0", "a number above 0"),
        ("disclosure_rules", {"rule_code": "hidden_range_min"}, "rule_value", "-4", "a number above 0"),
        ("disclosure_rules", {"rule_code": "hidden_range_min"}, "rule_value", "8.5", "scores to 10.5 or"),
        ("disclosure_rules", {"rule_code": "index_cost"}, "rule_value", "-1", "write 0 or more"),
        ("disclosure_rules", {"rule_code": "hidden_options_min"}, "rule_value", "1", "number from 2"),
    ],
)
def test_one_wrong_cell_is_named_with_its_remedy(
    framework: Path, seed: str, where: dict[str, str], column: str, value: str, remedy: str
) -> None:
    editor = Editor(framework, seed)
    number = editor.row(**where)
    editor.set(number, column, value)
    expected_value = value or "empty"
    hits = [
        problem
        for problem in problems_of(framework)
        if f"{seed}.csv row {number}" in problem and remedy in problem
    ]
    assert hits, problems_of(framework)
    assert any(expected_value in hit or f"{value!r}" in hit for hit in hits), hits


def test_a_missing_seed_is_named(framework: Path) -> None:
    (framework / "scales.csv").rename(framework / "scale.csv")
    (problem,) = problems_of(framework)
    assert "scales.csv: the file is missing, did you mean scale?" in problem
    assert "scale_code,scale_min,scale_max" in problem


def test_a_misspelt_column_is_named_with_its_nearest(framework: Path) -> None:
    editor = Editor(framework, "indicators")
    editor.lines[0][editor.lines[0].index("indicator_weight")] = "indicator_weigth"
    editor.save()
    missing, unknown = problems_of(framework)
    assert "indicators.csv row 1: column indicator_weight is missing" in missing
    assert "column 'indicator_weigth' is unknown, did you mean indicator_weight?" in unknown


def test_a_questionnaire_on_five_points_is_one_edit_away(framework: Path) -> None:
    items = Editor(framework, "survey_items")
    for number in range(2, len(items.lines) + 1):
        if items.cell(number, "scale_code") == "ten":
            items.set(number, "scale_code", "five")
            if items.cell(number, "cut_low") == "8":
                items.set(number, "cut_low", "4")
    check_framework(framework, PROJECT)


def test_a_row_with_an_unquoted_comma_is_named(framework: Path) -> None:
    file = framework / "departments.csv"
    file.write_text(file.read_text(encoding="utf-8") + "legal,法务部,Legal, risk\n", encoding="utf-8")
    (problem,) = problems_of(framework)
    assert "departments.csv row 9: 4 cells where the header has 3; put double quotes" in problem


def test_a_seed_in_gbk_is_named(framework: Path) -> None:
    file = framework / "departments.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))
    (problem,) = problems_of(framework)
    assert "departments.csv: the file is not a CSV in UTF-8" in problem and "CSV UTF-8" in problem


def test_an_excel_byte_order_mark_is_no_problem(framework: Path) -> None:
    file = framework / "departments.csv"
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    check_framework(framework, PROJECT)


def test_a_seed_that_needs_rows_is_named(framework: Path) -> None:
    Editor(framework, "waves").keep(lambda row: False)
    (problem,) = problems_of(framework)
    assert "waves.csv: the file has no rows; add at least one" in problem


def test_optional_seeds_may_hold_a_header_only(framework: Path) -> None:
    for seed in (
        "population_margins",
        "insurer_aliases",
        "platforms",
        "complaint_causes",
        "score_adjustments",
        "departments",
        "indicator_applicability",
        "mix_segments",
        "segment_weights",
        "weight_change_waivers",
        "regulator_elements",
        "regulation_changes",
        "contradiction_pairs",
        "attention_items",
        "sensitive_measures",
    ):
        Editor(framework, seed).keep(lambda row: False)
    check_framework(framework, PROJECT)


def test_a_repeated_key_names_both_rows(framework: Path) -> None:
    editor = Editor(framework, "indicators")
    number = editor.append(*editor.lines[1])
    (problem,) = problems_of(framework)
    assert f"indicators.csv row {number}: framework_version 2026.1, indicator_code S1C1" in problem
    assert "stands in row 2 already" in problem
    assert "must be unique" in problem


def test_weights_of_a_version_must_reach_the_points_of_the_rules(framework: Path) -> None:
    editor = Editor(framework, "indicators")
    editor.set(editor.row(indicator_code="S1C1"), "indicator_weight", "4")
    version, dimension = problems_of(framework)
    assert "indicators.csv, column indicator_weight: the weights of version 2026.1 (rows 2 to 45)" in version
    assert "add up to 101; change them so that they add up to 100" in version
    assert "dimensions.csv row 2, column dimension_weight: 10 is not the sum" in dimension


def test_the_points_come_from_the_rules(framework: Path) -> None:
    editor = Editor(framework, "scoring_rules")
    editor.set(editor.row(rule_code="weight_points"), "rule_value", "50")
    (problem,) = problems_of(framework)
    assert "add up to 100; change them so that they add up to 50" in problem


def test_auxiliary_indicators_may_not_outweigh_their_share(framework: Path) -> None:
    editor = Editor(framework, "indicators")
    editor.set(editor.row(indicator_code="S1A1"), "indicator_weight", "2")
    editor.set(editor.row(indicator_code="S1C1"), "indicator_weight", "2")
    (problem,) = problems_of(framework)
    assert "auxiliary indicators carry 3 of the 10 points of dimension S1" in problem
    assert "bring it down to 0.2, the auxiliary_share_max of scoring_rules.csv" in problem


def test_a_derived_indicator_needs_operands(framework: Path) -> None:
    Editor(framework, "indicator_operands").keep(lambda row: row["indicator_code"] != "S4A4")
    (problem,) = problems_of(framework)
    assert "S4A4 is derived but indicator_operands.csv lists no operand of it; add its" in problem


def test_operands_of_an_indicator_that_is_not_derived_are_named(framework: Path) -> None:
    number = Editor(framework, "indicator_operands").append("2026.1", "S1C1", "S1C2", "1")
    (problem,) = problems_of(framework)
    assert f"indicator_operands.csv row {number}, column indicator_code: 'S1C1' has operands" in problem


def test_a_change_rate_has_one_operand(framework: Path) -> None:
    number = Editor(framework, "indicator_operands").append("2026.1", "S4A4", "S4C2", "2")
    (problem,) = problems_of(framework)
    assert f"row {number}, column operand_code: 'S4C2' is a second operand of the change rate S4A4" in problem


def test_a_survey_measure_without_items_is_named(framework: Path) -> None:
    number = Editor(framework, "measures").append(
        "empathy", "int_responses_screened", "submitted_at", "", "", "", "", "points", "0", "100", "response"
    )
    (problem,) = problems_of(framework)
    assert f"measures.csv row {number}, column measure_code: 'empathy' is measured by survey" in problem
    assert "add its items there" in problem


def test_a_measure_no_model_produces_is_named(framework: Path) -> None:
    number = Editor(framework, "measures").append(
        "claim_paied", "int_claims_timed", "paid_at", "", "", "", "", "share", "0", "1", "claim"
    )
    (problem,) = problems_of(framework)
    assert f"measures.csv row {number}, column measure_code: 'claim_paied' is not a measure" in problem
    assert "did you mean claim_paid?" in problem


def test_an_item_of_a_measure_that_is_no_survey_is_named(framework: Path) -> None:
    items = Editor(framework, "survey_items")
    number = items.append("claim_paid", "overall", "ten", "mean", "", "", "false", "1")
    (problem,) = problems_of(framework)
    assert f"survey_items.csv row {number}" in problem
    assert "'claim_paid' is measured by int_claims_timed" in problem


def test_item_weights_add_up_to_one_per_measure(framework: Path) -> None:
    editor = Editor(framework, "survey_items")
    editor.set(editor.row(question_code="price_given_quality"), "item_weight", "0.6")
    (problem,) = problems_of(framework)
    assert "the weights of measure perceived_value (rows 7, 8) add up to 1.1; change them" in problem


def test_margin_shares_add_up_to_one_per_wave_and_margin(framework: Path) -> None:
    editor = Editor(framework, "population_margins")
    share = float(editor.cell(2, "share"))
    editor.set(2, "share", f"{share + 0.05:.9f}")
    (problem,) = problems_of(framework)
    assert f"margin {editor.cell(2, 'margin')} in wave {editor.cell(2, 'wave_id')} (rows 2" in problem
    assert "add up to 1.05; change them so that they add up to 1" in problem


def test_a_gap_between_versions_is_named(framework: Path) -> None:
    editor = Editor(framework, "framework_versions")
    editor.set(2, "valid_to", "2026-06-29")
    editor.append("2026.2", "released", "2026-07-01", "", "", "", "committee", "2026-06-01", "")
    (problem,) = problems_of(framework)
    assert "framework_versions.csv row 2, column valid_to: 2026-06-29 leaves a gap before row 3" in problem
    assert "write 2026-06-30" in problem


def test_an_overlap_of_versions_is_named(framework: Path) -> None:
    Editor(framework, "framework_versions").append(
        "2026.2", "released", "2026-07-01", "", "", "", "committee", "2026-06-01", ""
    )
    (problem,) = problems_of(framework)
    assert "row 2, column valid_to: an open end overlaps row 3" in problem and "write 2026-06-30" in problem


def test_overlapping_limits_are_named(framework: Path) -> None:
    number = Editor(framework, "service_limits").append(
        "agent_response", "all", "2026-01-01", "", "45", "seconds", "stricter"
    )
    (problem,) = problems_of(framework)
    assert f"service_limits.csv row 2, column valid_to: an open end overlaps row {number}" in problem


def test_overlapping_waves_are_named(framework: Path) -> None:
    number = Editor(framework, "waves").append(
        "extra", "额外", "Extra", "2025-03-01", "2025-03-31", "Asia/Shanghai", "1",
        "2025-02-28 16:00:00", "2025-03-31 16:00:00",
    )  # fmt: skip
    (problem,) = problems_of(framework)
    assert f"waves.csv row {number}" in problem and "waves must not overlap" in problem


def test_local_days_follow_daylight_saving(framework: Path) -> None:
    Editor(framework, "waves").append(
        "berlin", "柏林", "Berlin", "2027-01-01", "2027-06-30", "Europe/Berlin", "6",
        "2026-12-31 23:00:00", "2027-06-30 22:00:00",
    )  # fmt: skip
    check_framework(framework, PROJECT)


def test_the_mix_of_persons_is_one_kind_of_segment(framework: Path) -> None:
    editor = Editor(framework, "mix_segments")
    editor.set(2, "segment_type", "product_lin")
    editor.append("region", "")
    unknown, second = problems_of(framework)
    assert (
        "row 2, column segment_type: 'product_lin' is no kind of segment, did you mean product_line?"
        in unknown
    )
    assert "row 3, column segment_type: 'region' is a second kind of segment; keep one" in second


def test_a_customer_group_weighs_every_dimension_and_all_of_it(framework: Path) -> None:
    editor = Editor(framework, "segment_weights")
    weights = {"S1": "5", "S2": "10", "S3": "10", "S4": "50", "S5": "10", "S6": "5", "O": "10"}
    for dimension, weight in weights.items():
        editor.append("2026.1", "product_line", "health", dimension, weight, "claims decide")
    check_framework(framework, PROJECT)
    editor.set(5, "dimension_weight", "40")
    editor.append("2026.1", "age_band", "55_plus", "S1", "100", "")
    sums, incomplete = problems_of(framework)
    assert "the weights of product_line health in version 2026.1 (rows 2 to 8) add up to 90; change" in sums
    assert (
        "age_band 55_plus in version 2026.1 (row 9) has no weight for O, S2, S3, S4, S5, S6; give"
        in incomplete
    )


def test_the_lowest_grade_starts_at_zero(framework: Path) -> None:
    editor = Editor(framework, "score_bands")
    editor.set(editor.row(grade_code="D"), "score_from", "1")
    (problem,) = problems_of(framework)
    assert "score_bands.csv, column score_from: no grade starts at 0" in problem


def test_a_rule_the_models_look_up_may_not_be_dropped(framework: Path) -> None:
    Editor(framework, "scoring_rules").keep(lambda row: row["rule_code"] != "rankable_from")
    (problem,) = problems_of(framework)
    assert "scoring_rules.csv: no row has rule_code rankable_from, which the models look up" in problem


DISCLOSURE_RULES = (PROJECT / "seeds" / "framework" / "disclosure_rules.csv").read_text("utf-8").splitlines()


@pytest.mark.parametrize("number", range(2, len(DISCLOSURE_RULES) + 1))
def test_a_disclosure_rule_may_not_be_dropped(framework: Path, number: int) -> None:
    editor = Editor(framework, "disclosure_rules")
    code, mart = editor.cell(number, "rule_code"), editor.cell(number, "applies_to")
    editor.keep(lambda row: (row["rule_code"], row["applies_to"]) != (code, mart))
    (problem,) = problems_of(framework)
    assert f"disclosure_rules.csv: no row has rule_code {code}, applies_to {mart}, which the" in problem


def test_a_disclosure_rule_that_no_model_looks_up_is_named(framework: Path) -> None:
    editor = Editor(framework, "disclosure_rules")
    number = editor.append("person_share_max", "distributions", "0.9", "")
    (problem,) = problems_of(framework)
    assert f"disclosure_rules.csv row {number}, column applies_to: no model looks up" in problem
    assert "'person_share_max' for 'distributions'; write scores, or delete the row." in problem


@pytest.mark.parametrize(
    ("seed", "key"),
    [
        ("disclosure_rules", "rule_code persons_min, applies_to scores"),
        ("sensitive_measures", "measure_code claim_paid"),
    ],
)
def test_a_row_on_hiding_stands_once(framework: Path, seed: str, key: str) -> None:
    editor = Editor(framework, seed)
    number = editor.append(*editor.lines[1])
    (problem,) = problems_of(framework)
    assert f"{seed}.csv row {number}: {key} stands in row 2 already; the key must be unique" in problem


def test_a_screening_rule_may_be_inactive_but_not_dropped(framework: Path) -> None:
    editor = Editor(framework, "screening_rules")
    for number in range(2, len(editor.lines) + 1):
        editor.set(number, "is_active", "false")
    check_framework(framework, PROJECT)
    editor.keep(lambda row: row["rule_code"] != "speeder")
    (problem,) = problems_of(framework)
    assert "screening_rules.csv: no row has rule_code speeder, which the models look up" in problem


def test_a_short_grid_is_no_problem_where_straight_lines_are_not_looked_for(framework: Path) -> None:
    questions = Editor(framework, "questions")
    questions.set(questions.row(question_code="data_protection"), "grid_code", "trust")
    rules = Editor(framework, "screening_rules")
    rules.set(rules.row(rule_code="straight_liner"), "is_active", "false")
    check_framework(framework, PROJECT)


def test_every_problem_is_listed(framework: Path) -> None:
    editor = Editor(framework, "indicators")
    editor.set(2, "direction", "up")
    editor.set(3, "estimator", "median")
    assert len(problems_of(framework)) == 2


def test_a_normalisation_must_suit_every_aggregation_above_it(framework: Path) -> None:
    versions, indicators = Editor(framework, "framework_versions"), Editor(framework, "indicators")
    versions.set(2, "index_aggregation", "harmonic")
    # A component is aggregated nowhere.
    indicators.set(indicators.row(indicator_code="OA1a"), "normalisation", "z_score")
    check_framework(framework, PROJECT)
    row = indicators.row(indicator_code="S1C1")
    indicators.set(row, "normalisation", "z_score")
    [problem] = problems_of(framework)
    assert f"indicators.csv row {row}, column normalisation: 'z_score' does not go with the" in problem
    assert "harmonic aggregation of the index in version 2026.1: standard scores have no natural" in problem
    assert "choose another normalisation, or another index_aggregation" in problem


def test_draws_of_weights_need_the_weights_they_were_made_around(framework: Path) -> None:
    draws = Editor(framework, "weight_draws")
    draws.keep(lambda row: row["draw_number"] != "0")
    [problem] = problems_of(framework)
    assert "version 2026.1 has draws but no row with draw_number 0" in problem and "csat draws" in problem


@pytest.mark.parametrize("text", ["x", "-1", "nan", "1.5 1.5"])
def test_a_drawn_weight_is_a_number_and_not_negative(framework: Path, text: str) -> None:
    draws = Editor(framework, "weight_draws")
    weights = draws.cell(3, "drawn_weights").split(" ")
    draws.set(3, "drawn_weights", " ".join([text, *weights[1:]]))
    [problem] = problems_of(framework)
    assert "weight_draws.csv row 3, column drawn_weights" in problem and "csat draws" in problem


def test_a_weight_may_change_before_its_draws_do(framework: Path) -> None:
    indicators = Editor(framework, "indicators")
    for code, weight in (("S1C1", "4"), ("S1C2", "2")):
        indicators.set(indicators.row(indicator_code=code), "indicator_weight", weight)
    check_framework(framework, PROJECT)
