"""Precision and recall of the masking on the labelled texts, by the rules of the README of this folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from test_texts import CLASSES, HELD_OUT, TEXTS, Span, Text, read_texts

from csat.gate.identities import find_identities
from csat.gate.mask import mask_array, mask_text

# Class: least recall and least precision.
WANTED = {
    "id_card": (0.99, 0.99),
    "bank_card": (0.99, 0.99),
    "mobile": (0.98, 0.95),
    "landline": (0.98, 0.95),
    "email": (0.98, 0.95),
    "plate": (0.98, 0.95),
    "name": (0.95, 0.95),
}
WANTED_OF_EVASIONS = 0.80
# Of an address the province, the city and the district may stay.
ADDRESS_PART = 0.6


class Score:
    """Spans and found ones per (kind of text, class), masks and right ones per class, over all texts."""

    def __init__(self, texts: list[Text]) -> None:
        self.spans: Counter[tuple[str, str]] = Counter()
        self.found: Counter[tuple[str, str]] = Counter()
        self.masks: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        for text in texts:
            self._add(text)

    def _add(self, text: Text) -> None:
        masks = find_identities(text.text)
        hidden = {at for mask in masks for at in range(mask.start, mask.end)}
        for span in text.spans:
            key = (text.kind, span.kind_of_identity)
            self.spans[key] += 1
            self.found[key] += is_found(text.text, span, hidden)
        labelled = {at for span in text.spans for at in range(span.start, span.end)}
        for mask in masks:
            self.masks[mask.kind] += 1
            self.right[mask.kind] += not labelled.isdisjoint(range(mask.start, mask.end))

    def recall(self, kind: str, class_: str) -> float:
        return self.found[kind, class_] / max(1, self.spans[kind, class_])

    def precision(self, class_: str) -> float:
        return self.right[class_] / max(1, self.masks[class_])

    def recall_of_evasions(self) -> float:
        keys = [key for key in self.spans if key[0] == "evasion"]
        return sum(self.found[key] for key in keys) / sum(self.spans[key] for key in keys)

    def table(self) -> str:
        lines = [f"{'class':<14}{'recall':>8}{'evasions':>10}{'precision':>11}"]
        lines += [
            f"{class_:<14}{self.recall('positive', class_):>8.3f}{self.recall('evasion', class_):>10.3f}"
            f"{self.precision(class_):>11.3f}"
            for class_ in CLASSES
        ]
        return "\n".join([*lines, f"{'all evasions':<22}{self.recall_of_evasions():>10.3f}"])


def is_found(text: str, span: Span, hidden: set[int]) -> bool:
    """Whether no letter, figure or character of a span stays readable."""
    needed = [at for at in range(span.start, span.end) if text[at].isalnum()]
    if span.kind_of_identity == "address":
        return sum(at in hidden for at in needed) >= ADDRESS_PART * len(needed)
    if span.kind_of_identity == "name" and len(needed) == 2 and text[needed[0]] == "小":
        needed = needed[1:]
    return hidden.issuperset(needed)


@pytest.fixture(scope="module", params=[TEXTS, HELD_OUT], ids=lambda path: path.stem)
def score(request: pytest.FixtureRequest) -> Score:
    return Score(read_texts(request.param))


@pytest.mark.parametrize("class_", WANTED)
def test_recall_and_precision_of_a_class(score: Score, class_: str) -> None:
    recall, precision = WANTED[class_]
    assert score.recall("positive", class_) >= recall, score.table()
    assert score.precision(class_) >= precision, score.table()


@pytest.mark.parametrize("path", [TEXTS, HELD_OUT], ids=lambda path: path.stem)
def test_the_quick_looks_over_an_array_miss_nothing(path: Path) -> None:
    texts = [text.text for text in read_texts(path)]
    assert mask_array(pa.array(texts)).to_pylist() == [mask_text(text) for text in texts]


def test_recall_of_evasions(score: Score) -> None:
    assert score.recall_of_evasions() >= WANTED_OF_EVASIONS, score.table()


if __name__ == "__main__":
    for labelled in (TEXTS, HELD_OUT):
        print(f"{labelled.name}\n{Score(read_texts(labelled)).table()}\n")
