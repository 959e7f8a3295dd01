"""Hidden cells: the attacker on tables made at random, on planted leaks and on the ledger of releases."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.sparse import csr_array

from conftest import PROJECT
from csat.audit.attack import Attack
from csat.audit.ranges import HIDDEN, KNOWN, OPEN, Exposure, Figures, feasible_range, find_exposures
from csat.build import build
from csat.errors import PublishError
from csat.paths import Paths
from csat.releases import (
    append_release,
    check_ledger,
    count_reopened,
    has_score_marts,
    read_ledger,
    releases,
    write_held_cells,
)

TABLES = 200
LEAST = 4
ASKED_ONE_BY_ONE = 5
PERSONS_MIN = 10
# More than the cells of a table, so that numbers tell tables apart.
SPAN = 1000
# The models that choose companions, in their order.
PASSES = ("first", "second", "third", "last")


@dataclass
class Table:
    """Insurers by segments with all margins, the segments in groups: persons add up, scores are means over
    persons along the segments."""

    groups: dict[int, list[int]] = field(default_factory=dict)
    persons: dict[tuple[int, int], int] = field(default_factory=dict)
    scores: dict[tuple[int, int], float] = field(default_factory=dict)

    @classmethod
    def at_random(cls, seed: int) -> Table:
        """Index 0 of a side is its total, a negative one a group; one cell of the first insurer has too few
        persons."""
        dice = random.Random(seed)
        insurers, sizes = dice.randint(3, 6), [dice.randint(2, 4) for _ in range(dice.randint(2, 3))]
        table, segments = cls(), sum(sizes)
        ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
        table.groups = {
            -number - 1: list(range(end - size + 1, end + 1))
            for number, (end, size) in enumerate(zip(ends, sizes, strict=True))
        }
        for i in range(1, insurers + 1):
            for s in range(1, segments + 1):
                persons = [dice.randint(1, 9), dice.randint(10, 40), dice.randint(40, 400)]
                table.persons[i, s] = dice.choice(persons[1:] if i == 1 else persons)
                table.scores[i, s] = dice.uniform(5, 95)
        table.persons[1, 1] = dice.randint(1, 9)
        for i in range(1, insurers + 1):
            for group, members in table.groups.items():
                table._sum((i, group), [(i, s) for s in members])
            table._sum((i, 0), [(i, group) for group in table.groups])
        for s in range(-len(sizes), segments + 1):
            table._sum((0, s), [(i, s) for i in range(1, insurers + 1)])
        return table

    def _sum(self, whole: tuple[int, int], parts: list[tuple[int, int]]) -> None:
        self.persons[whole] = sum(self.persons[part] for part in parts)
        self.scores[whole] = sum(self.persons[p] * self.scores[p] for p in parts) / self.persons[whole]

    def lines(self) -> list[tuple[tuple[int, int], list[tuple[int, int]]]]:
        """Return every total with its parts."""
        insurers = sorted({i for i, _ in self.persons})
        segments = sorted({s for _, s in self.persons})
        rows = [((i, 0), [(i, group) for group in self.groups]) for i in insurers]
        rows += [((i, g), [(i, s) for s in members]) for i in insurers for g, members in self.groups.items()]
        return rows + [((0, s), [(i, s) for i in insurers if i]) for s in segments]

    @staticmethod
    def is_total(cell: tuple[int, int]) -> bool:
        return min(cell) <= 0

    def small(self) -> set[tuple[int, int]]:
        return {cell for cell, persons in self.persons.items() if persons < PERSONS_MIN}

    def figures(self, hidden: set[tuple[int, int]]) -> Figures:
        """Return the persons of all cells and then their scores, with the sums that the totals make."""
        cells = sorted(self.persons)
        small, closed = self.small(), [cell in hidden for cell in cells]
        persons = np.array([self.persons[cell] for cell in cells], dtype=float)
        # A companion is no secret itself.
        secret = np.array([cell in hidden and cell in small for cell in cells])
        low = np.where(secret, 1, PERSONS_MIN)
        high = np.where(secret, PERSONS_MIN - 1, persons + 1000)
        state = np.where(closed, HIDDEN, OPEN)
        cost = np.array([1.0 + 3 * self.is_total(cell) for cell in cells])
        one = np.zeros(2 * len(cells), dtype=int)
        sums = []
        for whole, parts in self.lines():
            members = [*parts, whole]
            places = [cells.index(cell) for cell in members]
            for shift, weights in ((0, [1.0] * len(members)), (len(cells), persons[places])):
                row = np.zeros(2 * len(cells))
                row[[shift + place for place in places]] = weights
                row[shift + places[-1]] *= -1
                sums.append(row)
        return Figures(
            values=np.concatenate((persons, [self.scores[cell] for cell in cells])),
            lower=np.concatenate((low, np.zeros(len(cells)))),
            upper=np.concatenate((high, np.full(len(cells), 100.0))),
            states=np.concatenate((state, state)),
            secrets=np.concatenate((secret, secret)),
            costs=np.concatenate((cost, cost)),
            blocks=(one,),
            homes=one,
            owners=one,
            kinds=one,
            commons=one.astype(bool),
            sums=csr_array(np.array(sums)),
        )

    def companions(self, hidden: set[tuple[int, int]]) -> set[tuple[int, int]] | None:
        """Attack the table; return the cells to hide, none where nothing is exposed."""
        exposures = find_exposures(self.figures(hidden), LEAST)
        cells = sorted(self.persons)
        found = {cells[place % len(cells)] for exposure in exposures for place in exposure.companions}
        return found if exposures else None

    def members(self, number: int, hidden: set[tuple[int, int]]) -> list[tuple]:
        """Return the rows of int_disclosure_reaches_measured that the lines make."""
        order = {cell: SPAN * number + place for place, cell in enumerate(sorted(self.persons))}
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
                    SPAN * number + place,
                    order[cell],
                    order[cell],
                    "line",
                    cell == whole,
                    self.is_total(cell),
                    persons,
                    1,
                ]
                for factor, above, below in reach.values():
                    row += [factor, *((above, below)[::sign])]
                needed = LEAST if persons < PERSONS_MIN else 0
                rows.append((*row, int(cell in hidden), needed, needed))
        return rows


def _copy_models(mini: Paths, parquet: Path) -> None:
    """Copy the project's models of passes; the first reads the Parquet file."""
    folder = mini.project / "models" / "passes"
    folder.mkdir()
    for name in PASSES:
        file = f"int_companions_hidden_{name}.sql"
        text = (PROJECT / "models" / "intermediate" / "disclosed" / file).read_text(encoding="utf-8")
        text = text.replace("{{ ref('int_disclosure_reaches_measured') }}", f"read_parquet('{parquet}')")
        text = text.replace("{{ ref('int_scoring_rules_pivoted') }}", f"(select {LEAST} as hidden_range_min)")
        (folder / file).write_text(text, encoding="utf-8")


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
    build(mini, tests=False, select=" ".join(f"int_companions_hidden_{name}" for name in PASSES))
    with duckdb.connect(str(mini.warehouse), read_only=True) as connection:
        (schema,) = connection.execute(
            "select distinct schema_name from duckdb_columns() "
            "where table_name = 'int_companions_hidden_last'"
        ).fetchone()
        found = connection.execute(
            f"select distinct cell_number from {schema}.int_companions_hidden_last where is_hidden = 1"
        ).fetchall()
    for (cell,) in found:
        hidden[cell // SPAN].add(sorted(tables[cell // SPAN].persons)[cell % SPAN])


def test_nothing_hidden_in_tables_at_random_can_be_worked_out(mini: Paths, tmp_path: Path) -> None:
    parquet = tmp_path / "members.parquet"
    _copy_models(mini, parquet)
    tables = [Table.at_random(seed) for seed in range(TABLES)]
    hidden = [table.small() for table in tables]
    _add_companions(mini, parquet, tables, hidden)
    for table, cells in zip(tables, hidden, strict=True):
        cells |= table.companions(cells) or set()
    still_exposed = [n for n, cells in enumerate(hidden) if tables[n].companions(cells) is not None]
    assert still_exposed == []
    # Asked one by one, which takes longer, the secrets have the range that they need.
    for table, cells in list(zip(tables, hidden, strict=True))[::ASKED_ONE_BY_ONE]:
        figures = table.figures(cells)
        for secret in np.flatnonzero(figures.secrets).tolist():
            low, high = feasible_range(figures, secret)
            assert high - low >= LEAST - 1e-4
    assert sum(len(cells) for cells in hidden) < sum(len(table.persons) for table in tables)


def test_the_attacker_breaks_every_table_that_hides_small_cells_alone_and_says_what_protects_them() -> None:
    for seed in range(TABLES):
        table = Table.at_random(seed)
        small = table.small()
        companions = table.companions(small)
        assert companions
        assert not companions & small
        assert table.companions(small | companions) is None


def _figures(rows: list[tuple], sums: list[list[float]]) -> Figures:
    """Make figures of rows of value, lower, upper, state, whether it is a secret, and cost."""
    values, lower, upper, states, secrets, costs = (np.array(column) for column in zip(*rows, strict=True))
    one = np.zeros(len(rows), dtype=int)
    is_common = one.astype(bool)
    factors = csr_array(np.array(sums))
    return Figures(values, lower, upper, states, secrets, costs, (one,), one, one, one, is_common, factors)


def test_where_nothing_is_scored_there_is_nothing_to_find() -> None:
    none, one = np.zeros(0), np.zeros(0, dtype=int)
    no = one.astype(bool)
    empty = Figures(none, none, none, one, no, none, (one,), one, one, one, no, csr_array((0, 0)))
    assert find_exposures(empty, LEAST) == []
    # Nor where figures stand in no sum.
    row = (3.0, 1.0, 9.0, HIDDEN, True, 1.0)
    alone = replace(_figures([row], [[1.0]]), sums=csr_array((0, 1)))
    assert find_exposures(alone, LEAST) == []


def test_a_planted_leak_is_found_with_the_range_it_leaves() -> None:
    rows = [(3.0, 1.0, 9.0, HIDDEN, True, 1.0), (20.0, 10.0, 2e4, HIDDEN, True, 1.0)]
    assert find_exposures(_figures(rows, [[1.0, 1.0]]), LEAST) == []
    leak = _figures(rows, [[1.0, 1.0], [0.0, 1.0]])
    assert find_exposures(leak, LEAST) == [Exposure(0, ()), Exposure(1, ())]
    assert feasible_range(leak, 0) == pytest.approx((3, 3))
    # Where only the sum is told, 3 can be from 1 to 9, and so 20 from 14 to 22.
    assert feasible_range(_figures(rows, [[1.0, 1.0]]), 1) == pytest.approx((14, 22))


@pytest.mark.parametrize(("high", "exposed"), [(3, [0]), (3.99, [0]), (4, []), (9, [])])
def test_a_range_of_exactly_the_limit_is_wide_enough(high: float, exposed: list[int]) -> None:
    rows = [(high / 2, 0.0, high, HIDDEN, True, 1.0), (50.0, 0.0, 100.0, HIDDEN, False, 1.0)]
    found = find_exposures(_figures(rows, [[1.0, 1.0]]), LEAST)
    assert [exposure.secret for exposure in found] == exposed


def test_the_cheapest_open_figure_is_hidden_that_can_move_far_enough() -> None:
    # The secret is 100 and can only fall. The second cannot rise, the third is known for good, the fourth is
    # dear.
    rows = [(100.0, 0.0, 100.0, HIDDEN, True, 1.0), (100.0, 0.0, 100.0, OPEN, False, 1.0)]
    rows += [(50.0, 0.0, 100.0, KNOWN, False, 1.0), (50.0, 0.0, 100.0, OPEN, False, 3.0)]
    rows += [(50.0, 0.0, 100.0, OPEN, False, 2.0)]
    assert find_exposures(_figures(rows, [[1.0] * 5]), LEAST) == [Exposure(0, (4,))]


def test_a_secret_that_another_cell_shows_is_hidden_with_it() -> None:
    rows = [(3.0, 1.0, 9.0, OPEN, True, 1.0), (20.0, 10.0, 2e4, OPEN, False, 1.0)]
    assert find_exposures(_figures(rows, [[0.0, 1.0]]), LEAST) == [Exposure(0, (0,))]


def test_what_is_free_by_a_long_way_hides_nothing_and_leaves_no_other_secret_open() -> None:
    # The first secret moves along a chain of a hundred figures; the second only with the open one beside it.
    rows = [(50.0, 0.0, 100.0, HIDDEN, True, 1.0), (50.0, 0.0, 100.0, HIDDEN, True, 1.0)]
    rows += [(50.0, 0.0, 100.0, OPEN, False, 1.0), *[(50.0, 0.0, 100.0, HIDDEN, False, 1.0)] * 100]
    sums = np.zeros((101, 103))
    sums[0, [0, 2, 3]] = sums[1, [1, 2]] = 1.0
    for row in range(2, 101):
        sums[row, [row + 1, row + 2]] = 1.0
    figures = _figures(rows, sums.tolist())
    houses = np.where(np.arange(103) < 3, 0, 1)
    # Each figure is a block of its own, so that they are not all moved at once.
    figures = replace(figures, blocks=(np.arange(103),), homes=houses, owners=houses)
    assert find_exposures(figures, LEAST) == [Exposure(1, (2,))]


def test_a_secret_that_nothing_protects_takes_its_insurer_wave_and_kind_of_segment() -> None:
    with duckdb.connect() as connection:
        keys = [
            ("w", "i", "gender", "male", False),
            ("w", "i", "gender", "female", True),
            ("w", "i", "region", "north", True),
            ("w", "j", "gender", "male", True),
            ("x", "i", "gender", "male", True),
            ("w", "i", "all", "all", True),
        ]
        connection.execute(
            "create table audit_cells (cell_number int, wave_id varchar, framework_version varchar, "
            "insurer_id varchar, segment_type varchar, segment_code varchar, score_level varchar, "
            "score_code varchar, is_shown bool)"
        )
        for number, (wave, insurer, kind, code, is_shown) in enumerate(keys):
            connection.execute(
                "insert into audit_cells values (?, ?, 'v', ?, ?, ?, 'index', 'index', ?)",
                [number, wave, insurer, kind, code, is_shown],
            )
        connection.execute(
            "create table audit_figures as select cell_number, cell_number as place, 'count' as unit "
            "from audit_cells"
        )
        connection.execute(
            "create table audit_others as select 6 as place, 'w' as wave_id, 'i' as insurer_id, "
            "'region' as segment_type"
        )
        attack = Attack(connection, _figures([(3.0, 1.0, 9.0, HIDDEN, True, 1.0)], [[1.0]]), LEAST)

        def hidden(*exposures: Exposure) -> list[tuple[str, ...]]:
            return [(key[0], *key[2:5]) for key in attack.companions(exposures)]

        female, total = ("w", "i", "gender", "female"), ("w", "i", "all", "all")
        assert hidden(Exposure(0, (5,))) == [total]
        assert hidden(Exposure(0, ())) == [female]
        # Respondents are no cell of a score mart.
        assert hidden(Exposure(0, (5,)), Exposure(6, ())) == [total, ("w", "i", "region", "north")]


def _published(connection: duckdb.DuckDBPyConnection, statuses: dict[str, str], version: str = "v") -> None:
    """Make score marts with one wave of one insurer and the indicators named."""
    connection.execute("attach ':memory:' as published")
    scope = f"'w' as wave_id, '{version}' as framework_version, 'i' as insurer_id"
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


def _release(paths: Paths, statuses: dict[str, str], version: str = "v") -> Path:
    with duckdb.connect() as connection:
        _published(connection, statuses, version)
        file = append_release(connection, "published", paths)
    assert file is not None
    return file


def _held(paths: Paths) -> list[tuple[str, str]]:
    file = paths.raw / "disclosure" / "held_cells" / "part-cells.parquet"
    return duckdb.execute(
        f"select framework_version, score_code from read_parquet('{file}') order by all"
    ).fetchall()


@pytest.fixture
def ledger(mini: Paths, tmp_path: Path) -> Paths:
    folder = mini.project / "models" / "staging" / "disclosure"
    folder.mkdir(parents=True)
    for file in (PROJECT / "models" / "staging" / "disclosure").iterdir():
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    framework = tmp_path / "framework"
    framework.mkdir()
    (framework / "framework_versions.csv").write_text("framework_version\nv\n", encoding="utf-8")
    return replace(mini, framework_source=framework)


def test_what_a_release_hid_stays_hidden_in_all_later_ones(ledger: Paths) -> None:
    _release(ledger, {"a": "small_n", "b": "published", "c": "complementary"})
    _release(ledger, {"a": "published", "b": "published", "c": "published"})
    assert write_held_cells(ledger) == 2
    assert _held(ledger) == [("v", "a"), ("v", "c")]
    key = ("w", "v", "i", "all", "all", "indicator", "b")
    assert write_held_cells(ledger, [key]) == 3
    assert _held(ledger) == [("v", "a"), ("v", "b"), ("v", "c")]
    # What was only tried, but never released, is forgotten.
    assert write_held_cells(ledger) == 2


def test_a_new_version_of_the_framework_opens_nothing(ledger: Paths) -> None:
    _release(ledger, {"a": "small_n", "b": "published"})
    versions = ledger.framework_source / "framework_versions.csv"
    versions.write_text("framework_version\nv\nnew\n", encoding="utf-8")
    write_held_cells(ledger)
    assert _held(ledger) == [("new", "a"), ("v", "a")]
    # What the new version has shown is not taken back for what the old one hides.
    _release(ledger, {"a": "published", "b": "published"}, version="new")
    write_held_cells(ledger)
    assert _held(ledger) == [("v", "a")]


def test_a_release_that_shows_nothing_new_is_not_kept_again(ledger: Paths) -> None:
    file = _release(ledger, {"a": "small_n", "b": "published"})
    with duckdb.connect() as connection:
        _published(connection, {"b": "published", "a": "small_n"})
        assert append_release(connection, "published", ledger) is None
    assert releases(ledger) == [file]
    _release(ledger, {"a": "small_n", "b": "complementary"})
    assert len(releases(ledger)) == 2


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


def test_a_missing_file_of_the_ledger_stops_with_one_sentence(ledger: Paths) -> None:
    first = _release(ledger, {"a": "small_n"})
    _release(ledger, {"a": "published"})
    first.unlink()
    with pytest.raises(PublishError, match=r"release-000001\.parquet: this file .* is missing; put back"):
        write_held_cells(ledger)


def test_cells_that_a_release_hid_and_a_file_shows_are_counted(ledger: Paths) -> None:
    _release(ledger, {"a": "small_n", "b": "published", "c": "complementary"})
    with duckdb.connect() as connection:
        _published(connection, {"a": "published", "b": "published", "c": "complementary"})
        read_ledger(connection, releases(ledger))
        assert count_reopened(connection, "published", ledger) == 1


def test_a_new_version_that_shows_what_the_old_one_hid_is_counted(ledger: Paths) -> None:
    _release(ledger, {"a": "small_n", "b": "published"})
    versions = ledger.framework_source / "framework_versions.csv"
    versions.write_text("framework_version\nv\nnew\n", encoding="utf-8")
    with duckdb.connect() as connection:
        _published(connection, {"a": "published", "b": "published"}, version="new")
        read_ledger(connection, releases(ledger))
        assert count_reopened(connection, "published", ledger) == 1


def _publish_file(paths: Paths, statuses: dict[str, str]) -> Path:
    """Write a published file with these cells, as a publication leaves it."""
    file = paths.published / "csat.duckdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        _published(connection, statuses)
        connection.execute(f"attach '{file}' as written")
        connection.execute("copy from database published to written")
    return file


def test_a_lost_newest_release_stops_the_next_publication(ledger: Paths) -> None:
    _release(ledger, {"a": "published", "b": "published"})
    newest = _release(ledger, {"a": "small_n", "b": "published"})
    file = _publish_file(ledger, {"a": "small_n", "b": "published"})
    check_ledger(ledger, file)
    newest.unlink()
    with pytest.raises(PublishError, match=r"release-000002\.parquet: this file .* none shows what csat"):
        check_ledger(ledger, file)


def test_a_ledger_ahead_of_the_published_file_is_no_loss(ledger: Paths) -> None:
    _release(ledger, {"a": "published", "b": "published"})
    # A release whose file was not swapped in, or after which an older file was put back.
    _release(ledger, {"a": "small_n", "b": "published"})
    check_ledger(ledger, _publish_file(ledger, {"a": "published", "b": "published"}))


def test_score_marts_are_audited_together_or_not_published(ledger: Paths) -> None:
    with duckdb.connect() as connection:
        _published(connection, {"a": "published"})
        assert has_score_marts(connection, "published")
        connection.execute("drop table published.fct_index_scores")
        with pytest.raises(PublishError, match=r"lacks fct_index_scores, .* run csat build without --select"):
            has_score_marts(connection, "published")
