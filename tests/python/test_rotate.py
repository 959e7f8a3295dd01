"""A new key: all batches under it or none, and a missing file is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from csat.errors import InputError
from csat.gate import gate_landing, run_gate
from csat.gate.rotate import rotate
from csat.gate.store import loaded_batches
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
CUSTOMERS = "customer_no,insurer_id,phone,id_card\n"
OLD, NEW = "ab" * 32, "cd" * 32


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", OLD)
    paths = Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")
    # The later name is loaded first: its row of c1 counts, and must count again after a rotation.
    for name, text in (
        ("policy/customers_2.csv", CUSTOMERS + "c1,x,13800138000,\nc2,x,13900139000,\n"),
        ("policy/customers_1.csv", CUSTOMERS + "c1,x,13700137000,\n,x,13600136000,\n"),
    ):
        path = paths.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        gate_landing(paths, date(2026, 6, 30))
    elsewhere = paths.landing / "more.csv"
    elsewhere.write_text(CUSTOMERS + "c3,x,13800138000,\n", encoding="utf-8")
    run_gate(paths, [elsewhere], source="policy.customers", received_on=date(2026, 7, 1))
    return paths


def customers(paths: Paths) -> list[dict]:
    table = pq.read_table(paths.raw / "policy" / "customers")
    columns = ["customer_key", "phone_token", "source_file", "source_row_number"]
    return (
        table.select(columns)
        .sort_by([("source_file", "ascending"), ("source_row_number", "ascending")])
        .to_pylist()
    )


def persons(paths: Paths) -> int:
    crosswalk = pq.read_table(paths.raw / "gate" / "person_crosswalk")
    return len(set(crosswalk["person_key"].to_pylist()))


def test_a_rotation_changes_every_token_and_nothing_else(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, loaded, count = customers(paths), loaded_batches(paths), persons(paths)
    monkeypatch.setenv("CSAT_KEY", NEW)
    assert rotate(paths) == 3
    after = customers(paths)
    assert [(row["source_file"], row["source_row_number"]) for row in after] == [
        (row["source_file"], row["source_row_number"]) for row in before
    ]
    tokens = [
        {row[name] for row in rows for name in ("customer_key", "phone_token")} for rows in (before, after)
    ]
    assert not tokens[0] & tokens[1] and len(tokens[0]) == len(tokens[1])
    assert persons(paths) == count == 2
    again = loaded_batches(paths)
    assert {batch.key_id for batch in again} != {batch.key_id for batch in loaded}
    assert [(batch.batch_id, batch.received_on, batch.load_number) for batch in again] == [
        (batch.batch_id, batch.received_on, batch.load_number) for batch in loaded
    ]
    quarantined = [path.parent.name for path in paths.quarantine.rglob("*.parquet")]
    assert quarantined.count("customers") == 1
    assert sorted(path.name for path in paths.data.iterdir()) == ["landing", "quarantine", "raw"]
    assert rotate(paths) == 0
    more = run_gate(paths, [paths.landing / "more.csv"], source="policy.customers")
    assert more.tables[0].is_skipped


def test_a_missing_landing_file_stops_the_rotation_by_name(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = customers(paths)
    (paths.landing / "policy" / "customers_1.csv").unlink()
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(
        InputError, match=r"customers_1\.csv \(policy\.customers, batch .*not in the landing"
    ) as caught:
        rotate(paths)
    assert "customers_2.csv" not in str(caught.value)
    assert customers(paths) == before


def test_a_changed_mapping_stops_the_rotation_by_name(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = paths.landing / "claims" / "mapping"
    mapping.mkdir(parents=True)
    rule = "file_pattern,table,source_column,target_column\nc.csv,policy.customers,{},customer_key\n"
    (mapping / "columns.csv").write_text(rule.format("number"), encoding="utf-8")
    landed = paths.landing / "claims" / "c.csv"
    landed.write_text("number,insurer_id\nc9,x\n", encoding="utf-8")
    run_gate(paths, [landed], mapping=mapping)
    (mapping / "columns.csv").write_text(rule.format("number") + "c.csv,,none,\n", encoding="utf-8")
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match=r"c\.csv .*is in the landing folder, but its mapping is not"):
        rotate(paths)


def test_another_key_without_a_rotation_is_refused(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match=r"loaded under another key .*csat rotate") as caught:
        gate_landing(paths, date(2026, 7, 2))
    assert OLD not in str(caught.value) and NEW not in str(caught.value)


def test_nothing_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match="no batch is loaded"):
        rotate(Paths(project=PROJECT, data=tmp_path, framework_source=PROJECT))
