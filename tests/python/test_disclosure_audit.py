"""Hidden cells: the attacker on tables made at random, on planted leaks and on the ledger of releases."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from csat.audit import Identity, Unknown, find_exposures
from csat.build import build
from csat.errors import PublishError
from csat.paths import Paths
from csat.releases import append_release, releases, write_held_cells

TABLES = 200
LEAST = 4
PERSONS_MIN = 10
ROUNDS = 5
PASSES = """
with

members as (
    select * from {source}
),

rules as (
    select 4 as hidden_range_min
),

{{{{ companion_passes('members', passes=8, at_once={at_once}) }}}},

final as (
    select * from passed
)

select * from final
"""


@dataclass
class Table:
    """Insurers by segments with all margins: persons add up, scores are means over persons along the
    segments."""

    persons: dict[tuple[int, int], int] = field(default_factory=dict)
    scores: dict[tuple[int, int], float] = field(default_factory=dict)

    @classmethod
    def at_random(cls, seed: int) -> Table:
        """Index 0 of a side is its total; one cell of the first insurer has too few persons."""
        dice = random.Random(seed)
        insurers, segments = dice.randint(3, 6), dice.randint(3, 7)
        table = cls()
        for i in range(1, insurers + 1):
            for s in range(1, segments + 1):
                sizes = [dice.randint(1, 9), dice.randint(10, 40), dice.randint(40, 400)]
                table.persons[i, s] = dice.choice(sizes[1:] if i == 1 else sizes)
                table.scores[i, s] = dice.uniform(5, 95)
        table.persons[1, 1] = dice.randint(1, 9)
        for i in range(1, insurers + 1):
            table._sum((i, 0), [(i, s) for s in range(1, segments + 1)])
        for s in range(segments + 1):
            table._sum((0, s), [(i, s) for i in range(1, insurers + 1)])
        return table

    def _sum(self, whole: tuple[int, int], parts: list[tuple[int, int]]) -> None:
        self.persons[whole] = sum(self.persons[part] for part in parts)
        self.scores[whole] = sum(self.persons[p] * self.scores[p] for p in parts) / self.persons[whole]

    def lines(self) -> list[tuple[tuple[int, int], list[tuple[int, int]]]]:
        """Return every total with its parts."""
        insurers = sorted({i for i, _ in self.persons} - {0})
        segments = sorted({s for _, s in self.persons} - {0})
        rows = [((i, 0), [(i, s) for s in segments]) for i in (0, *insurers)]
        return rows + [((0, s), [(i, s) for i in insurers]) for s in (0, *segments)]

    def small(self) -> set[tuple[int, int]]:
        return {cell for cell, persons in self.persons.items() if persons < PERSONS_MIN}

    def exposed(self, hidden: set[tuple[int, int]]) -> list[tuple[tuple[int, int], list[tuple[int, int]]]]:
        """Attack persons and scores; return the exposed cells with the open cells of the sums that hold
        them."""
        unknowns, places, cells = [], {}, []
        for cell in sorted(hidden):
            persons = self.persons[cell]
            # A companion is no secret itself.
            is_small = persons < PERSONS_MIN
            low, high = (1, PERSONS_MIN - 1) if is_small else (PERSONS_MIN, 1000 + persons)
            for unit, unknown in (
                ("count", Unknown(f"persons of {cell}", persons, low, high, is_small)),
                ("score", Unknown(f"score of {cell}", self.scores[cell], 0, 100, is_small)),
            ):
                places[unit, cell] = len(unknowns)
                unknowns.append(unknown)
                cells.append(cell)
        identities, open_cells = [], {}
        for unit in ("count", "score"):
            for whole, parts in self.lines():
                weights = {part: 1 if unit == "count" else self.persons[part] for part in parts}
                weights[whole] = -1 if unit == "count" else -self.persons[whole]
                factors = {places[unit, cell]: float(w) for cell, w in weights.items() if cell in hidden}
                name = f"{unit} of {whole} and {parts[0]}"
                open_cells[name] = sorted(set(weights) - hidden)
                identities.append(Identity(name, factors))
        return [
            (
                cells[unknowns.index(exposure.unknown)],
                [cell for identity in exposure.identities for cell in open_cells[identity.name]],
            )
            for exposure in find_exposures(unknowns, identities, LEAST)
        ]

    def members(self, number: int, hidden: set[tuple[int, int]]) -> list[tuple]:
        """Return the rows of int_disclosure_reaches_measured that the lines make."""
        order = {cell: 100 * number + place for place, cell in enumerate(sorted(self.persons))}
        rows = []
        for place, (whole, parts) in enumerate(self.lines()):
            for cell in [*parts, whole]:
                persons, score, sign = self.persons[cell], self.scores[cell], 1 if cell != whole else -1
                low, high = (1, PERSONS_MIN - 1) if persons < PERSONS_MIN else (PERSONS_MIN, 100 * persons)
                reach = {
                    "count": (1, high - persons, persons - low),
                    "score": (persons, persons * (100 - score), persons * score),
                }
                row = [
                    100 * number + place,
                    order[cell],
                    order[cell],
                    "line",
                    cell == whole,
                    0 in cell,
                    persons,
                    1,
                ]
                for factor, above, below in reach.values():
                    row += [factor, *((above, below)[::sign])]
                needed = LEAST if persons < PERSONS_MIN else 0
                rows.append((*row, int(cell in hidden), needed, needed))
        return rows


def _write_models(mini: Paths, parquet: Path) -> None:
    """Write three models of passes as the project has them; the first reads the Parquet file."""
    folder = mini.project / "models" / "passes"
    folder.mkdir()
    source = f"read_parquet('{parquet}')"
    for name, at_once in (("first", 1), ("second", 1), ("third", 2)):
        (folder / f"{name}.sql").write_text(PASSES.format(source=source, at_once=at_once), encoding="utf-8")
        source = f"{{{{ ref('{name}') }}}}"


def _add_companions(
    mini: Paths, parquet: Path, tables: list[Table], hidden: list[set[tuple[int, int]]]
) -> None:
    """Run the project's passes over all tables and add the companions to what is hidden."""
    names = ["line_number", "member_number", "cell_number", "line_kind", "is_whole", "is_total", "cell_size"]
    names += ["identity_count"]
    names += [f"{unit}_{side}" for unit in ("count", "score") for side in ("factor", "above", "below")]
    names += ["is_hidden", "count_needed", "score_needed"]
    kinds = ["int", "int", "int", "varchar", "bool", "bool", "int", "int"]
    kinds += ["double", "decimal(28, 9)", "decimal(28, 9)"] * 2 + ["int", "double", "double"]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    rows = [row for number, table in enumerate(tables) for row in table.members(number, hidden[number])]
    with duckdb.connect() as connection:
        connection.execute(f"create table members ({columns})")
        text = parquet.with_suffix(".csv")
        with text.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        connection.execute(f"copy members from '{text}' (header false)")
        connection.execute(f"copy members to '{parquet}' (format parquet)")
    build(mini, tests=False, select="first second third")
    with duckdb.connect(str(mini.warehouse), read_only=True) as connection:
        (schema,) = connection.execute(
            "select schema_name from duckdb_tables() where table_name = 'third' "
            "union select schema_name from duckdb_views() where view_name = 'third'"
        ).fetchone()
        found = connection.execute(
            f"select distinct cell_number from {schema}.third where is_hidden = 1"
        ).fetchall()
    for (cell,) in found:
        hidden[cell // 100].add(sorted(tables[cell // 100].persons)[cell % 100])


def test_nothing_hidden_in_tables_at_random_can_be_worked_out(mini: Paths, tmp_path: Path) -> None:
    parquet = tmp_path / "members.parquet"
    _write_models(mini, parquet)
    tables = [Table.at_random(seed) for seed in range(TABLES)]
    hidden = [table.small() for table in tables]
    # Hiding only what is too small leaves something to work out in every table.
    assert all(table.exposed(small) for table, small in zip(tables, hidden, strict=True))
    for _ in range(ROUNDS):
        _add_companions(mini, parquet, tables, hidden)
        exposures = [table.exposed(cells) for table, cells in zip(tables, hidden, strict=True)]
        if not any(exposures):
            break
        for number, found in enumerate(exposures):
            persons = tables[number].persons
            for _, open_cells in found:
                rest = sorted(
                    set(open_cells) - hidden[number], key=lambda cell: (0 in cell, persons[cell], cell)
                )
                hidden[number].update(rest[:1])
    assert [number for number, found in enumerate(exposures) if found] == []
    assert sum(len(cells) for cells in hidden) < sum(len(table.persons) for table in tables)


def test_a_planted_leak_is_reported_with_the_sum_that_tells() -> None:
    unknowns = [Unknown("a", 3, 1, 9), Unknown("b", 20, 10, 20000), Unknown("c", 50, 0, 100)]
    closed = [Identity("a and b make 23", {0: 1.0, 1: 1.0})]
    assert find_exposures(unknowns, closed, LEAST) == []
    leak = Identity("b is told elsewhere", {1: 1.0})
    found = find_exposures(unknowns, [*closed, leak], LEAST)
    assert [
        (exposure.unknown.name, round(exposure.lower, 6), round(exposure.upper, 6)) for exposure in found
    ] == [
        ("a", 3, 3),
        ("b", 20, 20),
    ]
    assert all(
        "b is told elsewhere" in {identity.name for identity in exposure.identities} for exposure in found
    )


@pytest.mark.parametrize(("high", "exposed"), [(3, ["a", "b"]), (3.99, ["a", "b"]), (4, []), (9, [])])
def test_a_range_of_exactly_the_limit_is_wide_enough(high: float, exposed: list[str]) -> None:
    unknowns = [Unknown("a", high / 2, 0, high), Unknown("b", 50, 0, 100)]
    found = find_exposures(unknowns, [Identity("sum", {0: 1.0, 1: 1.0})], LEAST)
    assert [exposure.unknown.name for exposure in found] == exposed


def _published(connection: duckdb.DuckDBPyConnection, statuses: dict[str, str]) -> None:
    """Make score marts with one wave of one insurer and the indicators named."""
    connection.execute("attach ':memory:' as published")
    scope = "'w' as wave_id, 'v' as framework_version, 'i' as insurer_id"
    segment = "'all' as segment_type, 'all' as segment_code"
    rows = " union all ".join(
        f"select {scope}, {segment}, '{code}' as indicator_code, '{status}' as disclosure_status, "
        f"{'50.0' if status == 'published' else 'null::double'} as score, null::double as value, "
        f"{'40' if status == 'published' else 'null::int'} as base_count"
        for code, status in statuses.items()
    )
    connection.execute(f"create table published.fct_indicator_scores as {rows}")
    empty = "null::varchar as disclosure_status, null::double as score, null::int as base_count limit 0"
    connection.execute(
        f"create table published.fct_dimension_scores as "
        f"select {scope}, {segment}, '' as dimension_code, {empty}"
    )
    connection.execute(f"create table published.fct_index_scores as select {scope}, {segment}, {empty}")
    connection.execute(
        f"create table published.fct_regulator_scores as "
        f"select {scope}, '' as view_code, '' as element_code, {empty}"
    )


def _release(paths: Paths, statuses: dict[str, str]) -> Path:
    with duckdb.connect() as connection:
        _published(connection, statuses)
        file = append_release(connection, "published", paths)
    assert file is not None
    return file


def _held(paths: Paths) -> list[tuple[str, str]]:
    file = paths.raw / "disclosure" / "held_cells" / "part-cells.parquet"
    return duckdb.execute(
        f"select score_code, held_reason from read_parquet('{file}') order by all"
    ).fetchall()


@pytest.fixture
def ledger(mini: Paths) -> Paths:
    project = Path(__file__).resolve().parents[2]
    folder = mini.project / "models" / "staging" / "disclosure"
    folder.mkdir(parents=True)
    for file in (project / "models" / "staging" / "disclosure").iterdir():
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return mini


def test_what_a_release_hid_stays_hidden_in_all_later_ones(ledger: Paths) -> None:
    _release(ledger, {"a": "small_n", "b": "published", "c": "complementary"})
    _release(ledger, {"a": "published", "b": "published", "c": "published"})
    assert write_held_cells(ledger) == 2
    assert _held(ledger) == [("a", "released"), ("c", "released")]
    key = ("w", "v", "i", "all", "all", "indicator", "b")
    assert write_held_cells(ledger, [(*key, "exposed")]) == 3
    assert _held(ledger) == [("a", "released"), ("b", "exposed"), ("c", "released")]
    # What was only tried, but never released, is forgotten.
    assert write_held_cells(ledger) == 2


def test_the_ledger_holds_no_hidden_figure(ledger: Paths) -> None:
    file = _release(ledger, {"a": "small_n", "b": "published"})
    rows = duckdb.execute(
        f"select score_code, score, base_count from read_parquet('{file}') order by 1"
    ).fetchall()
    assert rows == [("a", None, None), ("b", 50.0, 40)]
    assert releases(ledger) == [file]


def test_a_damaged_ledger_stops_with_one_sentence(ledger: Paths) -> None:
    file = _release(ledger, {"a": "small_n"})
    file.write_bytes(b"not parquet")
    with pytest.raises(
        PublishError, match=r"release-000001\.parquet: this file of the ledger .* put back a copy"
    ):
        write_held_cells(ledger)
