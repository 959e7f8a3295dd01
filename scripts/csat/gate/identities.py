"""Identities inside free text: where they stand and what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from csat.gate.identity_codes import (
    PLATE_PLACE,
    find_emails,
    find_messengers,
    find_plates,
    find_references,
    find_travel_papers,
)
from csat.gate.identity_numbers import WORDS_BETWEEN, find_numbers
from csat.gate.identity_places import HOUSE, find_addresses
from csat.gate.person_names import NAME_LOOKS, find_names
from csat.gate.spelling import DIGIT_LIKE, LETTER_LIKE, UNSEEN, View, view_of

LABELS = {
    "mobile": "[手机号]",
    "landline": "[座机号]",
    "id_card": "[身份证号]",
    "bank_card": "[银行卡号]",
    "email": "[邮箱]",
    "plate": "[车牌号]",
    "passport": "[护照号]",
    "wechat": "[微信号]",
    "qq": "[QQ号]",
    "policy_number": "[保单号]",
    "case_number": "[案件号]",
    "address": "[地址]",
    "name": "[姓名]",
}

# Kinds that are an identity beyond doubt, wherever they stand.
CERTAIN = frozenset({"mobile", "id_card", "bank_card", "email"})

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Identity:
    """One identity of a text: text[start:end] and its kind, a key of LABELS."""

    start: int
    end: int
    kind: str


Stage = Callable[[View], Iterator[Span]]


def _name_spans(view: View) -> Iterator[Span]:
    for start, end in find_names(view.plain):
        yield start, end, "name"


class Look(NamedTuple):
    """Stages, and expressions (RE2) of which every text in which they find something has one."""

    stages: tuple[Stage, ...]
    expressions: tuple[str, ...]


# In the order in which the first stage to claim a range has it. One long expression for all would be slower:
# it outgrows the automaton of RE2.
LOOKS = (
    Look(
        (find_emails, find_references, find_plates, find_travel_papers, find_numbers, find_messengers),
        (
            f"(?:[{DIGIT_LIKE}][^a-zA-Z\u4e00-\u9fff]{{0,6}}){{5}}|[{DIGIT_LIKE}]{WORDS_BETWEEN}[{DIGIT_LIKE}]",
            f"[A-Za-z0-9_\\-]{{6}}|[{LETTER_LIKE}]{{4}}|{UNSEEN}|[A-Za-z0-9] [A-Za-z0-9] [A-Za-z0-9]|"
            "[@＠#＃]|艾特|爱特|圈[aA]|小老鼠|[(（ 　\\[【{<「*][aA][tT)）]|"
            f"[{PLATE_PLACE}][^\u4e00-\u9fff]?[A-Za-z{LETTER_LIKE}]|"
            "[(（\\[〔](?:19|20)[0-9]{2}[)）\\]〕]",
        ),
    ),
    Look(
        (find_addresses,),
        (
            f"[0-9A-Za-z一二三四五六七八九十百零〇{DIGIT_LIKE}{LETTER_LIKE}][ 　]?{HOUSE}|"
            "地址|住址|住在|家住|寄到|寄往|邮寄至|送到|搬到|户籍|所在地|现居",
        ),
    ),
    Look((_name_spans,), NAME_LOOKS),
)
ALL_STAGES = tuple(stage for look in LOOKS for stage in look.stages)


def find_identities(text: str, stages: Sequence[Stage] = ALL_STAGES) -> list[Identity]:
    """Return the identities of a text that the stages see, in their order; they do not overlap.

    Kinds are the keys of LABELS. What is written so that a filter may miss it (Chinese, circled, full-width
    or spaced digits, letters in place of digits, unseen characters) counts as what it stands for; numbers of
    public services, amounts and dates are no identities.
    """
    view = view_of(text)
    spans: list[Span] = []
    for stage in stages:
        for start, end, kind in stage(view):
            if all(end <= other[0] or start >= other[1] for other in spans):
                spans.append((start, end, kind))
    return [Identity(*view.span(start, end), kind) for start, end, kind in sorted(spans)]
