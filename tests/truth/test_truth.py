"""The statistical claims, each against simulated data whose truth is known. `make truth` runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from blocks import block_results
from comparison import INSIDE, MISSING, REPORTED, TOO_LITTLE, TOO_MUCH, Result, table
from coverage import contrast_results, coverage_results, rank_results
from installation import truth_scale
from simulation import Design

from csat.paths import Paths

pytestmark = pytest.mark.truth

Show = Callable[[str, Sequence[Result]], Sequence[Result]]

# Samples of every case in full: its share has a standard error of half a percentage point.
SAMPLES = 2_000
# What the intervals that leave something out do wrong.
CONTRASTS = {"index without covariances": TOO_LITTLE, "raked mean with fixed weights": TOO_MUCH}


def assert_all(results: Sequence[Result], *verdicts: str) -> None:
    """Fail on rows with another verdict; in a trial run, too small for verdicts, on missing ones only."""
    is_trial = truth_scale() < 1
    assert results
    others = [
        result
        for result in results
        if (result.verdict == MISSING if is_trial else result.verdict not in verdicts)
    ]
    if others:
        pytest.fail(f"{len(others)} rows are not {' or '.join(verdicts)}\n{table(others)}", pytrace=False)


def assert_enough(results: Sequence[Result]) -> None:
    few = [result for result in results if result.samples < SAMPLES]
    if few and truth_scale() >= 1:
        pytest.fail(f"{len(few)} rows rest on fewer than {SAMPLES:,} samples\n{table(few)}", pytrace=False)


def test_intervals_cover_the_truth(coverage_paths: Paths, design: Design, show: Show) -> None:
    results = show("coverage", coverage_results(coverage_paths, design))
    assert_enough(results)
    assert_all(results, INSIDE, REPORTED)


def test_intervals_that_leave_something_out_fail_the_same_test(coverage_paths: Paths, show: Show) -> None:
    results = show("contrasts", contrast_results(coverage_paths))
    assert {result.case for result in results} == set(CONTRASTS)
    assert_enough(results)
    for result in results:
        assert_all([result], CONTRASTS[result.case])


def test_rank_intervals_hold_the_true_rank_of_every_insurer(
    coverage_paths: Paths, design: Design, show: Show
) -> None:
    assert_all(show("ranks", rank_results(coverage_paths, design.chains[:3])), INSIDE)


def test_the_index_of_the_sample_covers_its_truth(blocks_paths: Paths, blocks: int, show: Show) -> None:
    assert_all(show("blocks", block_results(blocks_paths, blocks)), INSIDE)
