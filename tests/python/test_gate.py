"""The gate from landing file to raw Parquet: every reason, nothing lost, nobody named."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import stat
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import csat.gate.run
import csat.gate.store
from csat.contract import LINEAGE_COLUMNS, Table
from csat.errors import InputError
from csat.gate import FilesRefused, GateResult, ensure_raw, gate_landing, run_gate
from csat.gate.run import _Stage
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
CLAIMS = b"claim_id,insurer_id,customer_no,reported_at,outcome,paid_amount,reopened\n"
GOOD = b"A1,x,c1,2026-01-01 08:00:00,paid,10.50,true\n"


def place(data: Path) -> Paths:
    return Paths(project=PROJECT, data=data, framework_source=PROJECT / "seeds" / "framework")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = place(tmp_path_factory.mktemp("empty"))
    ensure_raw(paths)
    return paths


@pytest.fixture
def paths(tmp_path: Path, contract: dict[str, Table], empty: Paths, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    # Reading the YAML, writing the empty tables and flushing to the disk take longer than the loading itself.
    monkeypatch.setattr(csat.gate.run, "read_contract", lambda project: contract)
    monkeypatch.setattr(csat.gate.store, "sync", lambda path: None)
    paths = place(tmp_path / "data")
    shutil.copytree(empty.raw, paths.raw)
    return paths


def put(paths: Paths, name: str, content: bytes) -> Path:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def gate(paths: Paths, content: bytes, name: str = "claims.csv", source: str = "claims.claims") -> GateResult:
    return run_gate(paths, [put(paths, name, content)], source, received_on=RECEIVED_ON)


def rows(paths: Paths, address: str, columns: str = "*") -> list[tuple]:
    folder = paths.raw / address.replace(".", "/")
    return duckdb.sql(f"select {columns} from '{folder}/part-*.parquet' order by all").fetchall()


def quarantined(paths: Paths, address: str) -> list[dict]:
    folder = paths.quarantine / address.replace(".", "/")
    columns = ["source_file", "row_number", "reason_code", "column_name", "offending_value", "original"]
    parts = sorted(folder.glob("*.parquet"))
    return [row for part in parts for row in pq.read_table(part, columns=columns).to_pylist()]


def refusal(
    paths: Paths, content: bytes, name: str = "claims.csv", source: str | None = "claims.claims"
) -> str:
    with pytest.raises(InputError) as caught:
        run_gate(paths, [put(paths, name, content)], source, received_on=RECEIVED_ON)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"B,x,c1,2026-01-01,paid,1,no\n", None),
        (b"B,x,,2026-01-01,,,\n", None),
        (b"B,x,c1,2026-01-01,paid,1\n", ("", "ragged_row", "6 fields instead of 7")),
        (b"B,x,c1,2026-01-01,paid,1,no,\n", ("", "ragged_row", "8 fields instead of 7")),
        (b",x,c1,2026-01-01,paid,1,no\n", ("claim_id", "required_missing", None)),
        (b"B,x,c1, ,paid,1,no\n", ("reported_at", "required_missing", None)),
        (b"B,x,c1,2026-02-30,paid,1,no\n", ("reported_at", "date_impossible", "2026-02-30")),
        (b"B,x,c1,2026-01-01,paid,ten,no\n", ("paid_amount", "type_mismatch", "ten")),
        (b"B,x,c1,2026-01-01,paid,1,maybe\n", ("reopened", "type_mismatch", "maybe")),
        (b"B,x,c1,2026-01-01,Paid,1,no\n", ("outcome", "value_not_allowed", "Paid")),
        (b"B,x,c1,2026-01-01,paid,-0.01,no\n", ("paid_amount", "out_of_range", "-0.01")),
        (b"B,x,c1,2026-01-01,zero_paid,0,no\n", None),
        (b"B,x,c1,0001-01-01,paid,1,no\n", ("reported_at", "out_of_range", "0001-01-01")),
        (
            b"B,x,c1,2026-07-01 00:00:00,paid,1,no\n",
            ("reported_at", "event_in_future", "2026-07-01 00:00:00"),
        ),
        (b"B,x,c1,2026-06-30 23:59:59,paid,1,no\n", None),
        (b"A1,x,c1,2026-01-01 08:00,paid,11,true\n", ("", "key_conflict", None)),
        (b",x,c1,2099-01-01,open,ten,no\n", ("claim_id", "required_missing", None)),
        (b"B,x,c1,2099-01-01,open,ten,no\n", ("paid_amount", "type_mismatch", "ten")),
        (b"B,x,c1,2099-01-01,open,1,no\n", ("outcome", "value_not_allowed", "open")),
    ],
)
def test_a_row_goes_to_quarantine_under_its_first_reason(
    paths: Paths, row: bytes, reason: tuple[str, str, str | None] | None
) -> None:
    table = gate(paths, CLAIMS + GOOD + row).tables[0]
    refused = quarantined(paths, "claims.claims")
    if reason is None:
        assert (table.accepted, refused) == (2, [])
        return
    assert (table.read, table.accepted, table.quarantined, table.duplicates) == (2, 1, 1, 0)
    assert table.reasons == {reason[:2]: 1}
    assert refused == [
        {
            "source_file": "claims.csv",
            "row_number": 2,
            "reason_code": reason[1],
            "column_name": reason[0],
            "offending_value": reason[2],
            "original": row,
        }
    ]
    assert rows(paths, "gate.reasons", "table_name, column_name, reason_code, rows_quarantined") == [
        ("claims", reason[0], reason[1], 1)
    ]


def test_the_limits_of_an_open_and_a_closed_range(paths: Paths) -> None:
    header = b"invitation_id,insurer_id,survey_code,collection_channel,reference_type,design_weight,sent_at\n"
    row = b"%d,x,s,app,none,%s,2026-01-01\n"
    content = header + row % (1, b"0") + row % (2, b"0.001") + row % (3, b"NaN") + row % (4, b"inf")
    table = gate(paths, content, "invitations.csv", "survey.invitations").tables[0]
    assert table.reasons == {("design_weight", "out_of_range"): 1, ("design_weight", "number_not_finite"): 2}

    posts = b"post_id,platform,merchant_name,posted_at,stars\n"
    content = posts + b"".join(
        b"%d,p,m,2026-01-01,%s\n" % (n, s) for n, s in enumerate([b"1", b"5", b"5.1", b"0"])
    )
    table = gate(paths, content, "posts.csv", "reviews.posts").tables[0]
    assert (table.accepted, table.reasons) == (2, {("stars", "out_of_range"): 2})


def test_whole_numbers(paths: Paths) -> None:
    readings = {"14": 14, "14.0": 14, " 7 ": 7, "1e1": 10}
    refused = ["14.5", "0x0F", "1_4", "1,4", "9223372036854775808"]
    lines = [f'p{n},x,l,否,"{text}"\n' for n, text in enumerate([*readings, *refused])]
    header = "product_id,insurer_id,product_line,is_long_term,cooling_off_days\n"
    gate(paths, (header + "".join(lines)).encode(), "products.csv", "policy.products")
    assert rows(paths, "policy.products", "product_id, cooling_off_days, is_long_term") == [
        (f"p{n}", number, False) for n, number in enumerate(readings.values())
    ]
    assert [row["offending_value"] for row in quarantined(paths, "policy.products")] == refused


def test_times_become_utc(paths: Paths) -> None:
    readings = {
        "2026-01-02 03:04:05": datetime(2026, 1, 1, 19, 4, 5),
        "2026-01-02 03:04": datetime(2026, 1, 1, 19, 4),
        "2026-01-02T03:04:05.250": datetime(2026, 1, 1, 19, 4, 5, 250_000),
        "2026/1/2 3:04:05": datetime(2026, 1, 1, 19, 4, 5),
        "2026年1月2日 3:04:05": datetime(2026, 1, 1, 19, 4, 5),
        "２０２６-01-02　03：04": datetime(2026, 1, 1, 19, 4),
        "2026-01-02": datetime(2026, 1, 1, 16),
        "2026-01-02T03:04:05Z": datetime(2026, 1, 2, 3, 4, 5),
        "2026-01-02 03:04 Z": datetime(2026, 1, 2, 3, 4),
        "2026-01-02 03:04:05+0530": datetime(2026, 1, 1, 21, 34, 5),
        "2026-01-02T03:04:05-05:00": datetime(2026, 1, 2, 8, 4, 5),
        "2026-01-02 03:04:05 +08": datetime(2026, 1, 1, 19, 4, 5),
        "1988-07-01 00:00:00": datetime(1988, 6, 30, 15),  # summer time in China
    }
    refused = [
        "2026-01-02 03:04:05 Asia/Shanghai",
        "2026-01-02 25:00",
        "02.01.2026",
        "epoch",
        "infinity",
        "20260102",
    ]
    lines = [f"A{n:02},x,c1,{text},paid,1,no\n" for n, text in enumerate([*readings, *refused])]
    table = gate(paths, CLAIMS + "".join(lines).encode()).tables[0]
    assert rows(paths, "claims.claims", "claim_id, reported_at") == [
        (f"A{n:02}", moment) for n, moment in enumerate(readings.values())
    ]
    assert [row["offending_value"] for row in quarantined(paths, "claims.claims")] == refused
    assert table.reasons == {
        ("reported_at", "date_impossible"): 1,
        ("reported_at", "date_ambiguous"): 1,
        ("reported_at", "type_mismatch"): len(refused) - 2,
    }


def test_a_date_has_no_time_of_day(paths: Paths) -> None:
    readings = {"2020-02-29": date(2020, 2, 29), "2020/2/9 00:00:00": date(2020, 2, 9)}
    refused = ["2020-02-29 10:00", "2021-02-29"]
    lines = [f"x{n},甲,{text}\n" for n, text in enumerate([*readings, *refused])]
    content = "insurer_id,insurer_name_zh,opened_on\n" + "".join(lines)
    gate(paths, content.encode(), "insurers.csv", "policy.insurers")
    assert rows(paths, "policy.insurers", "opened_on") == [(day,) for day in sorted(readings.values())]
    assert [row["offending_value"] for row in quarantined(paths, "policy.insurers")] == refused


def test_an_exact_repeat_is_a_duplicate_and_the_first_row_of_a_key_counts(paths: Paths) -> None:
    other = GOOD.replace(b"10.50", b"11")
    same = b"A1,x,C1 ,2026/01/01 00:00:00Z,paid,10.5,yes\n"
    table = gate(paths, CLAIMS + GOOD + other + same + other).tables[0]
    assert (table.read, table.accepted, table.duplicates) == (4, 1, 1)
    assert table.reasons == {("", "key_conflict"): 2}
    assert [row["row_number"] for row in quarantined(paths, "claims.claims")] == [2, 4]


def test_repeats_and_conflicts_are_seen_across_batches(paths: Paths) -> None:
    gate(paths, CLAIMS + GOOD + GOOD.replace(b"A1", b"A2"))
    later = CLAIMS + GOOD.replace(b"A1", b"A3") + GOOD.replace(b"A1", b"A2") + GOOD.replace(b"10.50", b"11")
    table = gate(paths, later, "claims_later.csv").tables[0]
    assert (table.accepted, table.duplicates, table.reasons) == (1, 1, {("", "key_conflict"): 1})
    assert rows(paths, "claims.claims", "claim_id") == [("A1",), ("A2",), ("A3",)]


def test_an_empty_part_of_a_key_is_a_value_of_its_own(paths: Paths) -> None:
    header = b"insurer_id,product_line,region,period_starts_on,period_ends_on,claims_closed\n"
    total, split = b"x,,,2026-01-01,2026-03-31,5\n", b"x,health,,2026-01-01,2026-03-31,5\n"
    table = gate(paths, header + total + split + total, "exposures.csv", "policy.exposures").tables[0]
    assert (table.accepted, table.duplicates) == (2, 1)


# Files


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_csv_in_every_guise_reads_the_same(
    paths: Paths, newline: bytes, bom: bytes, is_compressed: bool
) -> None:
    header = b"excerpt_id,session_id,held_on,excerpt_text\n"
    lines = b'e1,s,2026-01-01,"one, ""two""\nthree"\n\ne2,s,2026-01-01,x'
    content = bom + (header + lines).replace(b"\n", newline)
    name = "excerpts.csv.gz" if is_compressed else "excerpts.csv"
    gate(paths, gzip.compress(content) if is_compressed else content, name, "qualitative.excerpts")
    three = newline.decode() + "three"
    assert rows(paths, "qualitative.excerpts", "excerpt_id, excerpt_text, source_row_number") == [
        ("e1", f'one, "two"{three}', 1),
        ("e2", "x", 2),
    ]


def test_the_bytes_of_refused_rows_are_those_of_the_file(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csat.gate.readers.BLOCK_BYTES", 400)  # many blocks, so that numbering spans them
    rng = random.Random(3)
    kinds = {
        "good": lambda n: b"A%d,x,c,2026-01-01,paid,1,no" % n,
        "quoted": lambda n: b'A%d,x,"c\n,""q""",2026-01-01,paid,1,no' % n,
        "stray quote": lambda n: b'A%d,x,5" c,2026-01-01,paid,1,no' % n,
        "bad": lambda n: b"A%d,x,c,2026-01-01,open,1,no" % n,
        "bad quoted": lambda n: b'A%d,x,"c\r\n\xe7\x94\xb2",2026-01-01,"o""p\nen",1,no' % n,
        "ragged": lambda n: b'A%d,"x\n"' % n,
    }
    names = rng.choices(list(kinds), k=300)
    lines = [kinds[name](number) + rng.choice([b"\n", b"\r\n"]) for number, name in enumerate(names)]
    header = CLAIMS.replace(b"customer_no", b"team_code")  # a code has no line breaks
    content = b"\xef\xbb\xbf" + header + b"".join(line + rng.choice([b"", b"", b"\n"]) for line in lines)
    table = gate(paths, content).tables[0]

    expected = [
        (position + 1, line)
        for position, (name, line) in enumerate(zip(names, lines, strict=True))
        if name.startswith(("bad", "ragged"))
    ]
    refused = quarantined(paths, "claims.claims")
    assert [(row["row_number"], row["original"]) for row in refused] == expected
    assert table.read == 300 == table.accepted + table.quarantined + table.duplicates
    assert table.quarantined == len(expected)
    accepted = {row[0]: row[1] for row in rows(paths, "claims.claims", "claim_id, source_row_number")}
    refused_numbers = {number for number, _ in expected}
    assert accepted == {f"A{n}": n + 1 for n in range(300) if n + 1 not in refused_numbers}


def test_parquet_is_read_by_name_and_refused_rows_are_json(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "claims.parquet"
    shanghai = pa.timestamp("us", "Asia/Shanghai")
    reported = pa.array([datetime(2026, 1, 1, 0, 0)] * 2, pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    pq.write_table(
        pa.table(
            {
                "reopened": [True, None],
                "claim_id": [1, 2],
                "paid_amount": [1.5, -2.0],
                "insurer_id": pa.array(["x", "x"]).dictionary_encode(),
                "reported_at": reported.cast(shanghai),
                "decided_at": pa.array([datetime(2026, 1, 2, 8)] * 2),
            }
        ),
        file,
    )
    table = run_gate(paths, [file], "claims", received_on=RECEIVED_ON).tables[0]
    assert table.reasons == {("paid_amount", "out_of_range"): 1}
    assert rows(
        paths, "claims.claims", "claim_id, cast(paid_amount as varchar), reopened, reported_at, decided_at"
    ) == [("1", "1.50", True, datetime(2026, 1, 1), datetime(2026, 1, 2))]
    assert quarantined(paths, "claims.claims")[0]["original"].startswith(b'{"reopened": null, "claim_id": 2,')


@pytest.mark.parametrize(("limit", "value"), [("PARQUET_BATCH_ROWS", 3), ("_UNPACKED_BYTES", 11)])
def test_refused_rows_are_found_in_every_block_of_a_parquet_file(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(f"csat.gate.readers.{limit}", value)
    blocks = []
    monkeypatch.setattr(
        "csat.gate.run._Stage.add",
        lambda stage, texts, numbers, add=_Stage.add: (
            blocks.append(len(numbers)),
            add(stage, texts, numbers),
        ),
    )
    outcomes = ["paid", "bad"] * 5
    pq.write_table(
        pa.table(
            {
                "claim_id": range(10),
                "insurer_id": ["x"] * 10,
                "reported_at": [date(2026, 1, 1)] * 10,
                "outcome": outcomes,
            }
        ),
        tmp_path / "claims.parquet",
    )
    run_gate(paths, [tmp_path / "claims.parquet"], "claims", received_on=RECEIVED_ON)
    originals = [json.loads(row["original"]) for row in quarantined(paths, "claims.claims")]
    assert [row["claim_id"] for row in originals] == [1, 3, 5, 7, 9]
    # The texts of two rows are nine bytes, and those of a third would be more than eleven.
    assert blocks == ([3, 3, 3, 1] if limit == "PARQUET_BATCH_ROWS" else [2] * 5)


def test_a_header_without_rows_is_an_empty_batch(paths: Paths) -> None:
    table = gate(paths, CLAIMS).tables[0]
    assert (table.read, table.accepted) == (0, 0)
    assert rows(paths, "gate.files", "rows_read, latest_event_at") == [(0, None)]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"", "claims.csv", ["claims.csv", "empty (0 bytes)", "export it again"]),
        (b"\n\n", "claims.csv", ["claims.csv", "no header row"]),
        (
            CLAIMS.replace(b"outcome", b"outcom"),
            "claims.csv",
            ["claims.csv", "'outcom'", "'outcome'", "rename it"],
        ),
        (
            CLAIMS.replace(b"outcome", b"claim_id"),
            "claims.csv",
            ["claims.csv", "'claim_id'", "twice", "remove"],
        ),
        (b"claim_id,insurer_id\n", "claims.csv", ["claims.csv", "'reported_at'", "missing", "constant"]),
        (
            CLAIMS + b"A,\xd6\xd0\xb9\xfa,c,d,e,f,g\n",
            "claims.csv",
            ["claims.csv", "row 1", "0xd6", "UTF-8", "iconv"],
        ),
        (CLAIMS.replace(b"outcome", b"\xd6\xd0"), "claims.csv", ["claims.csv", "header", "UTF-8"]),
        (gzip.compress(CLAIMS + GOOD * 99)[:-30], "claims.csv.gz", ["claims.csv.gz", "damaged", "again"]),
        (b"PAR1 and no more", "claims.parquet", ["claims.parquet", "damaged", "again"]),
        (b"PK\x03\x04 a workbook", "claims.xlsx", ["claims.xlsx", "damaged", "export it again"]),
        (
            CLAIMS + GOOD + b'A2,x,"c1,2026-01-01\n' + GOOD,
            "claims.csv",
            ["claims.csv", "row 2", "never closed"],
        ),
        (CLAIMS + GOOD + b'A2,x,c1,2026-01-01,paid,1,"no\n' + GOOD, "claims.csv", ["row 2", "never closed"]),
    ],
)
def test_an_unusable_file_is_one_sentence_and_leaves_nothing(
    paths: Paths, content: bytes, name: str, expected: list[str]
) -> None:
    sentence = refusal(paths, content, name)
    assert [part for part in expected if part not in sentence] == []
    assert rows(paths, "claims.claims") == rows(paths, "gate.files") == []


def test_a_nested_parquet_column_is_named(paths: Paths, tmp_path: Path) -> None:
    pq.write_table(pa.table({"claim_id": [["a"]]}), tmp_path / "claims.parquet")
    sentence = refusal(paths, (tmp_path / "claims.parquet").read_bytes(), "claims.parquet")
    assert "claims.parquet: column 'claim_id' is nested" in sentence


def test_a_missing_file_stops_itself_and_not_the_others(paths: Paths) -> None:
    good = put(paths, "claims.csv", CLAIMS + GOOD)
    with pytest.raises(FilesRefused, match=r"absent\.csv: no such file; check the path") as caught:
        run_gate(paths, [paths.landing / "absent.csv", good], "claims", received_on=RECEIVED_ON)
    assert [table.accepted for table in caught.value.result.tables] == [1]
    assert len(rows(paths, "claims.claims")) == 1


def test_without_a_key_nothing_is_read(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSAT_KEY")
    assert "CSAT_KEY_FILE" in refusal(paths, CLAIMS + GOOD)


# The raw folder


def test_every_contract_table_exists_typed_and_empty(empty: Paths, contract: dict[str, Table]) -> None:
    arrow = {"string": "string", "bigint": "int64", "boolean": "bool", "timestamp": "timestamp[us]"}
    arrow |= {"date": "date32[day]", "decimal(18,2)": "decimal128(18, 2)"}
    for table in contract.values():
        schema = pq.read_schema(empty.raw / table.source / table.name / "part-empty.parquet")
        expected = {column.name: column.data_type for column in table.columns}
        expected |= dict.fromkeys(table.word_columns.values(), "string")
        expected |= {} if table.is_written_by_gate else LINEAGE_COLUMNS
        assert {field.name: str(field.type) for field in schema} == {
            name: arrow.get(kind, kind) for name, kind in expected.items()
        }


def test_parts_share_the_schema_of_the_empty_one(paths: Paths) -> None:
    gate(paths, CLAIMS + GOOD + b"bad\n")
    for address in ("claims.claims", "gate.files", "gate.reasons", "gate.person_crosswalk"):
        parts = sorted((paths.raw / address.replace(".", "/")).glob("part-*.parquet"))
        assert len(parts) == 2
        assert pq.read_schema(parts[0]).equals(pq.read_schema(parts[1])), address


def test_the_manifest_counts_and_dates_the_batch(paths: Paths) -> None:
    late = GOOD.replace(b"A1", b"A2").replace(b"2026-01-01", b"2026-05-01")
    future = GOOD.replace(b"A1", b"A3").replace(b"2026-01-01", b"2026-09-01")
    result = gate(paths, CLAIMS + GOOD + late + GOOD + future)
    columns = (
        "source_name, table_name, source_file, rows_read, rows_accepted, rows_quarantined, rows_duplicate"
    )
    assert rows(paths, "gate.files", f"{columns}, latest_event_at") == [
        ("claims", "claims", "claims.csv", 4, 2, 1, 1, datetime(2026, 5, 1))
    ]
    assert result.lines() == [
        "claims.claims · claims.csv: read 4 = accepted 2 + quarantined 1 + duplicates 1 (event_in_future 1)"
    ]
    lineage = rows(paths, "claims.claims", "batch_id, source_file, source_row_number")
    assert lineage == [(result.tables[0].batch_id, "claims.csv", number) for number in (1, 2)]


def test_the_same_file_again_changes_nothing(paths: Paths) -> None:
    first = gate(paths, CLAIMS + GOOD + b"bad\n")
    before = {path: path.stat().st_mtime_ns for path in paths.data.rglob("*.parquet")}
    again = gate(paths, CLAIMS + GOOD + b"bad\n")
    assert {path: path.stat().st_mtime_ns for path in paths.data.rglob("*.parquet")} == before
    assert again.tables[0].is_skipped and again.tables[0].batch_id == first.tables[0].batch_id
    assert again.lines() == [
        f"claims.claims · claims.csv: skipped, loaded before as batch {first.tables[0].batch_id}"
    ]


def test_the_same_input_gives_the_same_content(paths: Paths, tmp_path: Path) -> None:
    content = CLAIMS + b"".join(GOOD.replace(b"A1", b"A%d" % n) for n in range(500))
    tables = []
    for somewhere in (paths, place(tmp_path / "other")):
        batch_id = gate(somewhere, content).tables[0].batch_id
        tables.append(pq.read_table(somewhere.raw / "claims" / "claims" / f"part-{batch_id}.parquet"))
    assert tables[0].equals(tables[1])


def test_a_crash_before_the_manifest_leaves_no_half_batch(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(csat.gate.run, "_commit", crash)
        with pytest.raises(RuntimeError):
            gate(paths, CLAIMS + GOOD + b"bad\n")
    (paths.raw / "claims" / "claims" / ".part-0.parquet.tmp").touch()
    (paths.data / ".gate-killed").mkdir()
    assert len(rows(paths, "claims.claims")) == 1

    gate(paths, CLAIMS + GOOD.replace(b"A1", b"A9"), "claims_other.csv")
    assert rows(paths, "claims.claims", "claim_id") == [("A9",)]
    assert quarantined(paths, "claims.claims") == []
    assert [path for path in paths.data.rglob("*") if ".tmp" in path.name or ".gate-" in path.name] == []

    assert gate(paths, CLAIMS + GOOD + b"bad\n").tables[0].accepted == 1


def test_quarantine_is_private(paths: Paths) -> None:
    gate(paths, CLAIMS + b"bad\n")
    modes = {
        path: stat.S_IMODE(path.stat().st_mode) for path in [paths.quarantine, *paths.quarantine.rglob("*")]
    }
    assert {oct(mode) for path, mode in modes.items() if path.is_dir()} == {"0o700"}
    assert {oct(mode) for path, mode in modes.items() if path.is_file()} == {"0o600"}


# Identities


def test_identities_leave_no_trace_outside_quarantine(paths: Paths) -> None:
    header = b"post_id,platform,merchant_name,author_name,posted_at,post_text\n"
    row = "p1,s,m,张三丰,2026-01-01,打我13800138000或a@b.cn\n".encode()
    gate(paths, header + row, "posts.csv", "reviews.posts")
    gate(
        paths,
        b"customer_no,insurer_id,phone,id_card\nC77001,x,13800138000,11010519491231002X\n",
        "c.csv",
        "policy.customers",
    )
    assert rows(paths, "reviews.posts", "post_text") == [("打我[手机号]或[邮箱]",)]
    for path in paths.raw.rglob("*.parquet"):
        text = str(pq.read_table(path).to_pylist())
        secrets = ("张三丰", "13800138000", "C77001", "11010519491231002X", "ab" * 32)
        assert [secret for secret in secrets if secret in text] == []


def test_one_customer_has_one_key_in_every_table_and_file(paths: Paths) -> None:
    gate(paths, CLAIMS + "A1,x, ｃ1,2026-01-01,,,\n".encode())
    gate(paths, b"customer_no,insurer_id\nC1,x\nC1,y\n", "customers.csv", "policy.customers")
    keys = {insurer: key for insurer, key in rows(paths, "policy.customers", "insurer_id, customer_key")}
    assert rows(paths, "claims.claims", "customer_key") == [(keys["x"],)]
    assert keys["x"] != keys["y"]


def test_an_unusable_number_costs_the_link_and_not_the_row(paths: Paths) -> None:
    table = gate(
        paths,
        b"customer_no,insurer_id,phone,id_card\nC1,x,none,-\nC2,x,,\n",
        "customers.csv",
        "policy.customers",
    ).tables[0]
    assert (table.accepted, table.unusable_links) == (2, 2)
    assert "2 phone or identity card numbers unusable as links" in table.line()
    assert rows(paths, "policy.customers", "phone_token, id_card_token") == [(None, None)] * 2


def test_one_customer_in_other_spellings_is_a_duplicate_and_with_another_card_a_conflict(
    paths: Paths,
) -> None:
    header = "customer_no,insurer_id,phone,id_card\n"
    same = "c1,x,13800138000,11010519491231002X\nｃ1 ,x,+86 138-0013-8000,110105 491231 002\n"
    other = "c1,x,13800138000,440524188001010014\n"
    result = gate(paths, (header + same + other).encode(), "customers.csv", "policy.customers").tables[0]
    assert (result.accepted, result.duplicates, result.reasons) == (1, 1, {("", "key_conflict"): 1})


def test_a_missing_customer_number_is_refused_where_it_is_the_key(paths: Paths) -> None:
    table = gate(paths, b"customer_no,insurer_id\n,x\n", "customers.csv", "policy.customers").tables[0]
    assert table.reasons == {("customer_key", "required_missing"): 1}


def test_values_shown_beside_a_reason_are_masked(paths: Paths) -> None:
    gate(paths, CLAIMS + b"A1,x,c1,2026-01-01,13800138000,1,no\n")
    assert quarantined(paths, "claims.claims")[0]["offending_value"] == "[手机号]"


# Persons


def crosswalk(paths: Paths) -> dict[str, set[str]]:
    """Return the customers of each person, both by the numbers they had in the landing files."""
    names = dict(rows(paths, "policy.customers", "customer_key, age_band"))
    found: dict[str, set[str]] = {}
    for customer_key, person_key in rows(paths, "gate.person_crosswalk"):
        found.setdefault(person_key, set()).add(names.get(customer_key, "other"))
    for person_key in found:
        assert person_key == min(
            key for key, person in rows(paths, "gate.person_crosswalk") if person == person_key
        )
    return found


CUSTOMER_FILES = {
    "customers_a.csv": b"a1,x,13800000001,,a1\na2,x,13800000002,110101199001011234,a2\n",
    "customers_b.csv": b"b1,y,+86 138-0000-0001,,b1\nb2,y,,1101 0119 9001 0112 34,b2\nb3,y,,,b3\n",
    "customers_c.csv": b"c1,z,13800000003,C-00000001,c1\nc2,z,13800000003,C-00000002,c2\n",
}


def test_persons_are_found_across_batches_in_any_order(paths: Paths, tmp_path: Path) -> None:
    header = b"customer_no,insurer_id,phone,id_card,age_band\n"
    walks = []
    for position, names in enumerate([sorted(CUSTOMER_FILES), sorted(CUSTOMER_FILES, reverse=True)]):
        somewhere = place(tmp_path / str(position))
        for name in names:
            gate(somewhere, header + CUSTOMER_FILES[name], name, "policy.customers")
        walks.append(crosswalk(somewhere))
    assert walks[0] == walks[1]
    assert sorted(map(sorted, walks[0].values())) == [["a1", "b1"], ["a2", "b2"], ["b3"], ["c1"], ["c2"]]
    links = pq.read_table(
        paths.data.parent / "0" / "quarantine" / "gate" / "person_crosswalk" / "phone_links.parquet"
    )
    assert links["reason_code"].to_pylist() == ["phone_touches_two_id_cards"] * 2


def test_a_customer_known_only_from_a_response_links_by_phone(paths: Paths) -> None:
    gate(
        paths,
        b"customer_no,insurer_id,phone,age_band\na1,x,13800000001,a1\n",
        "customers.csv",
        "policy.customers",
    )
    gate(
        paths,
        b"response_id,insurer_id,customer_no,phone,submitted_at\nr1,y,b9,13800000001,2026-01-01\n",
        "responses.csv",
        "survey.responses",
    )
    assert sorted(map(sorted, crosswalk(paths).values())) == [["a1", "other"]]


# The landing folder


def test_the_landing_folder_is_read_by_its_folders_in_order(paths: Paths) -> None:
    put(paths, "claims/2026/claims_q1.csv", CLAIMS + GOOD)
    put(paths, "survey/responses_1.csv", b"response_id,insurer_id,submitted_at\nr,x,2026-01-01\n")
    put(paths, "survey/answers_1.csv", b"response_id,question_code,raw_value\nr,q,5\n")
    put(paths, "policy__insurers.csv", "insurer_id,insurer_name_zh\nx,甲\n".encode())
    put(paths, "survey/.hidden.csv", b"")
    sentences: list[str] = []
    result = gate_landing(paths, RECEIVED_ON, sentences.append)
    assert [table.table for table in result.tables] == [
        "claims.claims",
        "policy.insurers",
        "survey.answers",
        "survey.responses",
    ]
    assert sentences == result.lines()


def test_a_name_that_fits_no_table_is_refused_with_the_choices(paths: Paths) -> None:
    sentence = refusal(paths, b"a\n1\n", "survey/export.csv", source=None)
    assert (
        "export.csv" in sentence and "invitations, responses, answers" in sentence and "mapping" in sentence
    )
    assert "nearest known name is 'claims'" in refusal(paths, CLAIMS, "export.csv", source="claim")


def test_progress_counts_rows(paths: Paths) -> None:
    seen: list[tuple[Path, int]] = []
    path = put(paths, "claims.csv", CLAIMS + GOOD)
    run_gate(
        paths, [path], received_on=RECEIVED_ON, progress=lambda *state: seen.append(state), source="claims"
    )
    assert seen == [(path, 1)]
