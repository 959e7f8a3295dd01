"""A new key: all batches under it or none, and a missing file is named."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import csat.gate.run
import csat.gate.store
from csat.errors import InputError
from csat.gate import forget, gate_landing, retain, run_gate
from csat.gate.register import Register
from csat.gate.requests import apply_register
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


def mapped(paths: Paths, *rows: str) -> Path:
    folder = paths.landing / "claims" / "mapping"
    folder.mkdir(parents=True, exist_ok=True)
    header = "file_pattern,table,source_column,target_column,constant\n"
    (folder / "columns.csv").write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder


def landed(paths: Paths, name: str, text: str) -> Path:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_changed_mapping_is_followed_and_said(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "c.csv,policy.customers,number,customer_key,"
    mapping = mapped(paths, rule)
    run_gate(paths, [landed(paths, "claims/c.csv", "number,insurer_id\nc9,x\n")], mapping=mapping)
    mapped(paths, rule, "c.csv,policy.customers,,gender,female")
    monkeypatch.setenv("CSAT_KEY", NEW)
    said: list[str] = []
    assert rotate(paths, said.append) == 4
    assert said[0] == "c.csv: the mapping has changed; read anew under today's."
    assert run_gate(paths, [paths.landing / "claims" / "c.csv"], mapping=mapping).tables[0].is_skipped
    genders = pq.read_table(paths.raw / "policy" / "customers")["gender"].to_pylist()
    assert sorted(genders, key=str) == [None, None, None, "female"]


def test_a_mapping_that_feeds_other_tables_stops_the_rotation_by_name(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = mapped(paths, "c.csv,policy.customers,number,customer_key,")
    run_gate(paths, [landed(paths, "claims/c.csv", "number,insurer_id\nc9,x\n")], mapping=mapping)
    mapped(paths, "c.csv,claims.claims,number,claim_id,")
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match=r"c\.csv \(policy\.customers, .*today's mapping") as caught:
        rotate(paths)
    assert "customers_1.csv" not in str(caught.value)
    assert not (paths.data / ".rotation").exists()


def test_rows_of_a_mapping_for_other_files_load_no_file_anew(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = "c.csv,policy.customers,number,customer_key,"
    landed(paths, "claims/c.csv", "number,insurer_id\nc9,x\n")
    mapped(paths, rule)
    (paths.landing / "more.csv").unlink()
    gate_landing(paths)
    landed(paths, "claims/d.csv", "no,insurer_id\nc10,x\n")
    mapped(paths, "d.csv,policy.customers,no,customer_key,", rule)
    result = gate_landing(paths)
    assert {table.source_file for table in result.tables if not table.is_skipped} == {"d.csv"}


def test_a_file_loaded_when_the_whole_mapping_counted_is_known(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed(paths, "claims/c.csv", "number,insurer_id\nc9,x\n")
    mapping = mapped(paths, "c.csv,policy.customers,number,customer_key,")
    with monkeypatch.context() as patch:
        content = (mapping / "columns.csv").read_text(encoding="utf-8")
        patch.setattr(csat.gate.run, "_reading", lambda feeds, settings: content)
        run_gate(paths, [paths.landing / "claims" / "c.csv"], mapping=mapping)
    again = run_gate(paths, [paths.landing / "claims" / "c.csv"], mapping=mapping)
    assert again.tables[0].is_skipped
    monkeypatch.setenv("CSAT_KEY", NEW)
    said: list[str] = []
    assert rotate(paths, said.append) == 4
    assert "mapping has changed" not in " ".join(said)


def test_another_key_without_a_rotation_is_refused(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match=r"loaded under another key .*csat rotate") as caught:
        gate_landing(paths, date(2026, 7, 2))
    assert OLD not in str(caught.value) and NEW not in str(caught.value)


def test_nothing_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", NEW)
    with pytest.raises(InputError, match="no batch is loaded"):
        rotate(Paths(project=PROJECT, data=tmp_path, framework_source=PROJECT))


# Persons who are not to come back

CONSENTS = (
    "customer_no,insurer_id,survey_consent_at,survey_consent_withdrawn_at,claims_consent_at,"
    "claims_consent_withdrawn_at\n"
)
CLAIMS = "claim_id,insurer_id,customer_no,reported_at,outcome\n"
RESPONSES = "response_id,invitation_id,insurer_id,customer_no,phone,submitted_at\n"
LIST = "insurer_id,customer_no\n"


@pytest.fixture
def insurer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Six customers: a stays, b and c asked to be forgotten, d and e withdrew, f asked by phone."""
    monkeypatch.setenv("CSAT_KEY", OLD)
    monkeypatch.setattr(csat.gate.store, "sync", lambda path: None)
    paths = Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")
    consent = "{0},x,2025-01-01,,2025-01-01,\n"
    landed(paths, "policy/customers_1.csv", CONSENTS + "".join(map(consent.format, "abcde")))
    landed(paths, "claims/claims_1.csv", CLAIMS + "".join(f"k{c},x,{c},2026-01-01,paid\n" for c in "abcde"))
    landed(
        paths,
        "survey/responses_1.csv",
        RESPONSES
        + "".join(f"r{c},,x,{c},,2026-01-02\n" for c in "abcde")
        + "rf,,x,,13800000006,2026-01-02\n",
    )
    landed(paths, "survey/answers_1.csv", "response_id,question_code,raw_value\n" + answers("abcdef"))
    gate_landing(paths, date(2026, 6, 30))
    # The withdrawals stand in rows that are refused: d's of one purpose, e's of both.
    landed(
        paths,
        "policy/customers_2.csv",
        CONSENTS + "d,x,2025-01-01,2026-02-01,2025-01-01,\ne,x,2025-01-01,2026-02-01,2025-01-01,2026-02-01\n",
    )
    gate_landing(paths, date(2026, 6, 30))
    forget(paths, LIST + "x,b\nX,c\n", "list")
    forget(paths, "phone\n13800000006\n", "list")
    return paths


def answers(numbers: str) -> str:
    return "".join(f"r{number},q,5\n" for number in numbers)


def there(paths: Paths) -> tuple[str, str, str]:
    """Return whose claims, responses and answers are there."""
    found = []
    for address, name in (
        ("claims/claims", "claim_id"),
        ("survey/responses", "response_id"),
        ("survey/answers", "response_id"),
    ):
        numbers = pq.read_table(paths.raw / address)[name].to_pylist()
        found.append("".join(sorted({number[1:] for number in numbers})))
    return found[0], found[1], found[2]


STAY = ("ad", "a", "a")


def under(monkeypatch: pytest.MonkeyPatch, key: str, former: str | None = None) -> None:
    monkeypatch.setenv("CSAT_KEY", key)
    if former:
        monkeypatch.setenv("CSAT_KEY_FORMER", former)
    else:
        monkeypatch.delenv("CSAT_KEY_FORMER", raising=False)


def test_persons_stay_away_under_the_new_key(insurer: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    assert there(insurer) == STAY
    before = Register.read(insurer)
    under(monkeypatch, NEW, OLD)
    rotate(insurer)
    assert there(insurer) == STAY
    after = Register.read(insurer)
    assert len({entry.key_id for entry in after} | {entry.key_id for entry in before}) == 2
    counted = [sorted((e.kind, e.purpose, e.cause) for e in register) for register in (before, after)]
    assert counted[0] == counted[1]
    # Also from new exports, and with the former key gone.
    under(monkeypatch, NEW)
    landed(insurer, "claims/claims_2.csv", CLAIMS + "".join(f"m{c},x,{c},2026-02-01,paid\n" for c in "bcde"))
    landed(insurer, "survey/answers_2.csv", "response_id,question_code,raw_value\n" + answers("bcdef"))
    landed(
        insurer,
        "survey/responses_2.csv",
        RESPONSES + "sd,,x,d,,2026-02-02\nsf,,x,,13800000006,2026-02-02\n",
    )
    gate_landing(insurer, date(2026, 7, 1))
    assert there(insurer) == STAY
    assert rotate(insurer) == 0


def test_without_the_former_key_nobody_is_brought_back(
    insurer: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    for former, expected in (
        (None, "without it these persons would come back"),
        ("ef" * 32, "with other keys"),
    ):
        under(monkeypatch, NEW, former)
        for drops in (False, True):
            with pytest.raises(InputError, match=expected) as caught:
                rotate(insurer, drops_unknown=drops)
            assert "ef" * 32 not in str(caught.value)
    under(monkeypatch, OLD)
    gate_landing(insurer, date(2026, 7, 1))
    assert there(insurer) == STAY


def test_persons_whom_no_landing_file_knows_are_counted_and_let_go_only_when_told(
    insurer: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(insurer, "phone\n13800000008\n13800000009\n", "list")
    under(monkeypatch, NEW, OLD)
    with pytest.raises(InputError, match="2 tokens belong to nobody in the landing files"):
        rotate(insurer)
    assert not (insurer.data / ".rotation").exists()
    assert len({entry.key_id for entry in Register.read(insurer)}) == 1
    assert rotate(insurer, drops_unknown=True) == 5
    assert there(insurer) == STAY
    landed(insurer, "survey/responses_2.csv", RESPONSES + "rg,,x,,13800000008,2026-01-02\n")
    forget(insurer, "phone\n13800000008\n", "list")
    gate_landing(insurer, date(2026, 7, 1))
    assert there(insurer) == STAY


def test_a_register_of_two_keys_is_mended_by_a_rotation(
    insurer: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (insurer.rights / "forgotten.csv").read_text(encoding="utf-8")
    under(monkeypatch, NEW, OLD)
    rotate(insurer)
    file = insurer.rights / "forgotten.csv"
    file.write_text(old + file.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    with pytest.raises(InputError, match="made with another key"):
        gate_landing(insurer, date(2026, 7, 1))
    for warehouse in (insurer.warehouse, insurer.warehouse_proposal):
        warehouse.touch()
    assert rotate(insurer) == 5
    assert insurer.warehouse_outdated.exists() and not insurer.warehouse_proposal.exists()
    gate_landing(insurer, date(2026, 7, 1))
    assert there(insurer) == STAY


def test_a_rotation_keeps_to_the_rules_of_the_company(
    insurer: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    (insurer.data / "processing_rules.csv").write_text(
        "table_address,raw_days\nclaims.claims,50\n", encoding="utf-8"
    )
    retain(insurer, date(2026, 8, 20))
    assert there(insurer) == ("", *STAY[1:])
    under(monkeypatch, NEW, OLD)
    rotate(insurer)
    assert there(insurer) == ("", *STAY[1:])


@pytest.mark.parametrize(
    ("step", "command"), [(1, "gate"), (2, "retain"), (3, "rotate"), (4, "build"), (4, "rotate"), (5, "gate")]
)
def test_a_rotation_cut_short_while_it_changes_over_is_finished(
    insurer: Paths, monkeypatch: pytest.MonkeyPatch, step: int, command: str
) -> None:
    calls = []

    def crash(source: Path, target: Path) -> None:
        if ".rotation" in f"{source}{target}" and ".tmp" not in str(source):
            calls.append(source)
            if len(calls) == step:
                raise RuntimeError("power cut")
        os.rename(source, target)

    under(monkeypatch, NEW, OLD)
    with monkeypatch.context() as patch:
        patch.setattr(csat.gate.store.os, "replace", crash)
        with pytest.raises(RuntimeError):
            rotate(insurer)
    assert (insurer.data / ".rotation").exists()
    under(monkeypatch, NEW)
    if command == "gate":
        gate_landing(insurer, date(2026, 7, 1))
    elif command == "retain":
        retain(insurer, date(2026, 7, 1))
    elif command == "rotate":
        assert rotate(insurer) == 0
    else:
        apply_register(insurer)
    assert there(insurer) == STAY
    assert len({batch.key_id for batch in loaded_batches(insurer)}) == 1
    assert sorted(path.name for path in insurer.data.iterdir()) == ["landing", "quarantine", "raw", "rights"]


def test_a_rotation_killed_before_it_was_ready_leaves_nothing(insurer: Paths) -> None:
    part = insurer.data / ".rotation" / "quarantine" / "claims" / "claims" / f"{'0' * 16}.parquet"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"a refused row")
    retain(insurer, date(2026, 7, 1))
    assert not (insurer.data / ".rotation").exists()
    assert there(insurer) == STAY
