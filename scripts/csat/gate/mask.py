"""Masking of identities inside free text, so that a sentence stays readable and names nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from csat.gate.identities import LABELS, LOOKS, Stage, find_identities

_ALL = tuple(stage for stages in LOOKS.values() for stage in stages)


def mask_text(text: str, stages: Sequence[Stage] = _ALL) -> str:
    """Replace every identity that find_identities sees by the label of its kind, such as [手机号]."""
    pieces, at = [], 0
    for identity in find_identities(text, stages):
        pieces += [text[at : identity.start], LABELS[identity.kind]]
        at = identity.end
    return "".join([*pieces, text[at:]])


def mask_array(texts: pa.Array) -> pa.Array:
    """Apply mask_text to a string array; texts that hold nothing suspicious pass untouched."""
    looks = [pc.fill_null(pc.match_substring_regex(texts, look), False) for look in LOOKS]
    # Which looks are suspicious, as one number per text: bit i stands for look i.
    suspicions = pa.array([0] * len(texts), pa.int8())
    for bit, look in enumerate(looks):
        suspicions = pc.add(suspicions, pc.multiply(look.cast(pa.int8()), pa.scalar(1 << bit, pa.int8())))
    is_suspect = pc.not_equal(suspicions, 0)
    suspects = texts.filter(is_suspect)
    if not len(suspects):
        return texts
    by_look = list(LOOKS.values())
    stages_of = [
        tuple(stage for bit, stages in enumerate(by_look) if number >> bit & 1 for stage in stages)
        for number in range(1 << len(by_look))
    ]
    masked = [
        mask_text(text, stages_of[number])
        for text, number in zip(suspects.to_pylist(), suspicions.filter(is_suspect).to_pylist(), strict=True)
    ]
    return pc.replace_with_mask(texts, is_suspect, pa.array(masked, pa.string()))
