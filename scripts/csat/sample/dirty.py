"""Faulty rows of every kind, added to the good ones so that the truth stays as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from csat.contract import Column, Table
from csat.sample.population import id_cards

SHARE = 0.003
UNKNOWN_INSURER = "no_such_insurer"
UNMAPPED_LABEL = "还行吧"
UNKNOWN_MERCHANTS = ("某某互助平台", "好运来保险超市", "未知机构")
_CONFLICTS = {
    "boolean": ("true", "false"),
    "bigint": ("7", "8"),
    "date": ("2025-05-05", "2025-05-06"),
    "timestamp": ("2025-05-05 10:00:00", "2025-05-06 10:00:00"),
}


@dataclass
class DirtyLog:
    """Counts by table and kind."""

    counts: Counter = field(default_factory=Counter)

    def add(self, table: str, kind: str, count: int) -> None:
        self.counts[(table, kind)] += count

    @property
    def rows(self) -> list[tuple[str, str, int]]:
        return [(table, kind, count) for (table, kind), count in sorted(self.counts.items())]


def _set(row: dict[str, str], column: Column, value: str) -> dict[str, str]:
    return {**row, column.landing_name: value}


def _years_back(value: str) -> str:
    """The same day eight years earlier; leap days stay leap days."""
    return f"{int(value[:4]) - 8}{value[4:]}" if value else value


def _hours_before(value: str) -> str:
    moment = np.datetime64(value.replace(" ", "T"), "s") - np.timedelta64(30, "h")
    return str(moment).replace("T", " ")


class Spoiler:
    """Makes faulty rows for one file from copies of its good rows.

    header: names in file order; is_typed: the file is Parquet, so text cannot stand where a number belongs.
    """

    def __init__(self, table: Table, header: list[str], rng: np.random.Generator, is_typed: bool, label: str):
        self.table, self.header, self.rng, self.is_typed = table, header, rng, is_typed
        self.label = label
        self.columns = [column for column in table.columns if column.landing_name in header]
        self.serial = 0

    def _some(self, columns: list[Column]) -> Column:
        return columns[int(self.rng.integers(len(columns)))]

    def _renamed(self, row: dict[str, str]) -> dict[str, str]:
        """Give the copy a key of its own, below all others in order; totals get an insurer nobody knows."""
        keys = [column for column in self.columns if column.is_key]
        if len(keys) > 2:
            return {**row, "insurer_id": UNKNOWN_INSURER}
        self.serial += 1
        return _set(row, keys[0], f"D{self.label}{self.serial:05d}")

    def kinds(self) -> dict[str, list[Column]]:
        """Kinds of fault this table can have, with the columns each may strike."""
        times = [column for column in self.columns if column.data_type in ("timestamp", "date")]
        events = [column for column in self.columns if column.is_event]
        numbers = [
            column
            for column in self.columns
            if column.data_type not in ("string", "boolean", "timestamp", "date") and not column.identity
        ]
        strikes = {
            "exact_duplicate": self.columns,
            "conflicting_key": [column for column in self.columns if column.is_key],
            "missing_required": [
                column
                for column in self.columns
                if column.is_required and not column.is_key and column.landing_name != "insurer_id"
            ],
            "value_not_allowed": [column for column in self.columns if column.allowed],
            "out_of_range": [column for column in self.columns if column.minimum is not None],
            "event_in_future": events,
            "outside_waves": events,
            "unknown_insurer": [column for column in self.columns if column.name == "insurer_id"],
        }
        if not self.is_typed:
            strikes |= {"wrong_type": numbers + events, "impossible_date": times, "ragged_line": self.columns}
        strikes |= {
            kind: self.columns[:1]
            for table, kind in (
                ("claims.claims", "paid_before_reported"),
                ("survey.responses", "submitted_before_started"),
                ("survey.responses", "unmapped_label"),
                ("survey.responses", "sheet_without_answers"),
                ("survey.responses", "superseded_sheet"),
                ("policy.exposures", "period_is_no_wave"),
                ("reviews.posts", "unknown_merchant"),
                ("policy.customers", "phone_of_two_persons"),
            )
            if table == self.table.address
        }
        return {kind: columns for kind, columns in strikes.items() if columns}

    def spoil(
        self, rows: list[list[str]], total: int, log: DirtyLog, questions: list[str]
    ) -> list[list[str]]:
        """Return faulty rows, about SHARE of `total` and at least one of each kind; counts go to `log`.

        rows: good rows of the file as text, all or some. total: rows of the file. questions: headers of the
        scored questions of answer sheets.
        """
        kinds = self.kinds()
        each = max(1, round(SHARE * total / len(kinds)))
        out: list[list[str]] = []
        for kind, columns in kinds.items():
            before = len(out)
            for place in self.rng.integers(len(rows), size=each):
                row = dict(zip(self.header, rows[place], strict=True))
                out += self._faulty(kind, row, columns, questions)
            log.add(self.table.address, kind, len(out) - before)
        return out

    def _faulty(
        self, kind: str, row: dict[str, str], columns: list[Column], questions: list[str]
    ) -> list[list[str]]:
        if kind == "exact_duplicate":
            return [self._line(row)]
        row = self._renamed(row)
        column = self._some(columns)
        if kind == "conflicting_key":
            last = [column for column in self.columns if not column.is_key][-1]
            values = _CONFLICTS.get(last.data_type, ("甲", "乙"))
            return [self._line(_set(row, last, value)) for value in values]
        if kind == "ragged_line":
            line = self._line(row)
            return [[*line, "多余"] if self.rng.random() < 0.5 else line[:-2]]
        if kind == "phone_of_two_persons":
            return self._two_persons(row)
        faults = {
            "missing_required": lambda: _set(row, column, ""),
            "value_not_allowed": lambda: _set(row, column, "其他值"),
            "out_of_range": lambda: _set(row, column, "-5"),
            "event_in_future": lambda: _set(row, column, "2099-06-30 12:00:00"),
            "outside_waves": lambda: {
                **row,
                **{event.landing_name: _years_back(row[event.landing_name]) for event in columns},
            },
            "unknown_insurer": lambda: _set(row, column, UNKNOWN_INSURER),
            "wrong_type": lambda: _set(row, column, "待定"),
            "impossible_date": lambda: _set(
                row, column, "2025-02-30" if column.data_type == "date" else "2025-02-30 10:00:00"
            ),
            "paid_before_reported": lambda: {
                **row,
                "paid_at": _hours_before(row["reported_at"]),
                "outcome": "paid",
                "closed_at": row["closed_at"] or row["reported_at"],
            },
            "submitted_before_started": lambda: {
                **row,
                "started_at": row["submitted_at"],
                "submitted_at": _hours_before(row["submitted_at"]),
            },
            "unmapped_label": lambda: {**row, self._answered(row, questions): UNMAPPED_LABEL},
            "sheet_without_answers": lambda: {
                **row,
                **{name: "" for name in questions},
                "submitted_at": _hours_before(row["submitted_at"]),
                "started_at": _hours_before(row["started_at"]),
            },
            "superseded_sheet": lambda: {
                **row,
                **{name: "" for name in questions[4:]},
                "submitted_at": _hours_before(row["submitted_at"]),
                "started_at": _hours_before(row["started_at"]),
            },
            "period_is_no_wave": lambda: {
                **row,
                "region": "",
                "insurer_id": row["insurer_id"],
                "period_starts_on": "2025-01-01",
                "period_ends_on": "2025-12-31",
                "product_line": f"{row['product_line']}_total_{self._next()}",
            },
            "unknown_merchant": lambda: {
                **row,
                "merchant_name": UNKNOWN_MERCHANTS[int(self.rng.integers(len(UNKNOWN_MERCHANTS)))],
            },
        }
        return [self._line(faults[kind]())]

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def _answered(self, row: dict[str, str], questions: list[str]) -> str:
        filled = [name for name in questions if row[name]] or questions
        return filled[int(self.rng.integers(len(filled)))]

    def _two_persons(self, row: dict[str, str]) -> list[list[str]]:
        """Two new customers who share a phone but not the identity card."""
        serial = self._next()
        shared = {**row, "phone": f"154{99_000_000 + serial:08d}"}
        return [self._line(self._renamed({**shared, "id_card": card})) for card in _spare_cards(serial)]

    def _line(self, row: dict[str, str]) -> list[str]:
        return [row[name] for name in self.header]


def _spare_cards(serial: int) -> list[str]:
    """Two valid, fictional identity numbers that no customer of the sample has."""
    numbers = np.array([4_900_000 + 2 * serial, 4_900_001 + 2 * serial])
    births = np.array(["1980-01-01", "1985-01-01"], dtype="datetime64[D]")
    return list(id_cards(numbers, births, np.array([0, 1])))
