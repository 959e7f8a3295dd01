"""The register of persons who are not to come back: tokens, never numbers or names."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from csat.errors import InputError
from csat.gate.identity import Tokeniser
from csat.gate.store import REGISTER, loaded_batches, publish_file
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


def _is_stronger(new: Entry, old: Entry) -> bool:
    """Whether an entry takes the place of one for the same token and purpose.

    Only withdrawals of customers are lifted, by a consent dated later, so only their day matters.
    """
    if new.cause != old.cause:
        return new.cause == FORGOTTEN
    return new.kind == "customer" and new.cause == WITHDRAWN and new.since > old.since


class Register:
    """The entries of data/rights/forgotten.csv, readable by its owner only."""

    def __init__(self, path: Path, entries: Iterable[Entry] = ()) -> None:
        self.path = path
        self._entries = {self._place(entry): entry for entry in entries}
        self._is_changed = False

    @staticmethod
    def _place(entry: Entry) -> tuple[str, str, str, str]:
        return entry.key_id, entry.kind, entry.token, entry.purpose

    @classmethod
    def read(cls, paths: Paths) -> Register:
        """Read the register; a missing file is an empty one. Raises InputError when it is damaged."""
        path = paths.rights / REGISTER
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

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries. Who asked to be forgotten stays so, and of two withdrawals the later one counts."""
        for entry in entries:
            place = self._place(entry)
            if place not in self._entries or _is_stronger(entry, self._entries[place]):
                self._entries[place] = entry
                self._is_changed = True

    def foreign(self, key: str) -> list[Entry]:
        """Return the entries that were made with another key than the one with this id."""
        return [entry for entry in self if entry.key_id != key]

    def refuse_other_key(self, key: str) -> None:
        """Raise InputError when an entry was made with another key: this one would not know the person."""
        foreign = self.foreign(key)
        if foreign:
            keys = ", ".join(sorted({entry.key_id for entry in foreign}))
            raise InputError(
                f"{self.path}: {len(foreign):,} of {len(self):,} entries were made with another key (key id "
                f"{keys}, now {key}), so these persons would come back; use the former key, or "
                "carry them over with csat rotate."
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
        if self._is_changed:
            self.write()

    def write(self) -> None:
        """Write the register, also an empty one."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.parent.chmod(0o700)
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field.name for field in fields(Entry)])
            writer.writerows(astuple(self._entries[place]) for place in sorted(self._entries))
        publish_file(temporary, self.path)
        self._is_changed = False


def refuse_another_key(paths: Paths, key: str) -> None:
    """Raise InputError when batches or the register were made with another key than the one with this id.

    Tokens of two keys never match: the same person would be two, and who is forgotten would be nobody.
    """
    for loaded in loaded_batches(paths):
        if loaded.key_id not in (None, key):
            raise InputError(
                f"CSAT_KEY: batch {loaded.batch_id} ({loaded.source_file}) was loaded under another key "
                f"(key id {loaded.key_id}, now {key}), so its tokens would match none made "
                "now; set the former key again, or bring every batch under this one with csat rotate."
            )
    Register.read(paths).refuse_other_key(key)
