"""Normalisations, aggregations and the sensitivity of ranks, computed a second time in plain Python.

One build of published figures: thirteen insurers, one of them too young to be ranked or compared with,
three waves under three versions. The first version is plain (goalposts, arithmetic), the second mixes
methods, the third ranks by percentile.
"""

from __future__ import annotations

import math
import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import permutations, product
from pathlib import Path
from statistics import mean, median, stdev

import duckdb
import pytest
from comparing import near
from small_framework import (
    KEPT_SEEDS,
    PROJECT,
    change_rules,
    gate_and_build,
    installation,
    read_rows,
    write,
    write_framework,
)

from csat.draws import write_draws
from csat.errors import FrameworkError
from csat.framework import check_framework
from csat.framework.seeds import default_folder
from csat.paths import Paths

PLAIN, MIXED, RANKED = "2020", "2021", "2022"
WAVES = (PLAIN, MIXED, RANKED)
YOUNG = "young"
INSURERS = [f"i{number:02d}" for number in range(12)]
FLOOR, COMPARED_MIN, DRAWS = 1, 10, 40
DIMENSION_COVERAGE, INDEX_COVERAGE = 0.6, 0.7
# Dimension and weight: indicator, role, direction, weight, goalposts, normalisation in the mixed version.
FRAMEWORK = {
    ("d", 50): (
        ("k1", "core", "higher", 20, (0, 100), "min_max"),
        ("k2", "core", "lower", 20, (0, 50), "z_score"),
        ("k3", "auxiliary", "higher", 10, (20, 80), "leader_distance"),
    ),
    ("e", 30): (
        ("k4", "core", "higher", 15, (10, 90), "leader_distance"),
        ("k5", "core", "lower", 9, (0, 30), "goalposts"),
        ("k6", "auxiliary", "higher", 6, (0, 60), "goalposts"),
    ),
    ("f", 20): (
        ("k7", "core", "higher", 12, (5, 95), "leader_distance"),
        ("k8", "core", "higher", 8, (0, 10), "min_max"),
    ),
}
# What the mixed version does with dimensions; its index has the penalty for spread.
MIXED_AGGREGATIONS = {"d": "mazziotta_pareto", "e": "geometric", "f": "arithmetic"}
MIXED_INDEX = "mazziotta_pareto"
ADJUSTMENTS = {"i03": ("innovation", 2), "i05": ("negative_event", 6)}
POINTS = {
    insurer: points if kind == "innovation" else -points for insurer, (kind, points) in ADJUSTMENTS.items()
}
INDICATORS = {
    code: {
        "dimension": dimension,
        "role": role,
        "direction": direction,
        "weight": weight,
        "posts": posts,
        "mixed": mixed,
    }
    for (dimension, _), members in FRAMEWORK.items()
    for code, role, direction, weight, posts, mixed in members
}
Values = dict[tuple[str, str, str], float]


def figures() -> Values:
    """Values by wave, indicator and insurer: k4 and k6 are not filed by all, so that some insurers lack
    a dimension; the best value of k5 is zero, k8 is constant."""
    numbers, values = random.Random("figures"), {}
    for wave, code, insurer in product(WAVES, INDICATORS, [*INSURERS, YOUNG]):
        lower, upper = INDICATORS[code]["posts"]
        value = round(lower + (upper - lower) * numbers.uniform(0.05, 1.1), 3)
        missing = {"k4": INSURERS[:2], "k6": INSURERS[:3]}.get(code, [])
        if insurer not in missing:
            values[wave, code, insurer] = (
                7 if code == "k8" else 0 if (code, insurer) == ("k5", "i07") else value
            )
    return values


VALUES = figures()


def normalisation_of(version: str, code: str) -> str:
    return {PLAIN: "goalposts", RANKED: "percentile_rank"}.get(version, INDICATORS[code]["mixed"])


def seeds() -> dict[str, list[dict]]:
    names = {"name_zh": "名", "name_en": "name"}
    return {
        "framework_versions": [
            {
                "framework_version": wave,
                "valid_from": f"{wave}-01-01",
                "valid_to": f"{wave}-12-31" if wave != RANKED else "",
                "status": "released",
                "index_aggregation": MIXED_INDEX if wave == MIXED else "",
                "approver": "Tests",
                "approved_on": "2020-01-01",
            }
            for wave in WAVES
        ],
        "waves": [
            {
                "wave_id": wave,
                "wave_name_zh": wave,
                "wave_name_en": wave,
                "starts_on": f"{wave}-01-01",
                "ends_on": f"{wave}-12-31",
                "time_zone": "UTC",
                "length_months": 12,
                "starts_at_utc": f"{wave}-01-01 00:00:00",
                "ends_at_utc": f"{int(wave) + 1}-01-01 00:00:00",
            }
            for wave in WAVES
        ],
        "dimensions": [
            {
                "framework_version": wave,
                "dimension_code": code,
                **{f"dimension_{column}": name for column, name in names.items()},
                "position": position,
                "dimension_weight": weight,
                "aggregation": MIXED_AGGREGATIONS[code] if wave == MIXED else "arithmetic",
                "is_required": "false",
            }
            for wave in WAVES
            for position, (code, weight) in enumerate(FRAMEWORK, start=1)
        ],
        "measures": [
            {
                "measure_code": "premium_income",
                "source_model": "int_exposures_dated",
                "event_column": "period",
                "measure_unit": "yuan",
                "row_is": "premium income of a period",
            }
        ],
        "segments": [
            {
                "segment_type": "all",
                "segment_code": "all",
                **{f"segment_{column}": name for column, name in names.items()},
                "position": 1,
            }
        ],
        "indicators": [
            {
                "framework_version": wave,
                "indicator_code": code,
                **{f"indicator_{column}": name for column, name in names.items()},
                "definition_zh": code,
                "definition_en": code,
                "dimension_code": entry["dimension"],
                "indicator_role": entry["role"],
                "supports_core_code": {"k3": "k1", "k6": "k4"}.get(code, ""),
                "multiplier": 1,
                "estimator": "published",
                "indicator_unit": "points",
                "direction": entry["direction"],
                "goalpost_lower": entry["posts"][0],
                "goalpost_upper": entry["posts"][1],
                "normalisation": normalisation_of(wave, code),
                "time_basis": "none",
                "indicator_weight": entry["weight"],
            }
            for wave in WAVES
            for code, entry in INDICATORS.items()
        ],
        "score_adjustments": [
            {
                "wave_id": PLAIN,
                "insurer_id": insurer,
                "adjustment_kind": kind,
                "points": points,
                "evidence_zh": "无",
                "evidence_en": "none",
            }
            for insurer, (kind, points) in ADJUSTMENTS.items()
        ],
    }


def write_own_framework(folder: Path) -> None:
    write_framework(folder, seeds(), (*KEPT_SEEDS, "invalid_schemes"))
    changed = {"reportable_responses": 0, "reportable_claims_closed": 0, "weight_draw_count": DRAWS}
    change_rules(folder, changed)


def landing_tables() -> dict[str, list[dict]]:
    def period(wave: str) -> dict[str, str]:
        return {"period_starts_on": f"{wave}-01-01", "period_ends_on": f"{wave}-12-31"}

    everybody = [*INSURERS, YOUNG]
    return {
        "policy.insurers": [
            {
                "insurer_id": insurer,
                "insurer_name_zh": insurer,
                "opened_on": "2019-06-01" if insurer == YOUNG else "2000-01-01",
            }
            for insurer in everybody
        ],
        "policy.exposures": [
            {"insurer_id": insurer, "product_line": "any", **period(wave), "insured_person_times": 100}
            for insurer in everybody
            for wave in WAVES
        ],
        "published.figures": [
            {
                "provider": "tests",
                "insurer_id": insurer,
                "indicator_code": code,
                **period(wave),
                "figure_value": value,
            }
            for (wave, code, insurer), value in VALUES.items()
        ],
    }


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = installation(tmp_path_factory.mktemp("sensitivity"))
    write_own_framework(paths.framework_source)
    # The first version's are kept; the second's are out of date afterwards and the third's are gone.
    write_draws(paths)
    file = paths.framework_source / "weight_draws.csv"
    rows = [row for row in read_rows(file) if row["framework_version"] != RANKED]
    for row in rows:
        if (row["framework_version"], row["draw_number"]) == (MIXED, "0"):
            first, second, *others = row["drawn_weights"].split(" ")
            row["drawn_weights"] = " ".join([f"{float(first) + 1:.4f}", f"{float(second) - 1:.4f}", *others])
    write(file, list(rows[0]), rows)
    gate_and_build(paths, landing_tables(), date(2023, 1, 31), datetime(2022, 12, 31), tests=False)
    return paths


@pytest.fixture(scope="module")
def connection(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(paths.warehouse), read_only=True) as opened:
        yield opened


def clip(value: float) -> float:
    return min(max(value, 0.0), 100.0)


def compared_insurers(wave: str) -> list[str]:
    """The young one is open for two full years from the last wave on."""
    return [*INSURERS, YOUNG] if wave == RANKED else INSURERS


def normalised(wave: str, code: str, insurer: str, normalisation: str) -> float | None:
    entry, value = INDICATORS[code], VALUES.get((wave, code, insurer))
    if value is None:
        return None
    is_lower, (lower, upper) = entry["direction"] == "lower", entry["posts"]
    others = [VALUES[wave, code, other] for other in compared_insurers(wave) if (wave, code, other) in VALUES]
    if normalisation != "goalposts" and (len(others) < COMPARED_MIN or min(others) == max(others)):
        return None
    if normalisation == "goalposts":
        share = (upper - value if is_lower else value - lower) / (upper - lower)
    elif normalisation == "min_max":
        low, high = min(others), max(others)
        share = (high - value if is_lower else value - low) / (high - low)
    elif normalisation == "z_score":
        z = (value - mean(others)) / stdev(others)
        share = (50 + 10 * (-z if is_lower else z)) / 100
    elif normalisation == "percentile_rank":
        worse = sum(other > value if is_lower else other < value for other in others)
        share = (worse + others.count(value) / 2) / len(others)
    else:
        best = min(others) if is_lower else max(others)
        if best <= 0:
            return None
        share = best / value if is_lower else value / best
    return clip(100 * share)


def aggregated(aggregation: str, parts: list[tuple[float, float]]) -> float | None:
    """Parts are weight and score."""
    total = sum(weight for weight, _ in parts)
    if not total:
        return None
    average = sum(weight * score for weight, score in parts) / total
    if aggregation == "arithmetic":
        return average
    if aggregation == "geometric":
        return math.prod(max(score, FLOOR) ** (weight / total) for weight, score in parts)
    if aggregation == "harmonic":
        return total / sum(weight / max(score, FLOOR) for weight, score in parts)
    if average == 0:
        return 0.0
    variance = sum(weight * (score - average) ** 2 for weight, score in parts) / total
    return max(average - variance / average, 0.0)


def index(
    scores: dict[str, float | None],
    weights: dict[str, float],
    in_dimension: dict[str, str],
    across: str,
    dimension_weights: dict[str, float] | None = None,
) -> float | None:
    """Scores and weights by indicator; a dimension weighs what its indicators do, unless told."""
    parts = []
    for dimension, codes in members(weights).items():
        present = [
            (weights[code], scores[code]) for code in codes if weights[code] and scores.get(code) is not None
        ]
        score = aggregated(in_dimension[dimension], present)
        total = (dimension_weights or {}).get(dimension, sum(weights[code] for code in codes))
        if score is not None:
            parts.append((total, score))
    return aggregated(across, parts)


def members(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[INDICATORS[code]["dimension"]].append(code)
    return found


def published_scores(wave: str, insurer: str) -> dict[str, float] | None:
    """The scores that count in the published index, those of covered dimensions; none without an index."""
    scores = {code: normalised(wave, code, insurer, normalisation_of(wave, code)) for code in INDICATORS}
    counted, covered = {}, 0.0
    for dimension, codes in members(INDICATORS).items():
        present = [code for code in codes if scores[code] is not None]
        weight = sum(PUBLISHED[code] for code in present)
        if weight / POINTS_OF_DIMENSIONS[dimension] >= DIMENSION_COVERAGE:
            counted.update({code: scores[code] for code in present})
            covered += weight / 100
    return counted if covered >= INDEX_COVERAGE else None


def everywhere(aggregation: str) -> dict[str, str]:
    return {dimension: aggregation for dimension, _ in FRAMEWORK}


PUBLISHED = {code: float(entry["weight"]) for code, entry in INDICATORS.items()}
POINTS_OF_DIMENSIONS = {dimension: float(weight) for dimension, weight in FRAMEWORK}


def ranking(scores: dict[str, float]) -> dict[str, int]:
    """Without persons every tie is decided by the code."""
    ordered = sorted(scores, key=lambda insurer: (-round(scores[insurer], 6), insurer))
    return {insurer: place for place, insurer in enumerate(ordered, start=1)}


def official(wave: str) -> dict[str, float | None]:
    """The published index of every insurer of the wave, before adjustments."""
    in_dimension = MIXED_AGGREGATIONS if wave == MIXED else everywhere("arithmetic")
    across = MIXED_INDEX if wave == MIXED else "arithmetic"
    counted = {insurer: published_scores(wave, insurer) for insurer in [*INSURERS, YOUNG]}
    return {
        insurer: None if scores is None else index(scores, PUBLISHED, in_dimension, across)
        for insurer, scores in counted.items()
    }


def adjusted(scores: dict[str, float]) -> dict[str, float]:
    return {insurer: clip(score + POINTS.get(insurer, 0)) for insurer, score in scores.items()}


@pytest.mark.parametrize("wave", WAVES)
def test_scores_under_every_normalisation_and_aggregation_agree(
    connection: duckdb.DuckDBPyConnection, wave: str
) -> None:
    rows = connection.execute(
        "select indicator_code, insurer_id, score, disclosure_status from marts.fct_indicator_scores "
        "where wave_id = ? and insurer_id <> 'industry'",
        [wave],
    ).fetchall()
    assert len(rows) == len(INDICATORS) * (len(INSURERS) + 1)
    for code, insurer, score, status in rows:
        assert score == near(normalised(wave, code, insurer, normalisation_of(wave, code))), (code, insurer)
        has_value = (wave, code, insurer) in VALUES
        assert status == ("published" if has_value else "not_available")
    found = dict(
        connection.execute(
            "select insurer_id, unadjusted_score from intermediate.int_index_scores_aggregated "
            "where wave_id = ?",
            [wave],
        ).fetchall()
    )
    assert found == {insurer: near(score) for insurer, score in official(wave).items()}


def test_the_methods_meet_zeros_ties_gaps_and_constants(connection: duckdb.DuckDBPyConnection) -> None:
    statuses = set(
        connection.execute(
            "select indicator_code, normalisation, normalisation_status "
            "from intermediate.int_normalisation_posts_resolved where wave_id = ?",
            [PLAIN],
        ).fetchall()
    )
    assert {
        ("k6", "z_score", "few_insurers"),
        ("k8", "min_max", "constant"),
        ("k5", "leader_distance", "no_leader"),
    } <= (statuses)
    zeros = connection.execute(
        "select count(*) from intermediate.int_scheme_scores_normalised "
        "where normalisation = 'goalposts' and score < 1"
    ).fetchone()
    assert zeros[0] > 0


@pytest.mark.parametrize("wave", WAVES)
def test_contributions_add_up_whatever_the_aggregation(
    connection: duckdb.DuckDBPyConnection, wave: str
) -> None:
    given: dict[str, float] = defaultdict(float)
    rows = connection.execute(
        "select insurer_id, contribution_points from intermediate.int_score_contributions_split "
        "where wave_id = ? and insurer_id <> 'industry'",
        [wave],
    ).fetchall()
    for insurer, points in rows:
        given[insurer] += points
    assert dict(given) == {
        insurer: near(score) for insurer, score in official(wave).items() if score is not None
    }


def test_slopes_are_what_a_small_change_of_one_score_makes_of_the_index(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = connection.execute(
        "select insurer_id, indicator_code, score, index_share from intermediate.int_score_slopes_resolved "
        "where wave_id = ?",
        [MIXED],
    ).fetchall()
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for insurer, code, score, _ in rows:
        scores[insurer][code] = score
    step, compared = 1e-4, 0
    for insurer, code, score, share in rows:
        # On the floor the two sides differ.
        if share is None or abs(score - FLOOR) < 1:
            continue
        ends = [
            index({**scores[insurer], code: score + change}, PUBLISHED, MIXED_AGGREGATIONS, MIXED_INDEX)
            for change in (-step, step)
        ]
        assert share == pytest.approx((ends[1] - ends[0]) / (2 * step), abs=1e-6), (insurer, code)
        compared += 1
    assert compared > 60


def weight_sets(connection: duckdb.DuckDBPyConnection, wave: str) -> dict[str, dict[str, float]]:
    """Weights by scheme; framework and equal ones are not read but computed."""
    sets: dict[str, dict[str, float]] = defaultdict(dict)
    for scheme, code, weight in connection.execute(
        "select weight_scheme, indicator_code, scheme_weight "
        "from intermediate.int_indicator_weights_resolved where wave_id = ?",
        [wave],
    ).fetchall():
        sets[scheme][code] = weight or 0.0
    sets["framework"] = PUBLISHED
    sets["equal"] = dict.fromkeys(INDICATORS, 100 / len(INDICATORS))
    return sets


def test_every_cell_of_the_grid_agrees(connection: duckdb.DuckDBPyConnection) -> None:
    invalid = {
        (row["normalisation"], row["aggregation"])
        for row in read_rows(default_folder(PROJECT) / "invalid_schemes.csv")
    }
    sets, published_ranks = (
        weight_sets(connection, PLAIN),
        ranking({insurer: score for insurer, score in adjusted(official(PLAIN)).items() if insurer != YOUNG}),
    )
    found: dict[tuple, dict[str, tuple[float, int]]] = defaultdict(dict)
    for *cell, insurer, score, rank in connection.execute(
        "select weight_scheme, normalisation, aggregation, has_auxiliary, insurer_id, score, scheme_rank "
        "from intermediate.int_scheme_ranks_ordered where wave_id = ?",
        [PLAIN],
    ).fetchall():
        found[tuple(cell)][insurer] = (score, rank)
    rows = connection.execute(
        "select weight_scheme, normalisation, aggregation, has_auxiliary, scheme_status, "
        "mean_absolute_shift, largest_shift, rank_correlation from marts.rpt_scheme_sensitivity "
        "where wave_id = ?",
        [PLAIN],
    ).fetchall()
    assert len(rows) == 6 * 5 * 4 * 2
    computed = 0
    for scheme, normalisation, aggregation, has_auxiliary, status, shift, largest, correlation in rows:
        cell = (scheme, normalisation, aggregation, has_auxiliary)
        if (normalisation, aggregation) in invalid or not any(sets[scheme].values()):
            wanted = "invalid" if (normalisation, aggregation) in invalid else "no_weights"
            assert status == wanted and cell not in found and shift is None, cell
            continue
        counted = {
            code: weight
            for code, weight in sets[scheme].items()
            if has_auxiliary or INDICATORS[code]["role"] != "auxiliary"
        }
        totals: dict[str, float] = defaultdict(float)
        for code, weight in sets[scheme].items():
            totals[INDICATORS[code]["dimension"]] += weight
        scores = adjusted(
            {
                insurer: index(
                    {
                        code: normalised(PLAIN, code, insurer, normalisation)
                        for code in published_scores(PLAIN, insurer)
                    },
                    counted,
                    everywhere(aggregation),
                    aggregation,
                    totals,
                )
                for insurer in INSURERS
            }
        )
        ranks = ranking(scores)
        assert found[cell] == {insurer: (near(scores[insurer]), ranks[insurer]) for insurer in INSURERS}, cell
        moves = [abs(ranks[insurer] - published_ranks[insurer]) for insurer in INSURERS]
        count = len(INSURERS)
        rho = 1 - 6 * sum(move**2 for move in moves) / (count * (count**2 - 1))
        assert (status, shift, largest, correlation) == (
            "computed",
            near(mean(moves)),
            max(moves),
            near(rho),
        ), cell
        computed += 1
    # Five sets of weights, since nobody judged in pairs, and 13 of the 20 combinations.
    assert computed == 5 * 13 * 2


def explained(cells: list[tuple[tuple, float]], known: frozenset[int]) -> float:
    """Variance of the conditional means of the shift, every computed cell counting the same."""
    groups: dict[tuple, list[float]] = defaultdict(list)
    for levels, shift in cells:
        groups[tuple(levels[factor] for factor in sorted(known))].append(shift)
    overall = mean(shift for _, shift in cells)
    return sum(len(group) * (mean(group) - overall) ** 2 for group in groups.values()) / len(cells)


def test_variance_shares_are_averages_over_all_orders_and_add_up_to_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        (tuple(levels), shift)
        for *levels, shift in connection.execute(
            "select weight_scheme, normalisation, aggregation, has_auxiliary, mean_absolute_shift "
            "from marts.rpt_scheme_sensitivity where wave_id = ? and scheme_status = 'computed'",
            [PLAIN],
        ).fetchall()
    ]
    names = ["weight_scheme", "normalisation", "aggregation", "has_auxiliary"]
    everything = frozenset(range(len(names)))
    total = explained(cells, everything)
    added = dict.fromkeys(names, 0.0)
    orders = list(permutations(everything))
    for order in orders:
        for place, factor in enumerate(order):
            before = frozenset(order[:place])
            added[names[factor]] += explained(cells, before | {factor}) - explained(cells, before)
    rows = connection.execute(
        "select factor, scheme_count, shift_variance, first_order_share, total_share, variance_share "
        "from marts.rpt_scheme_variance where wave_id = ?",
        [PLAIN],
    ).fetchall()
    assert len(rows) == len(names)
    for name, count, variance, first, final, share in rows:
        factor = names.index(name)
        assert (count, variance) == (len(cells), near(total))
        assert first == near(explained(cells, frozenset({factor})) / total)
        assert final == near(1 - explained(cells, everything - {factor}) / total)
        assert share == near(added[name] / len(orders) / total)
        assert share > 0.001
    assert sum(row[-1] for row in rows) == near(1)


def quantiles(ranks: list[int]) -> tuple[object, int, int]:
    ordered, count = sorted(ranks), len(ranks)
    outside = max(math.ceil(round(count * 0.05, 6)), 1)
    return pytest.approx(median(ordered)), ordered[outside - 1], ordered[count - outside]


def test_ranks_over_schemes_and_draws_agree(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    draws = [
        [float(text) for text in row["drawn_weights"].split(" ")]
        for row in read_rows(paths.framework_source / "weight_draws.csv")
        if row["framework_version"] == PLAIN and row["draw_number"] != "0"
    ]
    assert len(draws) == DRAWS
    scores = {insurer: published_scores(PLAIN, insurer) for insurer in INSURERS}
    over_draws: dict[str, list[int]] = defaultdict(list)
    for draw in draws:
        weights = dict(zip(sorted(INDICATORS), draw, strict=True))
        drawn = {
            insurer: index(scores[insurer], weights, everywhere("arithmetic"), "arithmetic")
            for insurer in INSURERS
        }
        for insurer, rank in ranking(adjusted(drawn)).items():
            over_draws[insurer].append(rank)
    over_schemes: dict[str, list[int]] = defaultdict(list)
    for insurer, rank in connection.execute(
        "select insurer_id, scheme_rank from intermediate.int_scheme_ranks_ordered where wave_id = ?", [PLAIN]
    ).fetchall():
        over_schemes[insurer].append(rank)
    rows = connection.execute(
        "select insurer_id, scheme_rank_median, scheme_rank_low, scheme_rank_high, draw_status, draw_count, "
        "draw_rank_median, draw_rank_low, draw_rank_high from marts.rpt_rank_robustness where wave_id = ?",
        [PLAIN],
    ).fetchall()
    assert {row[0] for row in rows} == set(INSURERS)
    for insurer, *of_schemes, status, count, middle, low, high in rows:
        assert tuple(of_schemes) == quantiles(over_schemes[insurer]), insurer
        assert (status, count) == ("computed", DRAWS)
        assert (middle, low, high) == quantiles(over_draws[insurer]), insurer
    assert any(low < high for *_, low, high in rows)


def test_draws_that_are_missing_or_of_other_weights_are_not_used(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for wave, status in ((MIXED, "outdated"), (RANKED, "no_draws")):
        found = connection.execute(
            "select distinct draw_status, draw_count, draw_rank_median from marts.rpt_rank_robustness "
            "where wave_id = ?",
            [wave],
        ).fetchall()
        assert found == [(status, 0, None)]


def test_omissions_agree(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select indicator_code, mean_absolute_shift, largest_shift from marts.rpt_indicator_omission "
        "where wave_id = ?",
        [PLAIN],
    ).fetchall()
    assert {row[0] for row in rows} == set(INDICATORS)
    published_ranks = ranking(
        {insurer: score for insurer, score in adjusted(official(PLAIN)).items() if insurer != YOUNG}
    )
    for omitted, shift, largest in rows:
        weights = {code: weight for code, weight in PUBLISHED.items() if code != omitted}
        ranks = ranking(
            adjusted(
                {
                    insurer: index(
                        published_scores(PLAIN, insurer),
                        weights,
                        everywhere("arithmetic"),
                        "arithmetic",
                        POINTS_OF_DIMENSIONS,
                    )
                    for insurer in INSURERS
                }
            )
        )
        moves = [abs(ranks[insurer] - published_ranks[insurer]) for insurer in INSURERS]
        assert (shift, largest) == (near(mean(moves)), max(moves)), omitted


def test_draws_are_repeatable_and_spread_as_their_concentration_says(tmp_path: Path) -> None:
    folder = tmp_path / "framework"
    write_own_framework(folder)
    change_rules(folder, {"weight_draw_count": 2000})
    paths = Paths(project=PROJECT, data=tmp_path / "data", framework_source=folder)
    file = folder / "weight_draws.csv"
    # A broken or missing file of draws is what the command repairs.
    file.unlink()
    summary = write_draws(paths)
    assert (summary.file, summary.draws, summary.versions) == (file, 2000, list(WAVES))
    first = file.read_text(encoding="utf-8")
    write_draws(paths)
    assert file.read_text(encoding="utf-8") == first
    check_framework(folder, PROJECT)
    rows = [row for row in read_rows(file) if row["framework_version"] == PLAIN and row["draw_number"] != "0"]
    columns = list(
        zip(*([float(text) for text in row["drawn_weights"].split(" ")] for row in rows), strict=True)
    )
    concentration = float(rows[0]["concentration"])
    for code, column in zip(sorted(INDICATORS), columns, strict=True):
        share = PUBLISHED[code] / 100
        error = math.sqrt(share * (1 - share) / (concentration + 1))
        assert mean(column) / 100 == pytest.approx(share, abs=4 * error / math.sqrt(len(rows)))
        assert stdev(column) / 100 == pytest.approx(error, rel=0.1)


def test_the_draws_of_the_project_are_those_of_its_framework(tmp_path: Path) -> None:
    folder = tmp_path / "framework"
    shutil.copytree(default_folder(PROJECT), folder)
    write_draws(Paths(project=PROJECT, data=tmp_path / "data", framework_source=folder))
    name = "weight_draws.csv"
    stored = (default_folder(PROJECT) / name).read_text(encoding="utf-8")
    assert (folder / name).read_text(encoding="utf-8") == stored


def test_a_combination_that_means_nothing_stops_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "framework"
    write_own_framework(folder)
    file = folder / "dimensions.csv"
    rows = read_rows(file)
    for row in rows:
        if (row["framework_version"], row["dimension_code"]) == (MIXED, "d"):
            row["aggregation"] = "geometric"
    write(file, list(rows[0]), rows)
    with pytest.raises(FrameworkError) as caught:
        check_framework(folder, PROJECT)
    problems = str(caught.value).splitlines()
    assert len(problems) == 2
    assert "'min_max' does not go with the geometric aggregation of dimension d in" in problems[0]
    assert "'z_score'" in problems[1] and "no natural zero" in problems[1]
