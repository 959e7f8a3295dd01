"""Faults that show in the text of a value, before it is typed, and spellings that are evened out first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csat.contract import Column
from csat.gate.codes import names_record, persons_in

# Lead bytes in UTF-8 of the characters the rules look for: a column without any of them needs no closer look.
_CONTROLS = frozenset(range(0x20)) | {0x7F, 0xC2}
_MARKS = frozenset({0xC2, 0xD8, 0xE2, 0xEF})
_ANY = frozenset(range(0x100))

_CODE_LENGTH = 200
_TEXT_LENGTH = 100_000


def is_code(column: Column) -> bool:
    """Whether a column's text must be the same, character by character, wherever it names the same thing."""
    return column.identity == "customer" or (
        column.data_type == "string"
        and column.identity is None
        and (column.is_key or column.references is not None or column.name == "insurer_id")
    )


def _is_plain(column: Column) -> bool:
    """Whether a text is short by nature: a code, a name or a label. Odd phones and cards only lose a link."""
    return column.identity in (None, "customer") and not column.is_free_text


def _is_any(column: Column) -> bool:
    return True


@dataclass(frozen=True)
class TextRule:
    """A fault of a text: it matches `pattern` (RE2), `finds` sees it, or it has over `limit` characters.

    `lead_bytes` holds every byte of which a text at fault contains at least one.
    """

    code: str
    applies: Callable[[Column], bool]
    pattern: str = ""
    lead_bytes: frozenset[int] = _ANY
    limit: int = 0
    finds: Callable[[pa.Array], pa.Array] | None = None

    def hits(self, text: pa.Array) -> pa.Array:
        """Return for each value whether it is at fault; null for null."""
        if self.finds:
            return self.finds(text)
        if self.pattern:
            return pc.match_substring_regex(text, self.pattern)
        return pc.greater(pc.utf8_length(text), self.limit)


# In the order in which the first one counts.
TEXT_RULES: tuple[TextRule, ...] = (
    TextRule("nul_character", _is_any, r"\x00", frozenset({0})),
    TextRule("control_character", _is_plain, r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]", _CONTROLS),
    TextRule("line_break_in_code", is_code, r"[\t\r\n\x{2028}\x{2029}]", frozenset({9, 10, 13, 0xE2})),
    TextRule(
        "bidi_character", _is_plain, r"[\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]", _MARKS
    ),
    TextRule("invisible_character", is_code, r"[\x{ad}\x{200b}-\x{200d}\x{2060}\x{feff}]", _MARKS),
    TextRule("replacement_character", _is_plain, r"\x{fffd}", frozenset({0xEF})),
    TextRule(
        "spreadsheet_error",
        _is_plain,
        r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|####*)$",
        frozenset(b"#"),
    ),
    TextRule("spreadsheet_number", is_code, r"^[0-9](?:[.][0-9]+)?[eE][+][0-9]+$", frozenset(b"+")),
    TextRule(
        "placeholder_in_code",
        is_code,
        r"^(?i:null|none|nil|n/?a|nan|undefined|unknown|[-/.?]+|无|空|未知|不详|\(空\)|（空）)$",
    ),
    TextRule("identity_in_code", names_record, finds=persons_in),
    TextRule("code_too_long", is_code, limit=_CODE_LENGTH),
    TextRule("text_too_long", _is_any, limit=_TEXT_LENGTH),
)


def _bytes_of(text: pa.Array) -> np.ndarray:
    """Return the bytes of all values of a string array, one after the other."""
    data = text.buffers()[2]
    if data is None or not len(text):
        return np.empty(0, np.uint8)
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]


def _bytes_present(text: pa.Array) -> frozenset[int]:
    return frozenset(np.flatnonzero(np.bincount(_bytes_of(text), minlength=256)).tolist())


def _longest(text: pa.Array) -> int:
    return pc.max(pc.binary_length(text)).as_py() or 0


def text_faults(text: pa.Array, positions: dict[str, int]) -> pa.Array | None:
    """Return the position of the first fault of each value (int16, null for a good one), none without faults.

    `positions` has the position of each rule's code among the checks of the table.
    """
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    rules = [rule for rule in TEXT_RULES if rule.code in positions]
    if not rules or not len(text):
        return None
    present, longest = _bytes_present(text), _longest(text)
    found: pa.Array | None = None
    for rule in rules:
        if (rule.limit and longest <= rule.limit) or present.isdisjoint(rule.lead_bytes):
            continue
        hits = rule.hits(text)
        if not pc.any(hits).as_py():
            continue
        faults = pc.if_else(hits, pa.scalar(positions[rule.code], pa.int16()), pa.scalar(None, pa.int16()))
        found = faults if found is None else pc.coalesce(found, faults)
    return found


def evened(column: Column, text: pa.Array, has_format: bool) -> pa.Array:
    """Return the text of a number, date or truth value in ASCII, a date such as 2026年1月2日 with hyphens.

    Columns with a date format of their own keep their shape. Strings come back as they are: a full-width
    letter may belong to a name.
    """
    if column.data_type == "string" or pa.types.is_null(text.type):
        return text
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    if not (_bytes_of(text) > 0x7F).any():
        return text
    text = pc.utf8_trim_whitespace(pc.utf8_normalize(text, "NFKC"))
    if has_format or column.data_type not in ("date", "timestamp"):
        return text
    return pc.replace_substring_regex(text, r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", r"\1-\2-\3")


def without_hidden(text: pa.Array) -> pa.Array:
    """Return free text without control, bidirectional and zero-width characters, which nobody sees.

    Tabs, line ends and the joiner of emoji stay. A NUL stays too: the row is refused for it.
    """
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    if _bytes_present(text).isdisjoint(_CONTROLS - {9, 10, 13} | _MARKS):
        return text
    return pc.replace_substring_regex(
        text,
        r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{ad}\x{61c}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}"
        r"\x{2060}\x{2066}-\x{2069}\x{feff}]",
        "",
    )
