"""A survey of bank customers: 27 items on 0 to 10 that measure six constructs of a satisfaction model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import mean

import pytest
from real_case import mapping_folder, public_file, published_case, query_published, read_public

from csat.paths import Paths

pytestmark = pytest.mark.real

FILE = "survey_bank_ecsi_dev.csv.gz"
# Construct, the beginning of its items' names, and its weight.
CONSTRUCTS = {
    "image": ("imag", 16),
    "expectation": ("expe", 16),
    "quality": ("qual", 17),
    "value": ("val", 17),
    "satisfaction": ("sat", 17),
    "loyalty": ("loy", 17),
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    files = {public_file(FILE): mapping_folder("bank")}
    with published_case("bank", tmp_path_factory.mktemp("bank"), files, {"bank": "Bank"}) as case:
        yield case[0]


@pytest.fixture(scope="module")
def constructs() -> dict[tuple[str, str, str], list[float]]:
    """Return each person's mean of a construct's items, by segment type, segment and construct."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in read_public(public_file(FILE)):
        for construct, (beginning, _) in CONSTRUCTS.items():
            items = [int(text) for name, text in row.items() if name.rstrip("0123456789") == beginning]
            for segment in (("all", "all"), ("gender", row["gender"])):
                found[(*segment, construct)].append(mean(items))
    return found


def test_means_of_constructs_are_those_of_a_group_by(
    bank: Paths, constructs: dict[tuple[str, str, str], list[float]]
) -> None:
    published = query_published(
        bank,
        "select segment_type, segment_code, indicator_code, value, base_count from fct_indicator_scores "
        "where insurer_id = 'bank' and segment_code <> 'unknown'",
    )
    assert {tuple(row[:3]) for row in published} == set(constructs)
    assert len(published) == 6 * 3
    for *key, value, base_count in published:
        scores = constructs[tuple(key)]
        assert value == pytest.approx(mean(scores), rel=0, abs=1e-9), key
        assert base_count == len(scores), key


def test_the_index_is_the_weighted_mean_of_the_constructs(
    bank: Paths, constructs: dict[tuple[str, str, str], list[float]]
) -> None:
    expected = sum(
        weight * 10 * mean(constructs["all", "all", construct])
        for construct, (_, weight) in CONSTRUCTS.items()
    )
    [(score,)] = query_published(
        bank, "select score from fct_index_scores where insurer_id = 'bank' and segment_type = 'all'"
    )
    assert score == pytest.approx(expected / 100, rel=0, abs=1e-9)
