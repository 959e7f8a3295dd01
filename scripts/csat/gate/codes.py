"""Identities where a code belongs: labels are masked, a number of a record that names a person is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from csat.contract import Column
from csat.gate.identities import ALL_STAGES, CERTAIN, LABELS, Stage, find_identities
from csat.gate.identity_codes import find_references, find_travel_papers
from csat.gate.mask import mask_text
from csat.gate.name_words import is_name_alone

# The number of a policy or case is no more than a code where codes stand.
_STAGES = tuple(stage for stage in ALL_STAGES if stage is not find_references)
# A letter and a date in the name of a file look like the number of a passport.
_STAGES_OF_FILES = tuple(stage for stage in _STAGES if stage is not find_travel_papers)
_BARE = r"[A-Za-z0-9_.:/#+\-]+"
_BARE_CODE = re.compile(_BARE)
# What a code in one piece may be beyond doubt. A number of eleven digits is more often a number of a record.
_IN_ONE_PIECE = frozenset({"id_card", "email"})
_WORD = re.compile(r"(?<!\[)[\u4e00-\u9fff]+(?!\])")
_PERHAPS = (
    r"[^A-Za-z0-9_.:/#+\-]|"
    r"[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)


def _is_code(column: Column) -> bool:
    return column.data_type == "string" and column.identity is None and not column.is_masked


def names_record(column: Column) -> bool:
    """Whether a column tells records apart: masked, two of them could become one."""
    return _is_code(column) and column.name.endswith("_id")


def is_label(column: Column) -> bool:
    """Whether a column holds labels, or codes of groups, that the contract does not list."""
    return _is_code(column) and not column.allowed and not names_record(column)


def persons_in(text: pa.Array) -> pa.Array:
    """Return for each number of a record whether it holds an identity; null for null.

    In one piece of ASCII only an identity card with its check digit and an e-mail address count.
    """
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    is_suspect = pc.fill_null(pc.match_substring_regex(text, _PERHAPS), False)
    suspects = text.filter(is_suspect)
    if not len(suspects):
        return pc.if_else(pc.is_valid(text), False, None)
    found = pa.array([_names_person(one) for one in suspects.to_pylist()], pa.bool_())
    return pc.if_else(pc.is_valid(text), pc.replace_with_mask(is_suspect, is_suspect, found), None)


def _names_person(text: str) -> bool:
    kinds = {identity.kind for identity in find_identities(text, _STAGES)}
    return bool(kinds & _IN_ONE_PIECE if _BARE_CODE.fullmatch(text) else kinds)


def mask_labels(text: pa.Array) -> pa.Array:
    """Mask the identities in labels, each distinct one once; in one piece of ASCII only certain ones."""
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    if pa.types.is_null(text.type) or not len(text):
        return text
    encoded = text.dictionary_encode()
    labels = encoded.dictionary.to_pylist()
    masked = [mask_label(label) for label in labels]
    return text if masked == labels else pa.array(masked, pa.string()).take(encoded.indices)


def mask_alone(text: str) -> str:
    """Mask the identities in a value that stands alone, and one that is nothing but the name of a person."""
    return LABELS["name"] if is_name_alone(text.strip()) else _masked(text)


def mask_file_name(name: str) -> str:
    """Mask the identities in the name of a file, names of persons between its marks and digits among them."""
    return _without_names(mask_text(name, _STAGES_OF_FILES))


def mask_label(text: str) -> str:
    """Mask the identities in one label."""
    if not _BARE_CODE.fullmatch(text) or any(one.kind in CERTAIN for one in find_identities(text, _STAGES)):
        return _masked(text, _STAGES)
    return text


def _masked(text: str, stages: Sequence[Stage] = ALL_STAGES) -> str:
    masked = mask_text(text, stages)
    # Who typed a number into a code often typed the name beside it.
    return text if masked == text else _without_names(masked)


def _without_names(text: str) -> str:
    return _WORD.sub(lambda word: LABELS["name"] if is_name_alone(word[0]) else word[0], text)
