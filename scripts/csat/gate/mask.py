"""Masking of identities inside free text, so that a sentence stays readable and names nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from csat.gate.identities import ALL_STAGES, LABELS, LOOKS, Stage, find_identities


def mask_text(text: str, stages: Sequence[Stage] = ALL_STAGES) -> str:
    """Replace every identity that find_identities sees by the label of its kind, such as [手机号]."""
    pieces, at = [], 0
    for identity in find_identities(text, stages):
        pieces += [text[at : identity.start], LABELS[identity.kind]]
        at = identity.end
    return "".join([*pieces, text[at:]])


def mask_array(texts: pa.Array) -> pa.Array:
    """Apply mask_text to a string array; texts that hold nothing suspicious pass untouched."""
    if texts.null_count:
        return pc.replace_with_mask(texts, texts.is_valid(), mask_array(texts.drop_null()))
    # Bit i of a number: whether look i is suspicious of the text.
    numbers = pa.array([0] * len(texts), pa.int8())
    for bit, look in enumerate(LOOKS):
        for expression in look.expressions:
            found = pc.match_substring_regex(texts, expression).cast(pa.int8())
            numbers = pc.bit_wise_or(numbers, pc.multiply(found, pa.scalar(1 << bit, pa.int8())))
    is_suspect = pc.not_equal(numbers, 0)
    suspects = texts.filter(is_suspect)
    if not len(suspects):
        return texts
    stages_of = [
        tuple(stage for bit, look in enumerate(LOOKS) if number >> bit & 1 for stage in look.stages)
        for number in range(1 << len(LOOKS))
    ]
    masked = [
        mask_text(text, stages_of[number])
        for text, number in zip(suspects.to_pylist(), numbers.filter(is_suspect).to_pylist(), strict=True)
    ]
    return pc.replace_with_mask(texts, is_suspect, pa.array(masked, pa.string()))
