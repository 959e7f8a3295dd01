"""Complaint ratios of car insurers as the New York regulator published them, with his ranks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from real_case import (
    framework_bytes,
    installation,
    mapping_folder,
    public_file,
    query,
    read_public,
    run_csat,
    write_insurers,
)

from csat.paths import Paths

pytestmark = pytest.mark.real

FILE = "complaint_ranking_ny_auto_dev.csv.gz"
# Its rows of 2014 hold an insurer twice and give rank 26 twice, so the ranks that follow are off by one.
YEAR_OUT_OF_ORDER = "2014"


@dataclass(frozen=True)
class NewYork:
    """The published rows, what the gate said of them and the installation that measured them."""

    published: list[dict[str, str]]
    gated: list[dict]
    paths: Paths


@pytest.fixture(scope="module")
def new_york(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewYork]:
    """Run the command line as a user would."""
    file = public_file(FILE)
    published = read_public(file)
    with installation("new_york", tmp_path_factory.mktemp("new_york")) as paths:
        before = framework_bytes(paths)
        insurers = write_insurers(paths, {row["NAIC"]: row["Company_Name"] for row in published})
        run_csat(paths, "gate", str(insurers), "--source", "policy.insurers")
        printed = run_csat(paths, "gate", str(file), "--mapping", str(mapping_folder("new_york")), "--json")
        # Published figures hold no event, so the moment up to which data count must be said.
        run_csat(paths, "build", "--as-of", "2016-12-31")
        assert framework_bytes(paths) == before
        yield NewYork(published, json.loads(printed)["tables"], paths)


def measured(new_york: NewYork) -> dict[tuple[str, str], tuple[float, int]]:
    """Return value and rank by year and insurer."""
    rows = query(
        new_york.paths,
        "select wave_id, insurer_id, value, rank from marts.fct_indicator_scores "
        "where indicator_code = 'upheld_ratio' and insurer_id <> 'industry' and segment_type = 'all'",
    )
    return {(wave_id, insurer_id): (value, rank) for wave_id, insurer_id, value, rank in rows}


def test_of_two_figures_for_one_year_the_second_is_refused(new_york: NewYork) -> None:
    [table] = new_york.gated
    assert (table["read"], table["accepted"]) == (len(new_york.published), len(new_york.published) - 1)
    assert table["reasons"] == [{"column": "", "reason": "key_conflict", "rows": 1}]


def test_every_rank_is_the_published_one(new_york: NewYork) -> None:
    found = measured(new_york)
    expected = {
        (row["Filing_Year"], row["NAIC"]): int(row["Rank"])
        for row in new_york.published
        if row["Filing_Year"] != YEAR_OUT_OF_ORDER
    }
    assert len(expected) == 1188
    assert {key: rank for key, (_, rank) in found.items() if key[0] != YEAR_OUT_OF_ORDER} == expected


def test_every_ratio_is_the_published_one_within_the_rounding_of_both(new_york: NewYork) -> None:
    found = measured(new_york)
    first_rows: dict[tuple[str, str], dict[str, str]] = {}
    for row in new_york.published:
        first_rows.setdefault((row["Filing_Year"], row["NAIC"]), row)
    assert found.keys() == first_rows.keys()
    for key, row in first_rows.items():
        upheld, premium, ratio = (
            float(row[column]) for column in ("Upheld_Complaints", "Premiums_Written", "Ratio")
        )
        value, _ = found[key]
        assert value == pytest.approx(upheld / premium, rel=0, abs=1e-9), key
        # Premiums are published in thousands of dollars, ratios at four decimals.
        rounding = upheld / (premium - 0.0005) - upheld / premium + 0.00005
        assert value == pytest.approx(ratio, rel=0, abs=rounding), key
