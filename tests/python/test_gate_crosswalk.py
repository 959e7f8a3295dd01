"""Which customers are one person: the linking rules on small graphs."""

from __future__ import annotations

import random

import numpy as np
import pytest

from csat.gate.crosswalk import components, link_persons

Links = list[tuple[int, int]]


def persons(count: int, phones: Links, cards: Links) -> tuple[list[int], list[int], list[int]]:
    """Return the person of each customer and the positions of the two kinds of dropped phone links."""
    person, ambiguous, torn = link_persons(
        count,
        np.array(phones, dtype=np.int64).reshape(-1, 2),
        np.array(cards, dtype=np.int64).reshape(-1, 2),
    )
    return person.tolist(), np.flatnonzero(ambiguous).tolist(), np.flatnonzero(torn).tolist()


def test_components_of_a_long_chain() -> None:
    nodes = np.random.default_rng(1).permutation(5_000)
    assert set(components(5_000, nodes[:-1], nodes[1:])) == {0}


@pytest.mark.parametrize(
    ("phones", "cards", "expected"),
    [
        pytest.param([], [], [0, 1, 2, 3], id="nothing shared"),
        pytest.param([(0, 0), (1, 0)], [], [0, 0, 2, 3], id="a phone shared"),
        pytest.param([], [(1, 0), (3, 0)], [0, 1, 2, 1], id="a card shared"),
        pytest.param([(0, 0), (1, 0), (1, 1), (2, 1)], [], [0, 0, 0, 3], id="a chain of phones"),
        pytest.param([(0, 0), (1, 0)], [(1, 0), (2, 0)], [0, 0, 0, 3], id="phone then card"),
        pytest.param([(0, 0), (1, 0)], [(0, 0)], [0, 0, 2, 3], id="one of two has a card"),
    ],
)
def test_shared_tokens_link(phones: Links, cards: Links, expected: list[int]) -> None:
    assert persons(4, phones, cards) == (expected, [], [])


def test_a_phone_that_touches_two_cards_links_nothing() -> None:
    phones = [(0, 0), (1, 0), (2, 0)]
    assert persons(3, phones, [(0, 0), (1, 1)]) == ([0, 1, 2], [0, 1, 2], [])


def test_a_person_who_would_hold_two_cards_loses_phone_links_only() -> None:
    # 0 and 4 share card 0; phones 0 and 1 chain 0-1-2, and 2 holds card 1: no phone touches both cards.
    phones = [(0, 0), (1, 0), (1, 1), (2, 1), (3, 2), (5, 2)]
    cards = [(0, 0), (4, 0), (2, 1)]
    assert persons(6, phones, cards) == ([0, 1, 2, 3, 0, 3], [], [0, 1, 2, 3])


def test_a_customer_with_two_cards_keeps_the_card_links() -> None:
    assert persons(3, [], [(0, 0), (0, 1), (1, 0), (2, 1)]) == ([0, 0, 0], [], [])


def test_the_order_of_the_links_does_not_matter() -> None:
    rng = random.Random(7)
    phones = sorted({(rng.randrange(200), rng.randrange(120)) for _ in range(220)})
    cards = sorted({(rng.randrange(200), rng.randrange(150)) for _ in range(120)})
    expected = persons(200, phones, cards)[0]
    for _ in range(5):
        rng.shuffle(phones)
        rng.shuffle(cards)
        assert persons(200, phones, cards)[0] == expected
