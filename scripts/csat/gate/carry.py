"""The register under a new key: what the former tokens are now is seen while landing files are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from csat.errors import InputError
from csat.gate.identity import Tokeniser
from csat.gate.register import Entry, Register, row_tokens


class Carrier:
    """The entries of a register that were made with the former key, and those found under the new one."""

    def __init__(self, register: Register, former: Tokeniser | None, current: Tokeniser) -> None:
        """Take the entries that are not of the current key.

        Raises InputError when there are any and the former key is not the one they were made with.
        """
        foreign = register.foreign(current.key_id)
        keys = ", ".join(sorted({entry.key_id for entry in foreign}))
        if foreign and former is None:
            raise InputError(
                f"{register.path}: {len(foreign):,} entries were made with another key (key id {keys}), and "
                "without it these persons would come back; name the file of the former key in "
                "CSAT_KEY_FORMER_FILE. Nothing was changed."
            )
        if foreign and keys != former.key_id:
            raise InputError(
                f"{register.path}: {len(foreign):,} entries were made with other keys (key id {keys}) than "
                f"the former key that is given (key id {former.key_id}); give the key they were made with. "
                "Nothing was changed."
            )
        self._former, self._current = former or current, current
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        for entry in foreign:
            self._entries.setdefault(entry.kind, {}).setdefault(entry.token, []).append(entry)
        self._now: dict[tuple[str, str], str] = {}

    def kinds(self) -> set[str]:
        """Return the kinds of identities and records to look for."""
        return set(self._entries)

    def meet(self, kind: str, texts: pa.Array, insurers: pa.Array | None) -> None:
        """Look for the entries among identities of a landing file.

        The insurer of a customer is tried in small and capital letters too, as in a list of requests.
        """
        known = self._entries.get(kind)
        if not known:
            return
        spellings = [insurers]
        if insurers is not None:
            spellings += [pc.utf8_lower(insurers), pc.utf8_upper(insurers)]
        for spelling in spellings:
            before = self._former.tokens(kind, texts, spelling)
            is_met = pc.is_in(before, pa.array(sorted(known), pa.string()))
            met = None if spelling is None else spelling.filter(is_met)
            after = self._current.tokens(kind, texts.filter(is_met), met)
            self._note(kind, before.filter(is_met).to_pylist(), after.to_pylist())

    def meet_records(self, kind: str, numbers: list[str]) -> None:
        """Look for the entries among record numbers of a landing file."""
        self._note(kind, row_tokens(self._former, kind, numbers), row_tokens(self._current, kind, numbers))

    def _note(self, kind: str, before: Iterable[str], after: Iterable[str]) -> None:
        known = self._entries.get(kind, {})
        self._now.update(((kind, old), new) for old, new in zip(before, after, strict=True) if old in known)

    def carried(self) -> list[Entry]:
        """Return the entries met, under the new key."""
        return [
            replace(entry, key_id=self._current.key_id, token=token)
            for (kind, former), token in sorted(self._now.items())
            for entry in self._entries[kind][former]
        ]

    def unknown(self) -> int:
        """Return the number of former tokens met nowhere; one that stood for any kind counts once."""
        return len({token for known in self._entries.values() for token in known} - {t for _, t in self._now})
