"""Sample weights by hand: non-response, margins of one insurer, and a cap that keeps a margin from being met.

In the first wave insurers `a` and `b` are raked together and `c` by itself; in the second `a` alone, with so
few young respondents that the cap binds. Errors of the sample are computed a second time with numpy.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import duckdb
import numpy as np
import pytest
from small_framework import gate_and_build, installation, write_framework
from test_reference_survey import QUESTIONS, RECEIVED_ON, framework_rows

from csat.paths import Paths

FIRST, SECOND = "2020", "2021"
PERSONS = {"a": 400, "b": 100, "c": 500}
# Who answered the invitation of the first wave, and who was invited, by insurer, age band and gender.
ANSWERED = {
    ("a", "young"): 15,
    ("a", "old"): 15,
    ("b", "young"): 5,
    ("b", "old"): 5,
    ("c", "young"): 5,
    ("c", "old"): 5,
}
INVITED_PER_ANSWER = {"female": 2, "male": 3}
# Open links of the second wave, all to insurer a.
OPEN = {"young": 10, "old": 190}
MARGINS = ("insurer_line", "age_band", "gender", "region", "sales_channel", "tenure")


def seeds() -> dict[str, list[dict]]:
    anyone = {"stype": "young", "sch_wide": "any", "awards": "any", "fpc": "1"} | dict.fromkeys(
        QUESTIONS, "4"
    )
    rows = framework_rows([anyone], [])
    levels = [("age_band", "young"), ("age_band", "old"), ("gender", "female"), ("gender", "male")]
    rows["segments"] = [
        {
            "segment_type": segment_type,
            "segment_code": code,
            "segment_name_zh": code,
            "segment_name_en": code,
            "position": 1,
        }
        for segment_type, code in [("all", "all"), ("product_line", "school"), *levels]
    ]
    shares = {
        (FIRST, ""): {"young": 0.5, "old": 0.5},
        (FIRST, "c"): {"young": 0.8, "old": 0.2},
        (SECOND, ""): {"young": 0.5, "old": 0.5},
    }
    rows["population_margins"] = [
        {"wave_id": wave_id, "margin": "age_band", "level": level, "share": share, "insurer_id": insurer_id}
        for (wave_id, insurer_id), levels_of in shares.items()
        for level, share in levels_of.items()
    ]
    rows["response_class_attributes"] = [{"attribute": "gender"}]
    rows["stratum_populations"] = rows["interval_methods"] = []
    return rows


def landing() -> dict[str, list[dict]]:
    """The rows of every table that lands."""
    customers, invitations, responses, answers = [], [], [], []

    def answer(response: dict) -> None:
        responses.append({"customer_no": "", "invitation_id": "", "age_band": "", **response})
        answers.extend(
            {"response_id": response["response_id"], "question_code": question, "raw_value": "4"}
            for question in QUESTIONS
        )

    for (insurer_id, age_band), count in ANSWERED.items():
        for gender, place in product(INVITED_PER_ANSWER, range(count)):
            for turn in range(INVITED_PER_ANSWER[gender]):
                number = f"{insurer_id}-{age_band}-{gender}-{place}-{turn}"
                shared = {"insurer_id": insurer_id, "product_line": "school", "customer_no": number}
                customers.append(
                    {
                        "customer_no": number,
                        "insurer_id": insurer_id,
                        "age_band": age_band,
                        "gender": gender,
                    }
                )
                invitations.append(
                    {
                        **shared,
                        "invitation_id": number,
                        "survey_code": "api",
                        "collection_channel": "web",
                        "reference_type": "none",
                        "design_weight": 1,
                        "sent_at": f"{FIRST}-06-01 12:00:00",
                        "delivered": "true",
                    }
                )
                if turn == 0:
                    submitted = f"{FIRST}-06-30 12:00:00"
                    answer(
                        {**shared, "response_id": number, "invitation_id": number, "submitted_at": submitted}
                    )
    for age_band, count in OPEN.items():
        for place in range(count):
            answer(
                {
                    "response_id": f"open-{age_band}-{place}",
                    "insurer_id": "a",
                    "product_line": "school",
                    "age_band": age_band,
                    "submitted_at": f"{SECOND}-06-30 12:00:00",
                }
            )
    exposures = [
        {
            "insurer_id": insurer_id,
            "product_line": "school",
            "period_starts_on": f"{year}-01-01",
            "period_ends_on": f"{year}-12-31",
            "insured_person_times": persons,
        }
        for year in (FIRST, SECOND)
        for insurer_id, persons in PERSONS.items()
    ]
    return {
        "policy.insurers": [{"insurer_id": name, "insurer_name_zh": name} for name in PERSONS],
        "policy.exposures": exposures,
        "policy.customers": customers,
        "survey.invitations": invitations,
        "survey.responses": responses,
        "survey.answers": answers,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("weights")
    paths = installation(folder)
    write_framework(paths.framework_source, seeds())
    gate_and_build(paths, landing(), RECEIVED_ON)
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        yield connection


def test_who_answered_stands_for_those_like_it_who_did_not(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select wave_id, insurer_id, split_part(response_id, '-', 3), nonresponse_factor, count(*) "
        "from intermediate.int_respondent_weights_calibrated group by all order by all"
    ).fetchall()
    # The classes of a have 30 answers each. Those of b and c have 10: women and men are one class, 50 invited
    # and 20 answered.
    first = [row[1:] for row in rows if row[0] == FIRST]
    assert first == [
        ("a", "female", 2.0, 30),
        ("a", "male", 3.0, 30),
        ("b", "female", 2.5, 10),
        ("b", "male", 2.5, 10),
        ("c", "female", 2.5, 10),
        ("c", "male", 2.5, 10),
    ]
    assert {row[3] for row in rows if row[0] == SECOND} == {1.0}


def test_margins_of_one_insurer_leave_the_rest_to_the_others(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Half the persons are c's, 80 % young; of 50 % young 10 of 50 points are left to a and b: 20 %.

    Weights add up to the 100 respondents: 50 for c, 40 for a and 10 for b, by insured persons.
    """
    rows = warehouse.execute(
        "select insurer_id, split_part(response_id, '-', 2), split_part(response_id, '-', 3), "
        "min(respondent_weight), max(respondent_weight) "
        "from intermediate.int_respondent_weights_calibrated where wave_id = ? group by all",
        [FIRST],
    ).fetchall()
    found = {tuple(row[:3]): row[3:] for row in rows}
    insurer_weight = {"a": 40, "b": 10, "c": 50}
    young = {"a": 0.2, "b": 0.2, "c": 0.8}
    # Within a, women and men keep the ratio of their response: 2 to 3.
    gender_share = {"a": {"female": 0.4, "male": 0.6}, "b": {"female": 0.5, "male": 0.5}}
    for (insurer_id, age_band), count in ANSWERED.items():
        share = young[insurer_id] if age_band == "young" else 1 - young[insurer_id]
        for gender, part in gender_share.get(insurer_id, gender_share["b"]).items():
            expected = insurer_weight[insurer_id] * share * part / count
            low, high = found[insurer_id, age_band, gender]
            assert low == pytest.approx(expected, rel=1e-9), (insurer_id, age_band, gender)
            assert high == pytest.approx(expected, rel=1e-9), (insurer_id, age_band, gender)


def test_a_capped_run_says_by_how_much_it_misses_its_margins(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Ten young of 200 should be half. At five times the mean, 5/20 of the weight, they are a quarter."""
    [(largest, capped_share, margin_error)] = warehouse.execute(
        "select largest_relative_weight, capped_share, largest_margin_error from marts.rpt_sample_quality "
        "where wave_id = ? and insurer_id = 'a'",
        [SECOND],
    ).fetchall()
    assert largest == pytest.approx(5, rel=1e-9)
    assert capped_share == pytest.approx(0.05, rel=1e-12)
    assert margin_error == pytest.approx(0.25, rel=1e-9)
    [(largest_error,)] = warehouse.execute(
        "select max(largest_margin_error) from marts.rpt_sample_quality where wave_id = ?", [FIRST]
    ).fetchall()
    assert largest_error < 1e-9


@pytest.fixture(scope="module")
def sample(sample_warehouse: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        yield connection


def raked_error(sample: duckdb.DuckDBPyConnection, key: tuple[str, ...]) -> float:
    """The standard error of a ratio by respondents: fit, weigh, sum by person, centre by stratum."""
    wave_id, framework_version, insurer_id, segment_type, segment_code, indicator_code = key
    respondents = sample.execute(
        f"""
        select placed.response_id, placed.insurer_id, profiled.person_key, strata.stratum,
            cast(weights.relative_weight as double), {", ".join(f"placed.{margin}" for margin in MARGINS)}
        from intermediate.int_respondents_placed as placed
        join intermediate.int_respondents_profiled as profiled using (response_id)
        join intermediate.int_respondent_weights_calibrated as weights using (response_id)
        join intermediate.int_respondent_strata_counted as strata
            on (strata.wave_id, strata.insurer_id, strata.person_key)
            = (placed.wave_id, placed.insurer_id, profiled.person_key)
        where placed.wave_id = ?
        """,
        [wave_id],
    ).fetchall()
    condition = "" if segment_type == "all" else f"and measured.{segment_type} = '{segment_code}'"
    answers = sample.execute(
        f"""
        select measured.row_id,
            sum(case when lines.is_numerator then cast(measured.numerator as double) else 0 end),
            sum(case when lines.is_denominator then cast(measured.denominator as double) else 0 end)
        from intermediate.int_measurements_unioned as measured
        join intermediate.int_indicator_lines_resolved as lines
            on measured.wave_id = lines.wave_id and measured.measure_code = lines.measure_code
            and (lines.product_line is null or lines.product_line = measured.product_line)
        where measured.wave_id = ? and lines.framework_version = ? and measured.insurer_id = ?
            and lines.indicator_code = ? {condition}
        group by measured.row_id
        """,
        [wave_id, framework_version, insurer_id, indicator_code],
    ).fetchall()
    place = {row[0]: number for number, row in enumerate(respondents)}
    weights = np.array([row[4] for row in respondents])
    top, bottom = np.zeros(len(respondents)), np.zeros(len(respondents))
    for response_id, numerator, denominator in answers:
        top[place[response_id]], bottom[place[response_id]] = numerator, denominator
    total = weights @ bottom
    per_weight = (top - (weights @ top) / total * bottom) / total
    columns = [
        [row[margin] == level for row in respondents]
        for margin in range(5, 5 + len(MARGINS))
        for level in sorted({row[margin] for row in respondents})
    ]
    design = np.array(columns, dtype=float).T
    left = weights * (per_weight - design @ np.linalg.lstsq(design, per_weight, rcond=1e-10)[0])
    strata: dict[tuple, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row, influence in zip(respondents, left, strict=True):
        strata[row[1], row[3]][row[2]] += influence
    variance = 0.0
    for persons in strata.values():
        moved, n = np.array([*persons.values()]), len(persons)
        variance += (n / (n - 1) * ((moved - moved.mean()) ** 2).sum()) if n > 1 else (moved**2).sum()
    return float(np.sqrt(variance))


def test_errors_know_that_weights_of_several_insurers_were_fitted_together(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    rows = sample.execute(
        """
        select wave_id, framework_version, insurer_id, segment_type, segment_code, indicator_code,
            ratio_standard_error
        from intermediate.int_indicator_values_aggregated
        join intermediate.int_survey_estimates_numbered
            using (wave_id, framework_version, insurer_id, segment_type, segment_code, indicator_code)
        where base_count >= 10 and ratio_standard_error > 1e-3
        order by all
        """
    ).fetchall()
    chance = random.Random(20261125)
    chosen = chance.sample([row for row in rows if row[3] == "all"], 10) + chance.sample(rows, 30)
    assert {row[3] for row in chosen} >= {
        "all",
        "age_band",
        "region",
        "product_line",
        "sales_channel",
        "tenure",
    }
    assert len({row[2] for row in chosen}) > 2
    for *key, error in chosen:
        assert error == pytest.approx(raked_error(sample, tuple(key)), rel=1e-7), key


def test_influences_and_the_part_of_other_insurers_add_up_to_the_variance(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    """Squares of an indicator's influences and what other insurers' rows carry are its published variance."""
    rows = sample.execute(
        """
        with spilled as (
            select
                first.estimate_number,
                sum(first.influence_sum * spillover_value * second.influence_sum) as spillover
            from intermediate.int_level_influences_summed as first
            join intermediate.int_level_spillovers_summed using (wave_id, insurer_id, slot)
            join intermediate.int_level_influences_summed as second
                on second.estimate_number = first.estimate_number and second.slot = other_slot
            group by first.estimate_number
        ),

        moved as (
            select
                wave_id, framework_version, insurer_id, indicator_code,
                sum(ratio_influence * ratio_influence) as own
            from intermediate.int_fitted_influences_estimated
            group by all
        )

        select ratio_standard_error, sqrt(own + spillover)
        from intermediate.int_survey_estimates_numbered
        join intermediate.int_indicator_values_aggregated
            using (wave_id, framework_version, insurer_id, indicator_code, segment_type, segment_code)
        join spilled using (estimate_number)
        join moved using (wave_id, framework_version, insurer_id, indicator_code)
        where segment_type = 'all' and ratio_standard_error > 1e-3
        """
    ).fetchall()
    assert len(rows) > 100
    for published, summed in rows:
        assert published == pytest.approx(summed, rel=1e-7)
