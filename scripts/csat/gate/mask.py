"""Masking of identities inside free text, so that a sentence stays readable and names nobody."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from csat.gate.identities import LABELS, SUSPECT, find_identities


def mask_text(text: str) -> str:
    """Replace every identity that find_identities sees by the label of its kind, such as [手机号]."""
    pieces, at = [], 0
    for identity in find_identities(text):
        pieces += [text[at : identity.start], LABELS[identity.kind]]
        at = identity.end
    return "".join([*pieces, text[at:]])


def mask_array(texts: pa.Array) -> pa.Array:
    """Apply mask_text to a string array; texts that hold nothing suspicious pass untouched."""
    is_suspect = pc.fill_null(pc.match_substring_regex(texts, SUSPECT), False)
    suspects = texts.filter(is_suspect)
    if not len(suspects):
        return texts
    masked = pa.array([mask_text(text) for text in suspects.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, is_suspect, masked)
