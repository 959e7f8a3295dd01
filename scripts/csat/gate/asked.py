"""Questions and headers that ask who somebody is: no answer to them is an opinion."""

from __future__ import annotations

import functools
import re
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc

from csat.gate.identities import LABELS
from csat.yaml_text import read_yaml

# 'Q3、', '5.2 ' or 'q_' before what is asked.
QUESTION_NUMBER = re.compile(r"^(?:Q|q|题)?\s*[0-9]+(?:[._-][0-9]+)*\s*[、.．:：)）]?\s*")
_CODE = re.compile(r"^(?:q|question)?[0-9]*[_.\-]+")
_POLITE = re.compile(r"^(?:您的|你的|请输入|请填写|请留下|请问|请|您|your |please (?:enter|fill in) )+")
_AFTER = re.compile(r"(?:是什么|是多少|是)?(?:[(（\[【][^)）\]】]*[)）\]】])?\W*$")


@functools.cache
def labels() -> dict:
    """Return the words of labels.yml."""
    return read_yaml(resources.files("csat.gate").joinpath("labels.yml").read_text(encoding="utf-8"))


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = labels()
    return tuple(
        (kind, re.compile(pattern.replace("{whose}", words["whose"])))
        for kind, pattern in words["personal"].items()
    )


@functools.lru_cache(maxsize=100_000)
def asked_kind(header: str) -> str | None:
    """Return the kind of identity, a key of LABELS, that a header, question or code asks for, if any."""
    text = QUESTION_NUMBER.sub("", header.strip().casefold())
    for cut in (_CODE, _POLITE, _AFTER):
        text = cut.sub("", text).strip()
    text = text.replace("_", " ")
    return next((kind for kind, pattern in _patterns() if pattern.fullmatch(text)), None)


def mask_asked(text: pa.Array, questions: pa.Array | str | None) -> pa.Array:
    """Replace the answers to questions that ask for an identity by its label: a bare name is one there.

    `questions` has the header or code of the question of each answer, or the one of them all.
    """
    if questions is None or isinstance(questions, str):
        kind = asked_kind(questions) if questions else None
        return pc.if_else(pc.is_valid(text), LABELS[kind], text) if kind else text
    if isinstance(questions, pa.ChunkedArray):
        questions = questions.combine_chunks()
    encoded = questions.dictionary_encode()
    kinds = [asked_kind(question) for question in encoded.dictionary.to_pylist()]
    if not any(kinds):
        return text
    marks = pa.array([LABELS[kind] if kind else None for kind in kinds], pa.string()).take(encoded.indices)
    return pc.if_else(pc.and_(pc.is_valid(text), pc.is_valid(marks)), marks, text)
