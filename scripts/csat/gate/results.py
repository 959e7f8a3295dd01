"""What a run of the gate did, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field

from csat.errors import InputError
from csat.gate.rights import Removals


@dataclass(frozen=True)
class TableResult:
    """Row counts of one landing file in one table; read = accepted + quarantined + duplicates.

    `reasons` counts quarantined rows by (column name, reason code); the column is '' when the row as a
    whole is at fault. `unusable_links` counts phone numbers and identity cards too odd to link persons;
    their rows are kept. `unread_withdrawals` counts rows of another length in a file that says who withdrew.
    `is_skipped` marks a batch that an earlier run had loaded; its counts are those of
    that run. `quarantined_before` is set in a replay: the rows that were in quarantine until then.
    """

    source_file: str
    table: str
    batch_id: str
    read: int
    accepted: int
    quarantined: int
    duplicates: int
    is_skipped: bool = False
    unusable_links: int = 0
    unread_withdrawals: int = 0
    quarantined_before: int | None = None
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def line(self) -> str:
        """Return the counts as one plain sentence."""
        place = f"{self.table} · {self.source_file}"
        if self.is_skipped:
            return f"{place}: skipped, loaded before as batch {self.batch_id}"
        text = (
            f"{place}: read {self.read:,} = accepted {self.accepted:,} + quarantined {self.quarantined:,} "
            f"+ duplicates {self.duplicates:,}"
        )
        by_code: dict[str, int] = {}
        for (_, reason_code), count in self.reasons.items():
            by_code[reason_code] = by_code.get(reason_code, 0) + count
        if by_code:
            ordered = sorted(by_code.items(), key=lambda item: (-item[1], item[0]))
            text += " (" + ", ".join(f"{code} {count:,}" for code, count in ordered) + ")"
        if self.unusable_links:
            text += f"; {self.unusable_links:,} phone or identity card numbers unusable as links"
        if self.unread_withdrawals:
            text += (
                f"; {self.unread_withdrawals:,} rows of another length may hold withdrawals, which count "
                "when the rows are corrected and landed"
            )
        if self.quarantined_before == 0:
            text += "; replayed: read anew under today's mapping"
        elif self.quarantined_before is not None:
            left = self.quarantined_before - self.quarantined
            text += f"; replayed: {max(left, 0):,} of {self.quarantined_before:,} rows left the quarantine"
        return text


@dataclass
class GateResult:
    """What one run of the gate did, in the order of the files.

    `refused` has a sentence per unusable file, `kept` one per table whose quarantined rows a replay could not
    try again because their file is gone. `removals` counts what left for the rights of persons or its age,
    `notes` says what needs a look though all files were read: a sentence per column whose values the table
    they refer to does not hold, and one when a replay had nothing to do.
    """

    tables: list[TableResult] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removals: Removals = field(default_factory=Removals)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return one sentence per file and table, table not replayed and refused file, then the rest."""
        tables = [table.line() for table in self.tables]
        return tables + self.kept + self.refused + self.removals.lines() + self.notes


class FilesRefused(InputError):
    """Some landing files could not be used; `result` tells what became of the others."""

    def __init__(self, result: GateResult) -> None:
        super().__init__("\n".join(result.refused))
        self.result = result
