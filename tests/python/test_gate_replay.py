"""Replays and databases: rows leave the quarantine after a repair, once each; tables come in by name."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import csat.gate.run
import csat.gate.store
from csat.errors import InputError
from csat.gate import GateResult, gate_database, gate_landing
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
COLUMNS = """file_pattern,table,source_column,target_column,date_format
claims*,claims.claims,reported,reported_at,
"""
CLAIMS = """claim_id,insurer_id,reported,outcome
A1,x,2026-01-01,paid
A2,x,01.02.2026,paid
A3,x,2026-01-03,赔付
A4,x,2026-07-15,paid
A1,x,2026-01-01,paid
A5
"""


@pytest.fixture(autouse=True)
def landed(paths: Paths) -> None:
    put(paths, "claims/claims_1.csv", CLAIMS)
    put(paths, "claims/mapping/columns.csv", COLUMNS)


def put(paths: Paths, name: str, content: str) -> Path:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def counts(result: GateResult) -> list[tuple[int, int, int, int]]:
    return [(one.read, one.accepted, one.quarantined, one.duplicates) for one in result.tables]


def ids(paths: Paths) -> list[str]:
    query = f"select claim_id from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    return [row[0] for row in duckdb.sql(query).fetchall()]


def manifest(paths: Paths) -> list[tuple]:
    columns = "source_file, rows_read, rows_accepted, rows_quarantined, rows_duplicate"
    return duckdb.sql(
        f"select {columns} from '{paths.raw}/gate/files/part-*.parquet' order by all"
    ).fetchall()


def waiting(paths: Paths) -> list[int]:
    folder = paths.quarantine / "claims" / "claims"
    return sorted(
        n for part in folder.glob("*.parquet") for n in pq.read_table(part)["row_number"].to_pylist()
    )


def repair(paths: Paths) -> None:
    put(
        paths,
        "claims/mapping/categories.csv",
        "table,target_column,found,value\nclaims.claims,outcome,赔付,paid\n",
    )


def test_a_repair_moves_rows_in_once(paths: Paths) -> None:
    assert counts(gate_landing(paths, RECEIVED_ON)) == [(6, 1, 4, 1)]
    assert (ids(paths), waiting(paths)) == (["A1"], [2, 3, 4, 6])
    repair(paths)
    result = gate_landing(paths, RECEIVED_ON, is_replay=True)
    assert counts(result) == [(6, 2, 3, 1)]
    assert result.lines()[0].endswith("; replayed: 1 of 4 rows left the quarantine")
    assert (ids(paths), waiting(paths)) == (["A1", "A3"], [2, 4, 6])
    # A later day of receipt lets the event in that was in the future.
    assert counts(gate_landing(paths, date(2026, 8, 1), is_replay=True)) == [(6, 3, 2, 1)]
    assert (ids(paths), waiting(paths)) == (["A1", "A3", "A4"], [2, 6])
    assert manifest(paths) == [("claims_1.csv", 6, 3, 2, 1)]
    assert counts(gate_landing(paths, date(2026, 8, 1))) == [(6, 3, 2, 1)]
    assert len(ids(paths)) == 3


def test_a_load_under_the_repaired_mapping_is_replaced_too(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    repair(paths)
    # Without --replay the file comes in again beside its first batch.
    assert counts(gate_landing(paths, RECEIVED_ON)) == [(6, 1, 3, 2)]
    assert manifest(paths) == [("claims_1.csv", 6, 1, 0, 5), ("claims_1.csv", 6, 1, 3, 2)]
    assert waiting(paths) == [2, 4, 6]
    assert counts(gate_landing(paths, RECEIVED_ON, is_replay=True)) == [(6, 2, 3, 1)]
    assert manifest(paths) == [("claims_1.csv", 6, 2, 3, 1)]
    assert ids(paths) == ["A1", "A3"]


def test_a_file_landed_again_has_its_refused_rows_once(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    more = CLAIMS + "A6,x,gestern,paid\nA7,x,2026-02-01,paid\n"
    put(paths, "claims/claims_1.csv", more)
    assert counts(gate_landing(paths, date(2026, 7, 5))) == [(8, 1, 5, 2)]
    assert manifest(paths) == [("claims_1.csv", 6, 1, 0, 5), ("claims_1.csv", 8, 1, 5, 2)]
    assert waiting(paths) == [2, 3, 4, 6, 7]
    reasons = f"select sum(rows_quarantined) from '{paths.raw}/gate/reasons/part-*.parquet'"
    assert duckdb.sql(reasons).fetchall() == [(5,)]
    # A row ages from the day on which it came first.
    days = f"select row_number, received_on from '{paths.quarantine}/claims/claims/*.parquet' order by all"
    assert duckdb.sql(days).fetchall() == [
        *((row, RECEIVED_ON) for row in (2, 3, 4, 6)),
        (7, date(2026, 7, 5)),
    ]
    repair(paths)
    assert counts(gate_landing(paths, RECEIVED_ON, is_replay=True)) == [(8, 2, 4, 2)]
    assert waiting(paths) == [2, 4, 6, 7]


def test_the_same_row_of_another_file_is_refused_there_too(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    put(paths, "claims/claims_2.csv", CLAIMS + "A8,x,2026-02-01,paid\n")
    gate_landing(paths, RECEIVED_ON)
    assert waiting(paths) == [2, 2, 3, 3, 4, 4, 6, 6]


def test_rows_accepted_from_another_file_stay_the_first_of_their_key(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    put(paths, "claims/claims_2.csv", "claim_id,insurer_id,reported,outcome\nA3,x,2026-01-03,paid\n")
    gate_landing(paths, RECEIVED_ON)
    repair(paths)
    result = gate_landing(paths, RECEIVED_ON, is_replay=True)
    # The repair concerns both files.
    assert counts(result) == [(6, 1, 3, 2), (1, 1, 0, 0)]
    assert ids(paths) == ["A1", "A3"]
    assert [table.source_file for table in result.tables] == ["claims_1.csv", "claims_2.csv"]


def test_a_file_that_is_gone_keeps_its_rows_in_quarantine_and_is_named(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    (paths.landing / "claims" / "claims_1.csv").unlink()
    put(paths, "claims/claims_3.csv", "claim_id,insurer_id,reported\nB,x,2026-01-01\n")
    result = gate_landing(paths, RECEIVED_ON, is_replay=True)
    assert (result.tables, waiting(paths)) == ([], [2, 3, 4, 6])
    assert result.lines() == [
        "claims.claims · claims_1.csv: 4 rows stay in quarantine, because the file is not there any more; "
        "land it again."
    ]


def test_a_broken_mapping_leaves_everything_as_it_was(paths: Paths) -> None:
    gate_landing(paths, RECEIVED_ON)
    put(paths, "claims/mapping/columns.csv", COLUMNS + "claims*,claims.claims,absent,closed_at,\n")
    with pytest.raises(InputError, match="'absent'"):
        gate_landing(paths, RECEIVED_ON, is_replay=True)
    assert (ids(paths), waiting(paths)) == (["A1"], [2, 3, 4, 6])
    assert manifest(paths) == [("claims_1.csv", 6, 1, 4, 1)]


def test_a_crash_between_old_and_new_loses_nothing(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    gate_landing(paths, RECEIVED_ON)
    repair(paths)

    def crash(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(csat.gate.run, "_commit", crash)
        with pytest.raises(RuntimeError):
            gate_landing(paths, RECEIVED_ON, is_replay=True)
    assert counts(gate_landing(paths, RECEIVED_ON)) == [(6, 2, 3, 1)]
    assert (ids(paths), waiting(paths)) == (["A1", "A3"], [2, 4, 6])


def test_persons_are_linked_anew_after_a_replay(paths: Paths) -> None:
    put(
        paths,
        "policy/customers.csv",
        "customer_no,insurer_id,phone,customer_since\na,x,13800000001,2020-01-01\nb,x,13800000001,01.02.2020\n",
    )
    gate_landing(paths, RECEIVED_ON)
    persons = (
        f"select count(*), count(distinct person_key) from '{paths.raw}/gate/person_crosswalk/part-*.parquet'"
    )
    assert duckdb.sql(persons).fetchall() == [(1, 1)]
    put(
        paths,
        "policy/mapping/columns.csv",
        "file_pattern,table,source_column,target_column,null_values\n"
        "cust*,policy.customers,customer_since,customer_since,01.02.2020\n",
    )
    gate_landing(paths, RECEIVED_ON, is_replay=True)
    assert duckdb.sql(persons).fetchall() == [(2, 1)]


# A mapping that was wrong though nothing was refused

CLEAN = "claim_id,reported\nB1,2026-01-01\nB2,2026-01-02\nB2,2026-01-02\n"


def map_insurer(paths: Paths, insurer: str) -> None:
    rows = f"clean*,claims.claims,reported,reported_at,\nclean*,claims.claims,,insurer_id,{insurer}\n"
    header = "file_pattern,table,source_column,target_column,constant\n"
    put(paths, "other/mapping/columns.csv", header + rows)


@pytest.fixture
def clean(paths: Paths) -> Paths:
    """A file of its own, loaded without a refused row under a mapping with a wrong insurer."""
    (paths.landing / "claims" / "claims_1.csv").unlink()
    put(paths, "other/clean_1.csv", CLEAN)
    map_insurer(paths, "wrong")
    assert counts(gate_landing(paths, RECEIVED_ON)) == [(3, 2, 0, 1)]
    return paths


def insurers(paths: Paths) -> list[tuple]:
    query = f"select claim_id, insurer_id from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    return duckdb.sql(query).fetchall()


def test_a_corrected_mapping_replaces_rows_that_were_accepted(clean: Paths) -> None:
    assert insurers(clean) == [("B1", "wrong"), ("B2", "wrong")]
    map_insurer(clean, "right")
    result = gate_landing(clean, date(2026, 8, 1), is_replay=True)
    assert counts(result) == [(3, 2, 0, 1)]
    assert result.lines() == [f"{result.tables[0].line()}"]
    assert result.lines()[0].endswith("; replayed: read anew under today's mapping")
    assert insurers(clean) == [("B1", "right"), ("B2", "right")]
    days = f"select received_on from '{clean.raw}/gate/files/part-*.parquet'"
    assert duckdb.sql(days).fetchall() == [(RECEIVED_ON,)]
    assert manifest(clean) == [("clean_1.csv", 3, 2, 0, 1)]
    # The batch is that of the new mapping, so it is neither loaded nor replayed again.
    assert [one.is_skipped for one in gate_landing(clean, RECEIVED_ON).tables] == [True]
    assert gate_landing(clean, RECEIVED_ON, is_replay=True).tables == []


def test_files_that_share_rows_are_replayed_in_the_order_of_loading(clean: Paths) -> None:
    # Its name comes first, but its second row is a repeat of one that is loaded.
    put(clean, "other/clean_0.csv", "claim_id,reported\nB0,2026-01-01\nB1,2026-01-01\n")
    gate_landing(clean, RECEIVED_ON)
    map_insurer(clean, "right")
    result = gate_landing(clean, RECEIVED_ON, is_replay=True)
    assert [table.source_file for table in result.tables] == ["clean_1.csv", "clean_0.csv"]
    assert counts(result) == [(3, 2, 0, 1), (2, 1, 0, 1)]
    assert insurers(clean) == [("B0", "right"), ("B1", "right"), ("B2", "right")]


def test_a_replay_without_anything_to_do_says_so(clean: Paths) -> None:
    # What says nothing of the file changes nothing of how it is read.
    mapping = clean.landing / "other" / "mapping" / "columns.csv"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "later*,claims.claims,x,claim_id,\n")
    put(clean, "other/clean_2.csv", "claim_id,reported\nC1,2026-01-01\n")
    result = gate_landing(clean, RECEIVED_ON, is_replay=True)
    assert result.tables == []
    (sentence,) = result.lines()
    assert sentence.startswith("No file that is loaded has rows in quarantine or a mapping that changed")
    assert sentence in result.notes


def test_a_file_that_would_feed_another_table_stays_where_it_is(clean: Paths) -> None:
    # So reads a folder a file that was loaded by a table named with --source.
    (clean.landing / "other" / "mapping" / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column,constant\n"
        "clean*,policy.insurers,claim_id,insurer_id,\n"
        "clean*,policy.insurers,reported,insurer_name_zh,\n"
    )
    assert gate_landing(clean, RECEIVED_ON, is_replay=True).tables == []
    assert insurers(clean) == [("B1", "wrong"), ("B2", "wrong")]


def test_a_mapping_that_broke_since_is_reported_and_the_rows_stay(clean: Paths) -> None:
    mapping = clean.landing / "other" / "mapping" / "columns.csv"
    mapping.write_text("file_pattern,table\nclean*,nowhere\n")
    with pytest.raises(InputError, match="table 'nowhere' is unknown"):
        gate_landing(clean, RECEIVED_ON, is_replay=True)
    assert insurers(clean) == [("B1", "wrong"), ("B2", "wrong")]


# Databases


def database(tmp_path: Path, *statements: str) -> Path:
    path = tmp_path / "core.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_tables_with_contract_names_come_in(paths: Paths, tmp_path: Path) -> None:
    core = database(
        tmp_path,
        "create table claims__claims as select 'A' || n as claim_id, 'x' as insurer_id, "
        "timestamp '2026-01-01 08:00:00' as reported, 10.5::decimal(9, 2) as paid_amount, "
        "n = 1 as reopened, case n when 3 then 'bad' else 'paid' end as outcome from range(1, 4) as t (n)",
        "create schema policy",
        "create view policy.insurers as select 'x' as insurer_id, '甲' as insurer_name_zh",
        "create table other as select 1 as a",
    )
    result = gate_database(paths, "duckdb", str(core), received_on=RECEIVED_ON)
    assert {(one.table, one.read, one.accepted, one.quarantined) for one in result.tables} == {
        ("claims.claims", 3, 2, 1),
        ("policy.insurers", 1, 1, 0),
    }
    columns = "claim_id, reported_at, cast(paid_amount as varchar), reopened"
    query = f"select {columns} from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    assert duckdb.sql(query).fetchall() == [
        ("A1", datetime(2026, 1, 1), "10.50", True),
        ("A2", datetime(2026, 1, 1), "10.50", False),
    ]
    part = next((paths.quarantine / "claims" / "claims").glob("*.parquet"))
    assert pq.read_table(part)["original"].to_pylist()[0].startswith(b'{"claim_id": "A3", "insurer_id": "x"')
    assert all(
        one.is_skipped for one in gate_database(paths, "duckdb", str(core), received_on=RECEIVED_ON).tables
    )


def test_a_database_that_cannot_be_used_is_one_sentence(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.duckdb: no such file"):
        gate_database(paths, "duckdb", str(tmp_path / "absent.duckdb"))
    (tmp_path / "no.duckdb").write_bytes(b"no database")
    with pytest.raises(InputError, match=r"no\.duckdb: the file is damaged"):
        gate_database(paths, "duckdb", str(tmp_path / "no.duckdb"))
    with pytest.raises(InputError, match="no table bears a name of the contract"):
        gate_database(paths, "duckdb", str(database(tmp_path, "create table a as select 1 as b")))


def test_a_view_reads_no_file_and_a_nested_column_is_named(paths: Paths, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("claim_id,insurer_id,reported_at\nA,x,2026-01-01\n", encoding="utf-8")
    core = database(
        tmp_path,
        f"create view claims__claims as select * from read_csv('{secret}')",
        "create table policy__insurers as select 'x' as insurer_id, ['a'] as insurer_name_zh",
    )
    with pytest.raises(InputError) as caught:
        gate_database(paths, "duckdb", str(core))
    sentences = str(caught.value).splitlines()
    assert len(sentences) == 2
    assert sentences[0].startswith("claims__claims: the file is damaged (Permission Error")
    assert sentences[1].startswith("policy__insurers: column 'insurer_name_zh' is of type VARCHAR[]")
    assert ids(paths) == []
