"""The words of a masked text, cut once in the gate so that every later reading cuts alike."""

from __future__ import annotations

import re
from importlib.metadata import version

import pyarrow as pa
import rjieba

from csat.gate.identities import LABELS

SEGMENTER = f"rjieba {version('rjieba')}"

_LABEL = re.compile("(" + "|".join(re.escape(label) for label in LABELS.values()) + ")")


def cut_words(text: str) -> str:
    """Return the words of a text joined by single blanks; a label such as [手机号] is one word."""
    words: list[str] = []
    for piece in _LABEL.split(text):
        if _LABEL.fullmatch(piece):
            words.append(piece)
        elif piece:
            words += " ".join(rjieba.cut(piece)).split()
    return " ".join(words)


def cut_array(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Apply cut_words to a string array; null stays null."""
    return pa.array([None if text is None else cut_words(text) for text in texts.to_pylist()], pa.string())
