"""Settled injury claims of an Australian portfolio, dated by the months of report and settlement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from statistics import mean, median
from typing import Any

import pytest
from real_case import mapping_folder, public_file, published_case, query_published, read_public

from csat.paths import Paths

pytestmark = pytest.mark.real

FILE = "claims_injury_au_dev.csv.gz"


@pytest.fixture(scope="module")
def australia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Paths, dict[str, dict[str, Any]]]]:
    folder, files = tmp_path_factory.mktemp("australia"), {public_file(FILE): mapping_folder("australia")}
    with published_case("australia", folder, files, {"portfolio": "Portfolio"}) as case:
        yield case


def test_every_claim_is_accepted(australia: tuple[Paths, dict[str, dict[str, Any]]]) -> None:
    table = australia[1][FILE]
    assert (table["table"], table["read"], table["accepted"]) == ("claims.claims", 11154, 11154)


def test_days_to_settlement_by_year_are_those_of_a_group_by(
    australia: tuple[Paths, dict[str, dict[str, Any]]],
) -> None:
    expected: dict[str, list[int]] = defaultdict(list)
    for row in read_public(public_file(FILE)):
        days = date.fromisoformat(row["FinDate"]) - date.fromisoformat(row["ReportDate"])
        expected[row["FinDate"][:4]].append(days.days)
    published = query_published(
        australia[0],
        "select wave_id, value, median_value, base_count, disclosure_status from fct_indicator_scores "
        "where insurer_id = 'portfolio' and segment_type = 'all'",
    )
    assert {row[0] for row in published} == set(expected) == {str(year) for year in range(1993, 2000)}
    for year, value, middle, base_count, status in published:
        days = expected[year]
        assert value == pytest.approx(mean(days), rel=0, abs=1e-9), year
        assert middle == pytest.approx(median(days), rel=0, abs=1e-9), year
        assert (base_count, status) == (len(days), "published"), year
