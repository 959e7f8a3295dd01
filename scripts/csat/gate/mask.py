"""Masking of identities inside free text, so that a sentence stays readable and names nobody."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

_DIGIT = "[0-9０-９]"
_GAP = "[ \u00a0\u3000\\-－–—]?"

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9\-]+(?:[.．][A-Za-z0-9\-]+)+")
_ID_CARD = re.compile(f"(?<!{_DIGIT})(?:{_DIGIT}{_GAP}){{17}}[0-9０-９XxＸｘ](?![0-9０-９A-Za-z])")
_PHONE = re.compile(
    f"(?<!{_DIGIT})(?:[+＋]?{_GAP}(?:[0０]{{2}})?[8８][6６]{_GAP})?"
    f"[1１]{_GAP}[3-9３-９](?:{_GAP}{_DIGIT}){{9}}(?!{_DIGIT})"
)
_WORTH_A_LOOK = "[0-9０-９@＠]"

_ID_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CARD_CHECKS = "10X98765432"


def has_id_card_checksum(number: str) -> bool:
    """Whether 18 ASCII characters carry the check character of GB 11643 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_CARD_WEIGHTS, strict=True))
    return number[17] == _ID_CARD_CHECKS[total % 11]


def _mask_id_card(match: re.Match[str]) -> str:
    number = re.sub("[^0-9X]", "", unicodedata.normalize("NFKC", match.group()).upper())
    return "[身份证号]" if has_id_card_checksum(number) else match.group()


def mask_text(text: str) -> str:
    """Replace e-mail addresses, resident identity numbers and mobile numbers by [邮箱], [身份证号], [手机号].

    Identity numbers count only with a valid checksum; numbers may be full-width or split by single spaces or
    hyphens, mobile numbers may carry +86. Everything else stays as it was.
    """
    text = _EMAIL.sub("[邮箱]", text)
    text = _ID_CARD.sub(_mask_id_card, text)
    return _PHONE.sub("[手机号]", text)


def mask_array(texts: pa.Array) -> pa.Array:
    """Apply mask_text to a string array; texts without a digit or an @ are passed on untouched."""
    is_suspect = pc.fill_null(pc.match_substring_regex(texts, _WORTH_A_LOOK), False)
    suspects = texts.filter(is_suspect)
    if not len(suspects):
        return texts
    masked = pa.array([mask_text(text) for text in suspects.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, is_suspect, masked)
