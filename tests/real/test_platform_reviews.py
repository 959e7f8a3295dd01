"""Posts of two platforms: reviews of French insurers with stars, and three complaints of 黑猫投诉 without."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import mean
from typing import Any

import pytest
from real_case import (
    installation,
    mapping_folder,
    public_file,
    published_case,
    query,
    query_published,
    read_public,
    run_csat,
)

from csat.paths import Paths

pytestmark = pytest.mark.real

REVIEWS, COMPLAINTS = "reviews_insurers_fr_dev.csv.gz", "heimao_sample_dev.csv.gz"
PERSONS_MIN = 10
Case = tuple[Paths, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def stars() -> dict[tuple[str, str], list[float]]:
    """Return the stars of the reviews by year and insurer."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read_public(public_file(REVIEWS)):
        found[row["date_publication"][-4:], row["assureur"]].append(float(row["note"]))
    return found


@pytest.fixture(scope="module")
def platforms(
    stars: dict[tuple[str, str], list[float]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    """The complaints are mapped as csat inspect proposes, unchanged."""
    folder, complaints = tmp_path_factory.mktemp("reviews"), public_file(COMPLAINTS)
    proposed = folder / "mapping"
    (folder / "looked_at").mkdir()
    with installation("reviews", folder / "looked_at") as paths:
        printed = run_csat(paths, "inspect", str(complaints), "--mapping", str(proposed))
        assert "an export of 黑猫投诉" in printed
    names = {insurer for _, insurer in stars} | {row["title"] for row in read_public(complaints)}
    files = {public_file(REVIEWS): mapping_folder("reviews"), complaints: proposed}
    with published_case("reviews", folder, files, {name: name for name in sorted(names)}) as case:
        yield case


def test_every_post_is_accepted_and_used_or_has_a_reason(
    platforms: Case, stars: dict[tuple[str, str], list[float]]
) -> None:
    """No complaint says when it was passed on or resolved, so none has a place in the share resolved."""
    reviews, complaints = sum(map(len, stars.values())), len(read_public(public_file(COMPLAINTS)))
    assert (reviews, complaints) == (6005, 3)
    counts = {name: (table["read"], table["accepted"]) for name, table in platforms[1].items()}
    assert counts == {REVIEWS: (reviews, reviews), COMPLAINTS: (complaints, complaints)}
    assert query_published(
        platforms[0],
        "select rows_used, rows_excluded from rpt_rows_reconciled where table_address = 'reviews.posts'",
    ) == [(reviews, complaints)]
    assert query_published(
        platforms[0], "select table_address, reason_code, row_count from rpt_rows_rejected"
    ) == [("reviews.posts", "no_measure_applies", complaints)]


def test_mean_stars_by_insurer_and_year_are_those_of_a_group_by(
    platforms: Case, stars: dict[tuple[str, str], list[float]]
) -> None:
    published = query_published(
        platforms[0],
        "select wave_id, insurer_id, value, base_count, disclosure_status from fct_indicator_scores "
        "where indicator_code = 'stars' and insurer_id <> 'industry' and segment_type = 'all' "
        "and disclosure_status <> 'not_available'",
    )
    assert {tuple(row[:2]) for row in published} == set(stars)
    shown = [row for row in published if row[4] == "published"]
    enough = {key for key, given in stars.items() if len(given) >= PERSONS_MIN}
    assert {tuple(row[:2]) for row in shown} == enough
    assert 0 < len(enough) < len(stars)
    for year, insurer, value, base_count, _ in shown:
        given = stars[year, insurer]
        assert value == pytest.approx(mean(given), rel=0, abs=1e-9), (year, insurer)
        assert base_count == len(given), (year, insurer)
    assert {row[2:] for row in published if row not in shown} == {(None, None, "small_n")}


def test_complaints_by_merchant_and_month_are_those_of_a_group_by(platforms: Case) -> None:
    expected = Counter((row["title"], row["date"][:7]) for row in read_public(public_file(COMPLAINTS)))
    found = query(
        platforms[0],
        "select insurer_id, strftime(posted_at + interval 8 hours, '%Y-%m'), count(*) "
        "from intermediate.int_posts_matched where platform_code = 'heimao' group by all",
    )
    assert {tuple(row[:2]): row[2] for row in found} == expected


def test_nothing_is_scored_that_was_not_said(platforms: Case) -> None:
    assert query_published(
        platforms[0],
        "select count(*) from fct_indicator_scores where indicator_code = 'resolved' and value is not null",
    ) == [(0,)]
