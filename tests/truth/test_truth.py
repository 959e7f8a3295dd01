"""The statistical claims, each against simulated data whose truth is known. `make truth` runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from blocks import block_results
from comparison import INSIDE, OUTSIDE, REPORTED, Result, table
from coverage import contrast_results, coverage_results, rank_results
from simulation import Design

from csat.paths import Paths

pytestmark = pytest.mark.truth

Show = Callable[[str, Sequence[Result]], Sequence[Result]]


def assert_all(results: Sequence[Result], *verdicts: str) -> None:
    others = [result for result in results if result.verdict not in verdicts]
    if others:
        pytest.fail(f"{len(others)} rows are not {' or '.join(verdicts)}\n{table(others)}", pytrace=False)


def test_intervals_cover_the_truth(coverage_paths: Paths, design: Design, show: Show) -> None:
    assert_all(show("coverage", coverage_results(coverage_paths, design)), INSIDE, REPORTED)


def test_intervals_that_leave_something_out_fail_the_same_test(coverage_paths: Paths, show: Show) -> None:
    assert_all(show("contrasts", contrast_results(coverage_paths)), OUTSIDE)


def test_rank_intervals_hold_the_true_rank_of_every_insurer(
    coverage_paths: Paths, design: Design, show: Show
) -> None:
    assert_all(show("ranks", rank_results(coverage_paths, design.chains[:3])), INSIDE)


def test_the_index_of_the_sample_covers_its_truth(blocks_paths: Paths, blocks: int, show: Show) -> None:
    assert_all(show("blocks", block_results(blocks_paths, blocks)), INSIDE)
