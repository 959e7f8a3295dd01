"""Exports of tools that are recognised by their headers; what is known of each stands in layouts.yml."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources

from csat.yaml_text import read_yaml

# Under these headings SurveyMonkey keeps the answer to a question without items.
_NO_ITEM = ("response", "open-ended response")


@dataclass(frozen=True)
class Layout:
    """One recognised export; the fields are explained in layouts.yml."""

    code: str
    title: str
    table: str
    signature: tuple[str, ...]
    columns: dict[str, str | None]
    never: tuple[str, ...] = ()
    identities: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    more_header_rows: tuple[dict[str, str], ...] = ()
    names: str = "first"
    date_format: str | None = None
    choices: str | None = None
    no_answer: tuple[str, ...] = ()
    matrix: str | None = None
    numbered: str | None = None
    durations: dict[str, str] = field(default_factory=dict)


def _key(name: str) -> str:
    return name.strip().casefold()


@functools.cache
def layouts() -> dict[str, Layout]:
    """Return the known layouts by code."""
    text = resources.files("csat.gate").joinpath("layouts.yml").read_text(encoding="utf-8")
    found = {}
    for code, entry in read_yaml(text)["layouts"].items():
        lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
        found[code] = Layout(code=code, **(entry | lists))
    return found


def recognise(first_row: Sequence[str]) -> Layout | None:
    """Return the layout whose signature stands in the first row of a file, the longest of several."""
    names = {_key(name) for name in first_row}
    fitting = [layout for layout in layouts().values() if {_key(name) for name in layout.signature} <= names]
    return max(fitting, key=lambda layout: len(layout.signature)) if fitting else None


def header_rows_of(layout: Layout | None, rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the first rows of a file are header."""
    count = 1
    if layout is None:
        return count
    places = {_key(name): position for position, name in reversed(list(enumerate(rows[0])))}
    for rule, row in zip(layout.more_header_rows, rows[1:], strict=False):
        place = places[_key(rule["under"])]
        cell = row[place].strip() if place < len(row) else ""
        fits = cell.startswith(rule["starts"]) if "starts" in rule else cell == rule["is"]
        if not fits:
            break
        count += 1
    return count


def join_header(layout: Layout | None, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the column names of a header of one or more rows."""
    names = [name.strip() for name in rows[0]]
    if layout is None or layout.names != "joined" or len(rows) < 2:
        return names
    joined, question = [], ""
    items = [item.strip() for item in rows[1]]
    for position, name in enumerate(names):
        question = name or question
        item = items[position] if position < len(items) else ""
        joined.append(f"{question}—{item}" if item and item.casefold() not in _NO_ITEM else question)
    return joined


def titles_of(layout: Layout | None, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the questions that stand below the names of the columns, by name, where a tool writes both."""
    if layout is None or layout.names != "first" or len(rows) < 2:
        return {}
    return {name.strip(): " ".join(title.split()) for name, title in zip(rows[0], rows[1], strict=False)}


def is_never_loaded(layout: Layout | None, header: str) -> bool:
    """Whether a header of a recognised export is never loaded: an address of a person or a machine."""
    return layout is not None and _key(header) in {_key(name) for name in layout.never}


def target_of(layout: Layout, header: str) -> str | None:
    """Return the contract column (landing name) that a header of the layout feeds, or None."""
    known = {_key(name): target for name, target in (layout.columns | layout.identities).items()}
    return known.get(_key(header))


def ends_at(layout: Layout, header: str) -> str | None:
    """Return the contract column of the time at which the duration under a header ended, None for others."""
    return {_key(name): end for name, end in layout.durations.items()}.get(_key(header))


def is_meta(layout: Layout, header: str) -> bool:
    """Whether a header belongs to the tool and not to the questionnaire."""
    known = (*layout.columns, *layout.identities, *layout.never)
    return _key(header) in {_key(name) for name in known}


def split_matrix(layout: Layout, header: str) -> tuple[str, str] | None:
    """Split the header of a matrix item into question and item; None when it is none."""
    match = re.match(layout.matrix, header) if layout.matrix else None
    return (match["question"].strip(), match["item"].strip()) if match else None
