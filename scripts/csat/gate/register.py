"""The register of persons who are not to come back: tokens, never numbers or names."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from csat.errors import InputError
from csat.gate.identity import Tokeniser
from csat.gate.store import publish_file
from csat.paths import Paths

EVERY_PURPOSE = "all"
FORGOTTEN = "forgotten"
WITHDRAWN = "withdrawn"
NO_CONSENT = "no_consent"
EXPIRED = "expired"

_SEPARATOR = b"\x1f"


def row_tokens(tokeniser: Tokeniser, kind: str, values: Iterable[str]) -> list[str]:
    """Return keyed tokens of record numbers, such as those of kind 'survey.responses.response_id'."""
    start = kind.encode() + _SEPARATOR
    return tokeniser.digests([start + value.encode() for value in values])


@dataclass(frozen=True)
class Entry:
    """One token that must not be in the data.

    `kind` is an identity ('customer', 'phone', 'id_card', 'name') or the address of a column whose numbers
    belong to the person ('survey.responses.response_id'). `purpose` is a purpose of consent or 'all', `cause`
    'forgotten' or 'withdrawn', `since` the moment (UTC, ISO 8601) from which it holds.
    """

    key_id: str
    kind: str
    token: str
    purpose: str
    cause: str
    since: str


class Register:
    """The entries of data/rights/forgotten.csv, readable by its owner only."""

    def __init__(self, path: Path, entries: Iterable[Entry] = ()) -> None:
        self._path = path
        self._entries = {self._place(entry): entry for entry in entries}
        self._is_changed = False

    @staticmethod
    def _place(entry: Entry) -> tuple[str, str, str, str]:
        return entry.key_id, entry.kind, entry.token, entry.purpose

    @classmethod
    def read(cls, paths: Paths) -> Register:
        """Read the register; a missing file is an empty one. Raises InputError when it is damaged."""
        path = paths.rights / "forgotten.csv"
        if not path.is_file():
            return cls(path)
        names = [field.name for field in fields(Entry)]
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            if next(reader, None) != names:
                raise InputError(
                    f"{path}: the header is not {','.join(names)}; put back a copy of the register, because "
                    "without it forgotten persons would come back."
                )
            entries = []
            for row in reader:
                if len(row) != len(names):
                    raise InputError(
                        f"{path}, line {reader.line_num}: {len(row)} fields instead of {len(names)}; "
                        "put back a copy of the register."
                    )
                entries.append(Entry(*row))
        return cls(path, entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entries: Iterable[Entry]) -> int:
        """Add entries that are not there yet; return how many were new."""
        before = len(self._entries)
        for entry in entries:
            self._entries.setdefault(self._place(entry), entry)
        added = len(self._entries) - before
        self._is_changed |= added > 0
        return added

    def refuse_other_key(self, key: str) -> None:
        """Raise InputError when all entries were made with other keys: this one would know nobody."""
        keys = {entry.key_id for entry in self}
        if keys and key not in keys:
            raise InputError(
                f"{self._path}: {len(self):,} entries were made with another key, so forgotten persons would "
                "come back under this one; name them again with csat forget, or use the old key."
            )

    def lift(self, key: str, token: str, purpose: str, given_at: str) -> None:
        """Take back withdrawals of a customer from before a consent at `given_at` (UTC, ISO 8601)."""
        for scope in (purpose, EVERY_PURPOSE):
            entry = self._entries.get((key, "customer", token, scope))
            if entry and entry.cause == WITHDRAWN and entry.since < given_at:
                del self._entries[self._place(entry)]
                self._is_changed = True

    def save(self) -> None:
        """Write the register if it changed: whole or not at all, readable by its owner only."""
        if not self._is_changed:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.parent.chmod(0o700)
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field.name for field in fields(Entry)])
            writer.writerows(astuple(self._entries[place]) for place in sorted(self._entries))
        publish_file(temporary, self._path)
        self._is_changed = False
