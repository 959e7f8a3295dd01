"""CSV for spreadsheets: texts that a spreadsheet would run as formulas are kept from running."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable
from pathlib import Path

# What spreadsheets take for the start of a formula or of a macro, also in full width, after blanks they skip.
_FORMULA = re.compile(r"['\s]*[=+\-@|%＝＋－＠]|\s*[\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def formula_safe(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would run it as a formula.

    Numbers stay numbers. formula_plain gives the text back.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def formula_plain(text: str) -> str:
    """Return the text that formula_safe was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def write_csv(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> int:
    """Write UTF-8 CSV with a byte-order mark, readable by its owner only; return the number of rows.

    Every text is made safe (formula_safe); None becomes an empty cell.
    """
    count = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([formula_safe(name) for name in header])
        for row in rows:
            writer.writerow([formula_safe(value) if isinstance(value, str) else value for value in row])
            count += 1
    return count
