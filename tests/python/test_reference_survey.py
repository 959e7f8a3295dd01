"""Estimates of R's survey package, reproduced through gate, build and marts.

The 200 schools of `apistrat` answer in three waves, each a design of R: independent schools with weights
(`iid_weighted`), a stratified sample (`strat_no_fpc`), and a stratified sample from finite strata raked to
`stype` and `sch_wide` (`strat_raked2`). Weights, means, means of domains, standard errors, design effects and
intervals of proportions must be R's. R sweeps influences ten times where the models fit them
exactly; on these margins the two agree to 1e-10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import pytest
from small_framework import gate_and_build, installation, read_reference, write_framework

RECEIVED_ON = date(2021, 12, 31)
TOLERANCE = 1e-8

# The wave in which the answers stand for a design of R, and the prefix of its response numbers.
WAVES = {"strat_no_fpc": "2019", "iid_weighted": "2020", "strat_raked2": "2021"}
STRATIFIED = ("strat_no_fpc", "strat_raked2")
# The segment column that carries a domain of R.
DOMAINS = {"stype": "age_band", "sch_wide": "region", "awards": "gender"}
RAKED_TO = ("stype", "sch_wide")
SCALES = {"thousand": (0, 1000), "ten_thousand": (0, 10_000), "zero_to_five": (0, 5), "net": (-100, 100)}
QUESTIONS = {"api00": "thousand", "enroll": "ten_thousand", "sat5": "zero_to_five", "nps": "net"}


@dataclass(frozen=True)
class Variable:
    """A variable of R as an indicator: the multiplier turns 0-100 back into its unit."""

    name: str
    question: str
    transform: str = "mean"
    cut_low: float | str = ""
    cut_high: float | str = ""
    multiplier: float = 1
    estimator: str = "mean"
    interval_method: str = ""


PROPORTIONS = (
    Variable("top2", "sat5", "top_box", cut_low=4, estimator="share"),
    Variable("top1", "sat5", "top_box", cut_low=5, estimator="share"),
    Variable("bottom2", "sat5", "top_box", cut_low=1, cut_high=2, estimator="share"),
)
METHODS = ("logit", "mean", "asin")
VARIABLES = (
    Variable("api00", "api00", multiplier=10),
    Variable("enroll", "enroll", multiplier=100),
    Variable("sat5", "sat5", multiplier=0.05),
    Variable("nps", "nps", "nps", cut_low=-100, cut_high=100, multiplier=100),
    *PROPORTIONS,
    *(
        replace(variable, name=f"{variable.name}_{method}", interval_method=method)
        for variable in PROPORTIONS
        for method in METHODS
    ),
)


def framework_rows(schools: list[dict[str, str]], margins: list[dict[str, str]]) -> dict[str, list[dict]]:
    """Return the rows of the seeds that describe the survey; every other seed is a default or empty."""
    names = {"zh": "学校", "en": "Schools"}
    version = {"framework_version": "reference"}
    levels = {(column, school[domain]) for domain, column in DOMAINS.items() for school in schools}
    options = {(scale, school[column]) for column, scale in QUESTIONS.items() for school in schools}
    population = sum(float(row["population"]) for row in margins if row["variable"] == RAKED_TO[0])
    weight = 100 / len(VARIABLES)
    return {
        "framework_versions": [
            {
                **version,
                "status": "released",
                "valid_from": "2019-01-01",
                "approver": "Tests",
                "approved_on": "2019-01-01",
            }
        ],
        "waves": [
            {
                "wave_id": year,
                "wave_name_zh": year,
                "wave_name_en": year,
                "starts_on": f"{year}-01-01",
                "ends_on": f"{year}-12-31",
                "time_zone": "UTC",
                "length_months": 12,
                "starts_at_utc": f"{year}-01-01 00:00:00",
                "ends_at_utc": f"{int(year) + 1}-01-01 00:00:00",
            }
            for year in WAVES.values()
        ],
        "dimensions": [
            {
                **version,
                "dimension_code": "schools",
                "dimension_name_zh": names["zh"],
                "dimension_name_en": names["en"],
                "position": 1,
                "dimension_weight": 100,
                "aggregation": "arithmetic",
                "is_required": "true",
            }
        ],
        "segments": [
            {
                "segment_type": segment_type,
                "segment_code": segment_code,
                "segment_name_zh": segment_code,
                "segment_name_en": segment_code,
                "position": 1,
            }
            for segment_type, segment_code in [("all", "all"), ("product_line", "school"), *sorted(levels)]
        ],
        "scales": [
            {
                "scale_code": scale,
                "scale_min": low,
                "scale_max": high,
                "scale_name_zh": scale,
                "scale_name_en": scale,
            }
            for scale, (low, high) in SCALES.items()
        ],
        "answer_options": [
            {"scale_code": scale, "raw_value": value, "option_value": value, "is_missing": "false"}
            for scale, value in sorted(options)
        ],
        "questions": [
            {
                "question_code": question,
                "position": position,
                "question_zh": question,
                "question_en": question,
                "is_open": "false",
            }
            for position, question in enumerate(QUESTIONS, start=1)
        ],
        "survey_items": [
            {
                "measure_code": variable.name,
                "question_code": variable.question,
                "scale_code": QUESTIONS[variable.question],
                "transform": variable.transform,
                "cut_low": variable.cut_low,
                "cut_high": variable.cut_high,
                "is_reverse_coded": "false",
                "item_weight": 1,
            }
            for variable in VARIABLES
        ],
        "measures": [
            {
                "measure_code": variable.name,
                "source_model": "int_responses_screened",
                "event_column": "submitted_at",
                "measure_unit": "points",
                "row_is": "school",
            }
            for variable in VARIABLES
        ],
        "indicators": [
            {
                **version,
                "indicator_code": variable.name,
                "indicator_name_zh": variable.name,
                "indicator_name_en": variable.name,
                "definition_zh": variable.name,
                "definition_en": variable.name,
                "dimension_code": "schools",
                "indicator_role": "core",
                "numerator_measure": variable.name,
                "denominator_measure": variable.name,
                "multiplier": variable.multiplier,
                "estimator": variable.estimator,
                "indicator_unit": "unit of the variable",
                "direction": "higher",
                "goalpost_lower": 0,
                "goalpost_upper": 1000,
                "normalisation": "goalposts",
                "time_basis": "none",
                "indicator_weight": weight,
            }
            for variable in VARIABLES
        ],
        "population_margins": [
            {
                "wave_id": WAVES["strat_raked2"],
                "margin": DOMAINS[row["variable"]],
                "level": row["level"],
                "share": float(row["population"]) / population,
            }
            for row in margins
            if row["variable"] in RAKED_TO
        ],
        "stratum_populations": [
            {
                "wave_id": WAVES["strat_raked2"],
                "insurer_id": "schools",
                "stratum": stratum,
                "population_count": population,
            }
            for stratum, population in sorted({(school["stype"], school["fpc"]) for school in schools})
        ],
        "interval_methods": [
            {"indicator_code": variable.name, "interval_method": variable.interval_method}
            for variable in VARIABLES
            if variable.interval_method
        ],
    }


def landing_tables(schools: list[dict[str, str]]) -> dict[str, list[dict]]:
    """The schools as invitations, responses and answers of every wave."""
    invitations, responses, answers = [], [], []
    for design, year in WAVES.items():
        for school in schools:
            number = f"{year}-{school['row_id']}"
            shared = {"invitation_id": number, "insurer_id": "schools", "product_line": "school"}
            invitations.append(
                {
                    **shared,
                    "survey_code": "api",
                    "collection_channel": "web",
                    "reference_type": "none",
                    "stratum": school["stype"] if design in STRATIFIED else "",
                    "design_weight": school["pw"],
                    "sent_at": f"{year}-06-01 12:00:00",
                    "delivered": "true",
                }
            )
            own = {column: school[domain] for domain, column in DOMAINS.items()}
            submitted = {"response_id": number, "submitted_at": f"{year}-06-30 12:00:00"}
            responses.append({**shared, **own, **submitted})
            answers += [
                {"response_id": number, "question_code": question, "raw_value": school[question]}
                for question in QUESTIONS
            ]
    exposure = {
        "insurer_id": "schools",
        "product_line": "school",
        "period_starts_on": f"{WAVES['strat_raked2']}-01-01",
        "period_ends_on": f"{WAVES['strat_raked2']}-12-31",
        "insured_person_times": 6194,
    }
    insurer = {"insurer_id": "schools", "insurer_name_zh": "学校"}
    return {
        "policy.insurers": [insurer],
        "policy.exposures": [exposure],
        "survey.invitations": invitations,
        "survey.responses": responses,
        "survey.answers": answers,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    schools, margins = read_reference("survey_apistrat.csv"), read_reference("survey_margins.csv")
    paths = installation(tmp_path_factory.mktemp("reference"))
    write_framework(paths.framework_source, framework_rows(schools, margins))
    gate_and_build(paths, landing_tables(schools), RECEIVED_ON)
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        yield connection


Estimates = dict[tuple, dict[str, float]]


@pytest.fixture(scope="module")
def estimates(warehouse: duckdb.DuckDBPyConnection) -> Estimates:
    """Return our estimates by wave, segment type, segment and variable."""
    columns = ("value", "value_standard_error", "value_lower", "value_upper", "base_count", "design_effect")
    rows = warehouse.execute(
        f"select wave_id, segment_type, segment_code, indicator_code, {', '.join(columns)} "
        "from marts.fct_indicator_scores where insurer_id = 'schools'"
    ).fetchall()
    return {tuple(row[:4]): dict(zip(columns, row[4:], strict=True)) for row in rows}


def expected_means(design: str) -> list[tuple[tuple[str, str, str, str], dict[str, str]]]:
    """Return R's means of a design, total and by domain, each with the key of our estimate."""
    wave_id = WAVES[design]
    totals = [
        (
            (wave_id, "all", "all", row["variable"]),
            {"mean": row["estimate"], "se": row["se"], "n": "200", "deff": row["deff"]},
        )
        for row in read_reference("survey_expected_estimates.csv")
        if (row["design"], row["statistic"]) == (design, "mean")
    ]
    domains = [
        ((wave_id, DOMAINS[row["by"]], row["level"], row["variable"]), row)
        for row in read_reference("survey_expected_domain_means.csv")
        if row["design"] == design
    ]
    assert (len(totals), len(domains)) == (7, 21)
    return totals + domains


@pytest.mark.parametrize("design", WAVES)
def test_means_and_their_standard_errors_are_those_of_r(estimates: Estimates, design: str) -> None:
    for key, expected in expected_means(design):
        found = estimates[key]
        assert found["value"] == pytest.approx(float(expected["mean"]), rel=TOLERANCE), key
        assert found["value_standard_error"] == pytest.approx(float(expected["se"]), rel=TOLERANCE), key
        assert found["base_count"] == int(expected["n"]), key


@pytest.mark.parametrize("design", WAVES)
def test_design_effects_are_those_of_r(estimates: Estimates, design: str) -> None:
    """R compares with a sample without replacement from a domain of as many schools as its weights say."""
    schools = {row["row_id"]: row for row in read_reference("survey_apistrat.csv")}
    weights = {
        row["row_id"]: float(row["weight"])
        for row in read_reference("survey_expected_weights_by_design.csv")
        if row["design"] == design
    }
    segments = {segment: domain for domain, segment in DOMAINS.items()}
    for key, expected in expected_means(design):
        population = sum(
            weight
            for row_id, weight in weights.items()
            if key[1] == "all" or schools[row_id][segments[key[1]]] == key[2]
        )
        without_replacement = estimates[key]["design_effect"] / (1 - int(expected["n"]) / population)
        assert without_replacement == pytest.approx(float(expected["deff"]), rel=TOLERANCE), key


def test_design_effects_against_drawing_with_replacement_are_those_of_r(estimates: Estimates) -> None:
    rows = [
        row
        for row in read_reference("survey_expected_estimates.csv")
        if row["design"] in WAVES and row["statistic"] == "mean"
    ]
    assert len(rows) == 7 * len(WAVES)
    for row in rows:
        found = estimates[WAVES[row["design"]], "all", "all", row["variable"]]
        assert found["design_effect"] == pytest.approx(float(row["deff_replace"]), rel=TOLERANCE), row


@pytest.mark.parametrize("method", METHODS)
def test_intervals_of_proportions_are_those_of_r(estimates: Estimates, method: str) -> None:
    rows = [
        row
        for row in read_reference("survey_expected_proportion_ci.csv")
        if row["method"] == method and row["design"] in WAVES
    ]
    assert len(rows) == len(PROPORTIONS) * len(WAVES)
    for row in rows:
        found = estimates[WAVES[row["design"]], "all", "all", f"{row['variable']}_{method}"]
        assert found["value_lower"] == pytest.approx(float(row["ci95_low"]), rel=TOLERANCE), row
        assert found["value_upper"] == pytest.approx(float(row["ci95_high"]), rel=TOLERANCE), row


@pytest.mark.parametrize("design", WAVES)
def test_weights_are_those_of_r_up_to_a_factor(warehouse: duckdb.DuckDBPyConnection, design: str) -> None:
    expected = {
        f"{WAVES[design]}-{row['row_id']}": float(row["weight"])
        for row in read_reference("survey_expected_weights_by_design.csv")
        if row["design"] == design
    }
    found = dict(
        warehouse.execute(
            "select response_id, respondent_weight from intermediate.int_respondent_weights_calibrated "
            "where wave_id = ?",
            [WAVES[design]],
        ).fetchall()
    )
    assert found.keys() == expected.keys()
    factor = sum(expected.values()) / sum(found.values())
    for response_id, weight in expected.items():
        assert factor * found[response_id] == pytest.approx(weight, rel=TOLERANCE), response_id


@pytest.mark.parametrize("design", WAVES)
def test_effective_base_and_design_effect_are_kish_s(
    warehouse: duckdb.DuckDBPyConnection, design: str
) -> None:
    [expected] = [
        row for row in read_reference("survey_expected_weight_diagnostics.csv") if row["design"] == design
    ]
    [(valid_count, effective_base, design_effect)] = warehouse.execute(
        "select valid_count, effective_base, weighting_design_effect from marts.rpt_sample_quality "
        "where wave_id = ?",
        [WAVES[design]],
    ).fetchall()
    assert valid_count == int(expected["n"])
    assert effective_base == pytest.approx(float(expected["kish_neff"]), rel=TOLERANCE)
    assert design_effect == pytest.approx(float(expected["kish_deff"]), rel=TOLERANCE)
