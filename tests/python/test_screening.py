"""Screening of responses: what was planted is found, and flags and comparisons agree with plain Python."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from fractions import Fraction

import duckdb
import pytest
from by_hand import ByHand, student
from comparing import near, rows_of

from csat.paths import Paths

WAVE, INSURER = "2026Q3", "huaixu_property"


@pytest.fixture(scope="module")
def by_hand(sample_warehouse: Paths) -> ByHand:
    return ByHand(sample_warehouse.raw, sample_warehouse.framework_source)


@pytest.fixture(scope="module")
def planted(sample_warehouse: Paths) -> dict[str, dict[str, str]]:
    file = sample_warehouse.data / "truth" / "careless_responses.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        return {row["response_id"]: row for row in csv.DictReader(stream)}


def column(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    return {row[0] for row in connection.execute(sql).fetchall()}


def left_out(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Responses left out as careless; those with D are faulty copies that the sample adds."""
    return column(
        connection,
        "select response_id from intermediate.int_responses_screened "
        "where exclusion_reason = 'careless' and response_id like 'R%'",
    )


def test_what_was_planted_is_found_and_little_else(connection, planted):
    found = left_out(connection)
    assert len(planted) > 80
    assert len(found & planted.keys()) / len(planted) >= 0.8
    assert len(found & planted.keys()) / len(found) >= 0.9


@pytest.mark.parametrize("flag", ["is_speeder", "is_straight_liner", "is_contradictory"])
def test_every_planted_habit_is_flagged(connection, planted, flag):
    flagged = column(connection, f"select response_id from intermediate.int_responses_flagged where {flag}")
    habit = {key for key, row in planted.items() if row[flag] == "true"}
    assert len(habit) > 20
    assert len(flagged & habit) / len(habit) >= 0.95


def test_nobody_who_merely_hurried_is_left_out(connection, planted):
    hurried = {
        key
        for key, row in planted.items()
        if row["is_speeder"] == "true" and "true" not in (row["is_straight_liner"], row["is_contradictory"])
    }
    assert len(hurried) > 3
    assert len(hurried & left_out(connection)) <= len(hurried) / 5


def test_flags_agree_with_plain_python(connection, by_hand):
    usable = {response["response_id"] for response in by_hand.screening.responses}
    for flag, expected in (
        ("is_speeder", by_hand.screening.speeders()),
        ("is_straight_liner", by_hand.screening.straight_liners()),
        ("is_contradictory", by_hand.screening.contradictory()),
        ("is_attention_failed", by_hand.screening.inattentive()),
        ("is_careless", by_hand.screening.careless()),
    ):
        found = column(connection, f"select response_id from intermediate.int_responses_flagged where {flag}")
        assert found & usable == expected, flag
        assert expected, flag
    completion = dict(
        connection.execute(
            "select response_id, completion_share from intermediate.int_responses_flagged "
            "where completion_share is not null"
        ).fetchall()
    )
    assert completion == pytest.approx(by_hand.screening.completion(), abs=1e-12)
    assert min(completion.values()) < 0.5


def test_those_who_count_agree_with_plain_python(connection, by_hand):
    counted = column(
        connection,
        "select response_id from intermediate.int_responses_screened where exclusion_reason is null",
    )
    assert counted == {response["response_id"] for response in by_hand.screening.counted()}
    reasons = column(connection, "select distinct exclusion_reason from intermediate.int_responses_screened")
    assert {"careless", "superseded"} <= reasons


def test_every_response_is_accounted_for(connection):
    (responses, answers) = (
        dict(
            connection.execute(
                "select reason_code, row_count from marts.rpt_rows_rejected "
                "where table_address = ? and rejected_by = 'model'",
                [address],
            ).fetchall()
        )
        for address in ("survey.responses", "survey.answers")
    )
    assert (
        responses["careless"]
        == connection.execute(
            "select count(*) from intermediate.int_responses_screened where exclusion_reason = 'careless'"
        ).fetchone()[0]
    )
    assert answers["response_excluded"] > answers["attention_item"] > responses["careless"]
    assert connection.execute(
        "select count(*) from marts.rpt_rows_reconciled where rows_staged <> rows_used + rows_excluded"
    ).fetchone() == (0,)


def test_effects_of_screening_agree_with_plain_python(connection, by_hand):
    rows = connection.execute(
        "select numerator_measure, multiplier, value_all, value_screened, value_difference, "
        "valid_person_count, careless_person_count from marts.rpt_screening_effects "
        "join framework.indicators using (framework_version, indicator_code) "
        "where wave_id = ? and insurer_id = ? and disclosure_status = 'published'",
        [WAVE, INSURER],
    ).fetchall()
    assert len(rows) >= 5
    careless = by_hand.screening.careless()
    ours = [
        response
        for response in by_hand.screening.responses
        if (response["wave_id"], response["insurer_id"]) == (WAVE, INSURER)
    ]
    valid = {response["response_id"] for response in by_hand.responses[WAVE]}
    persons_valid = {response["person"] for response in ours if response["response_id"] in valid}
    kept = [
        response
        for response in ours
        if response["response_id"] in valid
        or (response["response_id"] in careless and response["person"] not in persons_valid)
    ]
    moved = 0
    for measure, multiplier, value_all, screened, difference, valid_count, careless_count in rows:
        sums = {True: [0.0, 0.0, 0], False: [0.0, 0.0, 0]}
        for response in kept:
            score = score_of(by_hand, response, measure)
            if score is not None:
                side = sums[response["response_id"] in valid]
                side[0] += float(response["design_weight"]) * float(score[0])
                side[1] += float(response["design_weight"]) * float(score[1])
                side[2] += 1
        assert (sums[True][2], sums[False][2]) == (valid_count, careless_count)
        without = multiplier * sums[True][0] / sums[True][1]
        together = multiplier * (sums[True][0] + sums[False][0]) / (sums[True][1] + sums[False][1])
        assert screened == pytest.approx(without, abs=1e-6)
        assert value_all == pytest.approx(together, abs=1e-6)
        assert difference == pytest.approx(without - together, abs=1e-6)
        moved += abs(difference) > 0.5
    assert moved >= 3


def score_of(by_hand: ByHand, response: dict, measure: str) -> tuple[Fraction, Fraction] | None:
    """Numerator and denominator of a response, from its positions on the scales; None without an answer."""
    items = [row for row in by_hand.seed("survey_items") if row["measure_code"] == measure]
    given = by_hand.screening.values[response["response_id"]]
    if not by_hand.passes(measure, response):
        return None
    top = bottom = Fraction(0)
    for item in items:
        if item["question_code"] in given:
            low, high = by_hand.screening.bounds[item["scale_code"]]
            value = given[item["question_code"]]
            weight = Fraction(item["item_weight"])
            if item["transform"] == "mean":
                score = 100 * (value - low) / (high - low)
            elif item["transform"] == "top_box":
                score = float(value >= float(item["cut_low"]))
            else:
                score = float(value >= float(item["cut_high"])) - float(value <= float(item["cut_low"]))
            top, bottom = top + weight * Fraction(score), bottom + weight
    return (top, bottom) if bottom else None


def test_channels_agree_with_plain_python(connection, by_hand):
    rows = connection.execute(
        "select collection_channel, invitation_count, delivered_count, valid_count, response_rate, "
        "overall_value, overall_standard_error, mode_effect, mode_effect_lower, mode_effect_upper, "
        "numerator_measure, multiplier from marts.rpt_collection_channels "
        "join framework.indicators using (indicator_code) "
        "where wave_id = ? and insurer_id = ? and disclosure_status = 'published'",
        [WAVE, INSURER],
    ).fetchall()
    assert len(rows) >= 3
    wave = by_hand.waves[WAVE]
    invitations = [row for row in by_hand.table("survey.invitations") if row["insurer_id"] == INSURER]
    channel_of = {row["invitation_id"]: row["collection_channel"] for row in invitations}
    channel_of = {
        row["response_id"]: channel_of.get(row["invitation_id"], "open_link")
        for row in by_hand.table("survey.responses")
    }
    weights = by_hand.weights(WAVE)
    valid = [response for response in by_hand.responses[WAVE] if response["insurer_id"] == INSURER]
    for channel, invited, delivered, count, rate, value, error, effect, low, high, measure, factor in rows:
        sent = [r for r in invitations if r["collection_channel"] == channel and wave.holds(r["sent_at"])]
        assert invited == len(sent)
        assert delivered == sum(bool(row["delivered"]) for row in sent)
        assert count == sum(channel_of[response["response_id"]] == channel for response in valid)
        assert rate == pytest.approx(count / delivered)
        sides = defaultdict(list)
        for response in valid:
            score = score_of(by_hand, response, measure)
            if score is not None:
                weight = float(weights[response["response_id"]])
                pair = (weight * float(score[0]), weight * float(score[1]))
                sides[channel_of[response["response_id"]] == channel].append(pair)
        (mine, my_variance, my_base), (other, other_variance, other_base) = (
            mean_of(sides[True]),
            mean_of(sides[False]),
        )
        assert value == pytest.approx(factor * mine, abs=1e-6)
        assert error == pytest.approx(factor * math.sqrt(my_variance), abs=1e-6)
        assert effect == pytest.approx(factor * (mine - other), abs=1e-6)
        assert (low + high) / 2 == pytest.approx(effect, abs=1e-9)
        half = factor * math.sqrt(my_variance + other_variance)
        # Student's factor lies above the normal one, and the less so the larger the smaller base.
        assert 1.96 < (high - low) / 2 / half < 1.96 + 4 / min(my_base, other_base)


def mean_of(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Ratio of the sums of (numerator, denominator), its variance over persons, and Kish's base."""
    top, bottom = math.fsum(u for u, _ in pairs), math.fsum(t for _, t in pairs)
    ratio, n = top / bottom, len(pairs)
    variance = n / (n - 1) * math.fsum(((u - ratio * t) / bottom) ** 2 for u, t in pairs)
    return ratio, variance, bottom**2 / math.fsum(t * t for _, t in pairs)


@pytest.fixture(scope="module")
def qualities(connection: duckdb.DuckDBPyConnection, by_hand: ByHand) -> list[dict]:
    """Rows of rpt_sample_quality of the waves with a survey, whose values the tests compute again."""
    rows = rows_of(connection, "select * from marts.rpt_sample_quality order by wave_id, insurer_id")
    surveyed = [row for row in rows if by_hand.responses[row["wave_id"]]]
    assert len(surveyed) == 12
    return surveyed


def criterion_sums(by_hand: ByHand, wave: str, insurer: str) -> dict[str, tuple[float, float]]:
    """Weighted numerator and denominator of the overall score by response; its multiplier is one."""
    [code] = [row["first_code"] for row in by_hand.seed("validity_pairs") if row["pair_kind"] == "criterion"]
    entry = by_hand.catalogue[code]
    assert float(entry["multiplier"]) == 1
    sums, weights = {}, by_hand.weights(wave)
    for response in by_hand.responses[wave]:
        score = score_of(by_hand, response, entry["numerator_measure"])
        if response["insurer_id"] == insurer and score is not None:
            weight = float(weights[response["response_id"]])
            sums[response["response_id"]] = (weight * float(score[0]), weight * float(score[1]))
    return sums


def test_response_rates_agree_with_plain_python(qualities, by_hand):
    for row in qualities:
        wave, insurer = by_hand.waves[row["wave_id"]], row["insurer_id"]
        sent = [
            invitation
            for invitation in by_hand.table("survey.invitations")
            if invitation["insurer_id"] == insurer and wave.holds(invitation["sent_at"])
        ]
        delivered = sum(bool(invitation["delivered"]) for invitation in sent)
        submitted = sum(
            response["insurer_id"] == insurer and wave.holds(response["submitted_at"])
            for response in by_hand.table("survey.responses")
        )
        assert (row["invitation_count"], row["delivered_count"]) == (len(sent), delivered)
        valid = sum(response["insurer_id"] == insurer for response in by_hand.responses[row["wave_id"]])
        assert row["valid_count"] == valid < submitted
        assert row["submitted_count"] == (submitted if submitted - valid >= 10 else None)
        assert row["response_rate"] == near(valid / delivered)


def test_late_answers_against_early_ones_agree_with_plain_python(qualities, by_hand):
    z = by_hand.rules["confidence_level_z"]
    [least] = [
        float(row["rule_value"])
        for row in by_hand.seed("disclosure_rules")
        if (row["rule_code"], row["applies_to"]) == ("persons_min", "distributions")
    ]
    submitted = {row["response_id"]: row for row in by_hand.table("survey.responses")}
    shown = 0
    for row in qualities:
        sums = criterion_sums(by_hand, row["wave_id"], row["insurer_id"])
        waits = []
        for key in sums:
            sent_at = by_hand.invitations.get(submitted[key]["invitation_id"], {}).get("sent_at")
            if sent_at is not None and sent_at <= submitted[key]["submitted_at"]:
                waits.append((submitted[key]["submitted_at"] - sent_at, key))
        waits.sort()
        middle = (len(waits) + 1) // 2
        if len(waits) - middle < least:
            assert row["late_difference"] is None
            continue
        (early, early_variance, early_base), (late, late_variance, late_base) = (
            mean_of([sums[key] for _, key in half]) for half in (waits[:middle], waits[middle:])
        )
        half_width = student(z, min(early_base, late_base) - 1) * math.sqrt(early_variance + late_variance)
        assert row["late_difference"] == near(late - early, 1e-6)
        assert row["late_difference_lower"] == near(late - early - half_width, 1e-6)
        assert row["late_difference_upper"] == near(late - early + half_width, 1e-6)
        assert row["is_late_different"] == (abs(late - early) > half_width)
        shown += 1
    assert shown >= 9


def test_bases_of_the_next_wave_agree_with_plain_python(qualities, by_hand):
    z, rules = by_hand.rules["confidence_level_z"], by_hand.rules
    invitation_of = {row["response_id"]: row["invitation_id"] for row in by_hand.table("survey.responses")}
    for row in qualities:
        wave, insurer = row["wave_id"], row["insurer_id"]
        sums = criterion_sums(by_hand, wave, insurer).values()
        total = math.fsum(bottom for _, bottom in sums)
        mean = math.fsum(top for top, _ in sums) / total
        deviation = math.sqrt(math.fsum(top**2 / bottom for top, bottom in sums) / total - mean**2)
        effect = len(sums) * math.fsum(bottom**2 for _, bottom in sums) / total**2
        channels = {
            invitation["collection_channel"]
            for invitation in by_hand.table("survey.invitations")
            if invitation["insurer_id"] == insurer and by_hand.waves[wave].holds(invitation["sent_at"])
        }
        valid = sum(
            by_hand.invitations.get(invitation_of[response["response_id"]], {}).get("collection_channel")
            in channels
            for response in by_hand.responses[wave]
            if response["insurer_id"] == insurer
        )
        for name, spread, margin in (
            ("score", deviation, rules["planned_score_margin"]),
            ("share", 1 / 2, rules["planned_share_margin"]),
        ):
            base = effect * (z * spread / margin) ** 2
            assert row[f"{name}_base_needed"] == math.ceil(base)
            assert row[f"{name}_invitations_needed"] == math.ceil(base * row["invitation_count"] / valid)


def test_shares_of_respondents_and_customers_add_up(connection):
    rows = connection.execute(
        "select wave_id, insurer_id, segment_type, sum(respondent_share), sum(weighted_share), "
        "sum(customer_share), count(*) filter (disclosure_status <> 'published') "
        "from marts.rpt_respondent_profile group by all order by all"
    ).fetchall()
    assert any(row[6] for row in rows) and not all(row[6] for row in rows)
    for *_, respondents, weighted, customers, hidden in rows:
        if hidden:
            assert hidden > 1
        else:
            assert (respondents, weighted, customers) == pytest.approx((1, 1, 1))


def test_weighting_brings_respondents_nearer_to_the_customers(connection):
    before, after = connection.execute(
        "select avg(abs(respondent_difference)), avg(abs(weighted_difference)) "
        "from marts.rpt_respondent_profile where segment_type in ('age_band', 'sales_channel', 'gender')"
    ).fetchone()
    assert after < 0.7 * before


def test_no_small_group_can_be_had_by_subtraction(connection):
    """Hidden persons of a line stand for none at all or for at least as many as may be shown."""
    for relation, mart, line, code, count in (
        ("int_respondent_shares_compared", "rpt_respondent_profile",
         "wave_id, insurer_id, segment_type", "segment_code", "respondent_count"),
        ("int_respondent_shares_compared", "rpt_respondent_profile",
         "wave_id, insurer_id, segment_type", "segment_code", "customer_count"),
        ("int_channel_responses_counted", "rpt_collection_channels",
         "wave_id, insurer_id", "collection_channel", "valid_count"),
        ("int_channel_responses_counted", "rpt_collection_channels",
         "wave_id, insurer_id", "collection_channel", "invitation_count"),
    ):  # fmt: skip
        rows = connection.execute(
            f"select sum(c.{count}), sum(c.{count}) filter (m.disclosure_status <> 'published'), "
            f"min(c.{count}) filter (m.disclosure_status = 'published' and c.{count} > 0) "
            f"from intermediate.{relation} as c join marts.{mart} as m using ({line}, {code}) group by {line}"
        ).fetchall()
        assert any(hidden for _, hidden, _ in rows), count
        for total, hidden, smallest in rows:
            assert not hidden or hidden >= 10 or hidden == total, count
            assert smallest is None or smallest >= 10, count
