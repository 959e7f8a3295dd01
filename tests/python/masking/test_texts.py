"""Checks of the labelled texts themselves; what masking makes of them is measured elsewhere.

Checksums and written digits are worked out here and not borrowed from the gate: a file that is to judge the
masking must not share its mistakes.

Run as a script, the file prints the counts: .venv/bin/python tests/python/masking/test_texts.py
"""

import csv
import json
import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

TEXTS = Path(__file__).with_name("texts.csv")
# Written without a look at the patterns and kept away from their tuning: see the README.
HELD_OUT = Path(__file__).with_name("held_out.csv")
# File: least texts in all, of each kind, and least different sentences.
SIZES = {
    TEXTS: (1000, {"positive": 450, "negative": 300, "evasion": 200}, 900),
    HELD_OUT: (300, {"positive": 100, "negative": 100, "evasion": 100}, 260),
}
KINDS = ("positive", "negative", "evasion")
# Least spans of a class in the large file; the held-out one has at least a tenth of it.
CLASSES = {
    "mobile": 100,
    "landline": 100,
    "id_card": 100,
    "bank_card": 100,
    "email": 100,
    "plate": 100,
    "passport": 40,
    "wechat": 40,
    "qq": 40,
    "policy_number": 40,
    "case_number": 40,
    "address": 40,
    "name": 40,
}
WRITTEN_DIGITS = {
    digit: value
    for value, digits in enumerate(
        ["零〇洞", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖勾"]
    )
    for digit in digits
}
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Span(NamedTuple):
    """Half-open range of characters [start, end) of one identity."""

    start: int
    end: int
    kind_of_identity: str


class Text(NamedTuple):
    """One row of the file."""

    text_id: str
    kind: str
    text: str
    spans: list[Span]


def read_texts(path: Path = TEXTS) -> list[Text]:
    """Rows of the labelled file, in its order; ValueError where the header or the spans cannot be read."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle)
        if rows.fieldnames != ["text_id", "kind", "text", "spans"]:
            raise ValueError(f"{path.name}: unexpected header {rows.fieldnames}")
        return [
            Text(
                row["text_id"],
                row["kind"],
                row["text"],
                [Span(span["start"], span["end"], span["class"]) for span in json.loads(row["spans"])],
            )
            for row in rows
        ]


def plain_digits(written: str) -> str:
    """What a reader understands: '壹三⑧' is '138', letters o and l stand for 0 and 1, separators vanish."""
    digits = []
    for character in written:
        value = unicodedata.digit(character, WRITTEN_DIGITS.get(character))
        if value is None and character in "oOlI":
            value = int(character in "lI")
        if value is not None:
            digits.append(str(value))
        elif character in "xXｘＸ":
            digits.append("X")
    return "".join(digits)


def is_id_card(number: str) -> bool:
    """GB 11643: the 18 figures, weighted by powers of two, leave 1 on division by 11; X counts as ten."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    figures = [10 if figure == "X" else int(figure) for figure in number]
    return sum(figure * 2**place for place, figure in enumerate(reversed(figures))) % 11 == 1


def is_bank_card(number: str) -> bool:
    """Luhn: from the right every second figure doubled, cross sums added, the total divisible by ten."""
    if not re.fullmatch(r"\d{16,19}", number):
        return False
    doubled = [sum(divmod(2 * int(figure), 10)) for figure in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def is_mobile(digits: str) -> bool:
    return re.fullmatch(r"(00)?(86)?1[3-9]\d{9}", digits) is not None


def is_landline(written: str) -> bool:
    """Area code behind 0 or +86, eight figures (in smaller cities perhaps seven), perhaps an extension."""
    number = re.compile(r"(86|0)((10|2\d)[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})")
    without_extension = re.sub(r"[转-]\d{3,4}$", "", written)
    return any(number.fullmatch(plain_digits(w)) for w in (written, without_extension))


def is_plate(written: str) -> bool:
    letters = "".join(
        str(value) if (value := unicodedata.digit(c, WRITTEN_DIGITS.get(c))) is not None else c
        for c in unicodedata.normalize("NFKC", written)
    )
    bare = "".join(c for c in letters if c.isalnum()).upper()
    return re.fullmatch(f"[{PROVINCES}][A-Z]([A-Z0-9]{{5,6}}|\\d{{4}}[挂学警])", bare) is not None


def is_email(written: str) -> bool:
    """A local part, something that stands for @, and one of the usual endings."""
    folded = unicodedata.normalize("NFKC", written.replace("ⓐ", "@"))
    bare = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    place_sign = r"@|\(at\)|\[at\]|\{at\}|艾特| at |#|\*|圈a"
    return (
        re.fullmatch(
            rf"[\w.+-]+ ?({place_sign}) ?\w+([.-]\w+)*( ?(\.|。|,|点|dot|\[dot\]) ?[a-z]+)+", bare, re.I
        )
        is not None
    )


SHAPES = {
    "mobile": lambda written: is_mobile(plain_digits(written)),
    "landline": is_landline,
    "id_card": lambda written: is_id_card(plain_digits(written)),
    "bank_card": lambda written: is_bank_card(plain_digits(written)) and plain_digits(written)[:2] == "62",
    "email": is_email,
    "plate": is_plate,
    "qq": lambda written: re.fullmatch(r"[1-9]\d{4,10}", plain_digits(written)) is not None,
}


def unmarked_text(text: Text) -> str:
    """The text with a gap in place of every identity."""
    characters = list(text.text)
    for span in text.spans:
        characters[span.start : span.end] = "\n" * (span.end - span.start)
    return "".join(characters)


def skeleton(text: Text) -> str:
    """The sentence without its identities, figures and punctuation: equal for texts of one frame."""
    return re.sub(r"[\W\d_]", "", unmarked_text(text))


@pytest.fixture(scope="module", params=SIZES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def texts(path: Path) -> list[Text]:
    return read_texts(path)


@pytest.fixture(scope="module")
def identities(texts: list[Text]) -> list[tuple[str, str, str, str]]:
    """(text_id, kind, class, written) of every span."""
    return [
        (text.text_id, text.kind, span.kind_of_identity, text.text[span.start : span.end])
        for text in texts
        for span in text.spans
    ]


def test_ids_and_texts_are_unique(texts: list[Text]) -> None:
    assert [i for i, count in Counter(text.text_id for text in texts).items() if count > 1] == []
    assert [i for i, count in Counter(text.text for text in texts).items() if count > 1] == []


def test_there_are_enough_texts_of_every_kind(path: Path, texts: list[Text]) -> None:
    least, least_of_kind, _ = SIZES[path]
    counts = Counter(text.kind for text in texts)
    assert set(counts) == set(KINDS)
    assert len(texts) >= least
    assert {kind: counts[kind] for kind in KINDS if counts[kind] < least_of_kind[kind]} == {}


def test_there_are_enough_spans_of_every_class(
    path: Path, identities: list[tuple[str, str, str, str]]
) -> None:
    share = 1 if path == TEXTS else 0.1
    counts = Counter(class_ for _, _, class_, _ in identities)
    assert set(counts) == set(CLASSES)
    assert {class_: counts[class_] for class_ in CLASSES if counts[class_] < share * CLASSES[class_]} == {}


def test_only_negatives_have_no_identity(texts: list[Text]) -> None:
    assert [text.text_id for text in texts if (text.kind == "negative") == bool(text.spans)] == []


def test_spans_are_in_order_inside_the_text_and_apart(texts: list[Text]) -> None:
    wrong = [
        text.text_id
        for text in texts
        if any(not 0 <= span.start < span.end <= len(text.text) for span in text.spans)
        or any(left.end > right.start for left, right in pairwise(text.spans))
    ]
    assert wrong == []


def test_spans_begin_and_end_with_the_identity(identities: list[tuple[str, str, str, str]]) -> None:
    def belongs(character: str) -> bool:
        # A key cap ends with a mark, a landline and '+86' may begin with a sign.
        return unicodedata.category(character)[0] in "LNM" or character in "（(+"

    wrong = [
        (text_id, written)
        for text_id, _, _, written in identities
        if not belongs(written[0]) or not (belongs(written[-1]) and written[-1] not in "（(+")
    ]
    assert wrong == []


@pytest.mark.parametrize("class_", SHAPES)
def test_identities_have_the_shape_and_checksum_of_their_class(
    identities: list[tuple[str, str, str, str]], class_: str
) -> None:
    written_of_class = [(i, written) for i, _, c, written in identities if c == class_]
    assert [(i, written) for i, written in written_of_class if not SHAPES[class_](written)] == []


def test_no_identity_with_a_checksum_is_left_unmarked(texts: list[Text]) -> None:
    numbers = [
        (text.text_id, number)
        for text in texts
        for number in re.findall(r"\d{15,20}[Xx]?", re.sub(r"(?<=\d)[ -](?=\d{4})", "", unmarked_text(text)))
    ]
    assert numbers, "the hard negatives hold long numbers"
    assert [row for row in numbers if is_id_card(row[1].upper()) or is_bank_card(row[1])] == []


def test_no_mobile_or_email_is_left_unmarked(texts: list[Text]) -> None:
    # Eleven figures that count yuan, people or views are the hard negatives meant to look like mobiles.
    mobile = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d|元|人|次)")
    email = re.compile(r"[\w.+-]+@(?!2x)[\w-]+\.[a-z]{2,}", re.I | re.A)
    left = [
        (text.text_id, found[0])
        for text in texts
        for pattern in (mobile, email)
        if (found := pattern.search(unmarked_text(text)))
    ]
    assert left == []


def test_sentences_are_many_and_none_dominates(path: Path, texts: list[Text]) -> None:
    counts = Counter(skeleton(text) for text in texts)
    assert len(counts) >= SIZES[path][2]
    assert counts.most_common(1)[0][1] <= 6, counts.most_common(3)


def print_counts(path: Path) -> None:
    """Texts per kind and spans per class, as the README of this folder shows them."""
    texts = read_texts(path)
    kinds = Counter(text.kind for text in texts)
    print("texts", *(f"{kind} {kinds[kind]}" for kind in KINDS), f"total {len(texts)}", sep="  ")
    spans = Counter((span.kind_of_identity, text.kind) for text in texts for span in text.spans)
    print(f"{'class':<14}{'positive':>9}{'evasion':>9}{'total':>7}")
    for class_ in CLASSES:
        positive, evasion = spans[class_, "positive"], spans[class_, "evasion"]
        print(f"{class_:<14}{positive:>9}{evasion:>9}{positive + evasion:>7}")


if __name__ == "__main__":
    for labelled in SIZES:
        print(labelled.name)
        print_counts(labelled)
