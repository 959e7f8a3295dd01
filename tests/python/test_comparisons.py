"""Changes, differences and rank intervals of the sample, recomputed from influences in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict

import duckdb
import pytest
from comparing import Rows, near, rows_of

# Statistics are put in order at six decimals.
PLACES = 1e-6
Z = 1.959963984540054
RATE = 0.05


def lists_of(rows: Rows, *columns: str) -> dict[tuple, Rows]:
    lists: dict[tuple, Rows] = defaultdict(list)
    for row in rows:
        lists[tuple(row[column] for column in columns)].append(row)
    return lists


def two_sided(statistic: float) -> float:
    return math.erfc(abs(statistic) / math.sqrt(2))


def benjamini_hochberg(probabilities: list[float]) -> list[float]:
    """Adjusted probabilities in the order given."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__, reverse=True)
    adjusted, smallest = [0.0] * len(probabilities), 1.0
    for worse, index in enumerate(order):
        smallest = min(smallest, probabilities[index] * len(probabilities) / (len(probabilities) - worse))
        adjusted[index] = smallest
    return adjusted


def holm(probabilities: list[float]) -> list[float]:
    """Adjusted probabilities in the order given."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    adjusted, largest = [0.0] * len(probabilities), 0.0
    for better, index in enumerate(order):
        largest = max(largest, min(probabilities[index] * (len(probabilities) - better), 1.0))
        adjusted[index] = largest
    return adjusted


def test_the_two_corrections_agree_with_worked_examples() -> None:
    assert benjamini_hochberg([0.05, 0.01, 0.5, 0.04]) == [
        near(value) for value in (0.2 / 3, 0.04, 0.5, 0.2 / 3)
    ]
    assert holm([0.03, 0.01, 0.02]) == [near(value) for value in (0.04, 0.03, 0.04)]


def influences(
    connection: duckdb.DuckDBPyConnection, wave_id: str, insurer_id: str, code: str, version: str
) -> dict[str, float]:
    """How far every person moves a composite of an insurer."""
    return dict(
        connection.execute(
            "select person_key, score_influence from intermediate.int_composite_influences_summed "
            "where score_influence is not null and wave_id = ? and insurer_id = ? and score_code = ? "
            "and framework_version = ?",
            [wave_id, insurer_id, code, version],
        ).fetchall()
    )


def spillover(
    connection: duckdb.DuckDBPyConnection, wave_id: str, insurer_id: str, code: str, version: str
) -> float:
    """Variance of a composite carried by respondents of other insurers: weights were fitted together."""
    found = connection.execute(
        "select spillover_variance from intermediate.int_composite_spillovers_estimated "
        "where wave_id = ? and insurer_id = ? and score_code = ? and framework_version = ?",
        [wave_id, insurer_id, code, version],
    ).fetchall()
    return found[0][0] if found else 0.0


def difference_error(first: dict[str, float], second: dict[str, float], *spillovers: float) -> float:
    persons = first.keys() | second.keys()
    squares = ((first.get(key, 0.0) - second.get(key, 0.0)) ** 2 for key in persons)
    return math.sqrt(math.fsum([*squares, *spillovers]))


def test_the_error_of_a_change_counts_persons_of_both_waves_once(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    compared, shared = 0, 0
    for row in rows_of(
        connection,
        "select * from marts.fct_score_changes where segment_type = 'all' and insurer_id <> 'industry' "
        "and score_level in ('dimension', 'index') and test_status = 'tested'",
    ):
        now = influences(
            connection, row["wave_id"], row["insurer_id"], row["score_code"], row["framework_version"]
        )
        before = influences(
            connection, row["before_wave_id"], row["insurer_id"], row["score_code"], row["framework_version"]
        )
        spilt = [
            spillover(connection, row[wave], row["insurer_id"], row["score_code"], row["framework_version"])
            for wave in ("wave_id", "before_wave_id")
        ]
        assert row["standard_error"] == near(difference_error(now, before, *spilt)), row
        compared += 1
        shared += bool(now.keys() & before.keys())
    assert compared > 40 and shared > 10


def test_the_industry_changes_with_the_persons_of_all_its_insurers(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    shares: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for wave, version, insurer, share in connection.execute(
        "select wave_id, framework_version, insurer_id, industry_share "
        "from intermediate.int_industry_shares_resolved where segment_type = 'all' and score_level = 'index'"
    ).fetchall():
        shares[wave, version][insurer] = share

    def line(wave: str, version: str) -> dict[str, float]:
        total: dict[str, float] = defaultdict(float)
        for insurer, share in shares[wave, version].items():
            for person, influence in influences(connection, wave, insurer, "index", version).items():
                total[person] += share * influence
        return total

    def spilt(wave: str, version: str) -> float:
        return math.fsum(
            share**2 * spillover(connection, wave, insurer, "index", version)
            for insurer, share in shares[wave, version].items()
        )

    changes = rows_of(
        connection,
        "select * from marts.fct_score_changes where segment_type = 'all' and insurer_id = 'industry' "
        "and score_level = 'index'",
    )
    assert changes
    for row in changes:
        now = row["wave_id"], row["framework_version"]
        before = row["before_wave_id"], row["framework_version"]
        assert row["standard_error"] == near(
            difference_error(line(*now), line(*before), spilt(*now), spilt(*before))
        )
    differences = rows_of(
        connection,
        "select * from marts.fct_industry_differences where score_level = 'index' and test_status = 'tested'",
    )
    assert differences
    for row in differences:
        wave, version, insurer = row["wave_id"], row["framework_version"], row["insurer_id"]
        own = influences(connection, wave, insurer, "index", version)
        # The line contains the insurer: of its own part only what its share leaves differs from the line.
        rest = (1 - 2 * shares[wave, version].get(insurer, 0.0)) * spillover(
            connection, wave, insurer, "index", version
        )
        assert row["standard_error"] == near(
            difference_error(own, line(wave, version), rest, spilt(wave, version))
        )


def test_the_error_of_a_pair_counts_common_customers_once(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = rows_of(connection, "select * from marts.fct_insurer_differences")
    assert {row["score_level"] for row in pairs} == {"dimension", "index"}
    shared = 0
    for row in pairs:
        first, second = (
            influences(connection, row["wave_id"], row[column], row["score_code"], row["framework_version"])
            for column in ("insurer_id", "other_insurer_id")
        )
        spilt = [
            spillover(connection, row["wave_id"], row[column], row["score_code"], row["framework_version"])
            for column in ("insurer_id", "other_insurer_id")
        ]
        assert row["standard_error"] == near(difference_error(first, second, *spilt)), row
        shared += bool(first.keys() & second.keys())
    assert shared


def test_verdicts_on_changes_follow_from_their_intervals(connection: duckdb.DuckDBPyConnection) -> None:
    rows = rows_of(connection, "select * from marts.fct_score_changes")
    tested = [row for row in rows if row["test_status"] == "tested"]
    for row in tested:
        change = row["score_change"]
        reach = change - row["change_lower"] if change > 0 else row["change_upper"] - change
        statistic = 0.0 if round(change, 6) == 0 else Z * change / reach
        expected = two_sided(statistic)
        assert row["p_value"] == pytest.approx(expected, rel=1e-6), row
        if abs(row["p_value"] - RATE) > 1e-6:
            assert (row["p_value"] < RATE) == (row["change_lower"] > 0 or row["change_upper"] < 0), row
    lists = lists_of(tested, "wave_id", "comparison", "framework_version", "score_level", "segment_type")
    assert max(map(len, lists.values())) > 100
    for listed in lists.values():
        for row, adjusted in zip(listed, benjamini_hochberg([row["p_value"] for row in listed]), strict=True):
            assert row["adjusted_p_value"] == near(adjusted, PLACES)
            assert row["is_significant"] == (round(adjusted, 6) <= RATE)
            direction = "up" if row["score_change"] > 0 else "down"
            assert row["verdict_code"] == (direction if row["is_significant"] else "flat")
    assert {row["verdict_code"] for row in tested} == {"up", "down", "flat"}
    for row in rows:
        if row["test_status"] != "tested":
            assert row["verdict_code"] is row["is_significant"] is row["p_value"] is None
        if row["disclosure_status"] != "published":
            assert row["test_status"] == "hidden"
            assert row["score"] is row["before_score"] is row["score_change"] is row["change_lower"] is None


def test_differences_from_the_industry_are_corrected_for_their_number(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = rows_of(connection, "select * from marts.fct_industry_differences where p_value is not null")
    for listed in lists_of(rows, "wave_id", "framework_version", "score_level").values():
        for row, adjusted in zip(listed, benjamini_hochberg([row["p_value"] for row in listed]), strict=True):
            assert row["adjusted_p_value"] == near(adjusted, PLACES)
            direction = "above" if row["difference"] > 0 else "below"
            assert row["verdict_code"] == (direction if round(adjusted, 6) <= RATE else "level")
    assert {row["verdict_code"] for row in rows} == {"above", "below", "level"}


def test_ranks_intervals_and_tie_groups_follow_from_all_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = lists_of(
        rows_of(connection, "select * from intermediate.int_insurer_pairs_tested"),
        "wave_id",
        "framework_version",
        "score_level",
        "score_code",
    )
    ranked = lists_of(
        rows_of(connection, "select * from intermediate.int_rank_intervals_counted"),
        "wave_id",
        "framework_version",
        "score_level",
        "score_code",
    )
    assert {level for _, _, level, _ in pairs} == {"indicator", "dimension", "index"}
    groups = set()
    for key, insurers in ranked.items():
        wins = set()
        tested = [pair for pair in pairs.get(key, []) if pair["p_value"] is not None]
        for pair, adjusted in zip(tested, holm([pair["p_value"] for pair in tested]), strict=True):
            assert pair["p_value"] == pytest.approx(
                two_sided(Z * pair["difference"] / pair["reach_down"]), rel=1e-6, abs=2e-7
            )
            assert pair["adjusted_p_value"] == near(adjusted, PLACES)
            assert pair["is_significant"] == (round(adjusted, 6) <= RATE)
            if pair["is_significant"]:
                wins.add((pair["insurer_id"], pair["other_insurer_id"]))
        insurers.sort(key=lambda row: row["rank_position"])
        assert [row["rank_position"] for row in insurers] == list(range(1, len(insurers) + 1))
        best, group = insurers[0], 1
        for row in insurers:
            if (best["insurer_id"], row["insurer_id"]) in wins:
                best, group = row, group + 1
            better = sum(other["insurer_id"] == loser for winner, loser in wins for other in [row])
            worse = sum(other["insurer_id"] == winner for winner, loser in wins for other in [row])
            assert (row["rank_lower"], row["rank_upper"]) == (1 + better, len(insurers) - worse), key
            assert row["tie_group"] == group, key
        groups.add(group)
    assert len(groups) > 1
