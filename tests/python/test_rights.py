"""Consent, forgetting and retention: what has to go is nowhere, stays away, and is counted."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import csat.gate.requests
import csat.gate.rights
import csat.gate.run
import csat.gate.store
from csat.cli import app
from csat.errors import InputError, PublishError
from csat.gate import FilesRefused, GateResult, forget, gate_landing, retain, run_gate
from csat.gate.identity import Tokeniser
from csat.gate.keys import load_key
from csat.gate.register import Register, row_tokens
from csat.paths import Paths
from csat.publish import publish

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
KEY = "ab" * 32

CUSTOMERS = (
    "customer_no,insurer_id,phone,id_card,survey_consent_at,survey_consent_withdrawn_at,"
    "claims_consent_at,claims_consent_withdrawn_at\n"
)
INVITATIONS = "invitation_id,insurer_id,customer_no,survey_code,collection_channel,reference_type,sent_at\n"
RESPONSES = "response_id,invitation_id,insurer_id,customer_no,phone,submitted_at\n"
ANSWERS = "response_id,question_code,raw_value\n"
CLAIMS = "claim_id,policy_id,insurer_id,customer_no,reported_at,outcome\n"
APPLICATIONS = "application_id,policy_id,insurer_id,product_line,customer_no,started_at,issued_at\n"


def put(paths: Paths, name: str, content: str) -> Path:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def land(paths: Paths, received_on: date = RECEIVED_ON, **files: str) -> GateResult:
    """Gate the files, keys are names such as survey__answers_1."""
    for name, content in files.items():
        source, _, rest = name.partition("__")
        put(paths, f"{source}/{rest}.csv", content)
    return gate_landing(paths, received_on)


def rows(paths: Paths, address: str, columns: str = "*") -> list[tuple]:
    folder = paths.raw / address.replace(".", "/")
    return duckdb.sql(f"select {columns} from '{folder}/part-*.parquet' order by all").fetchall()


def token(kind: str, value: str, insurer: str | None = None) -> str:
    import pyarrow as pa

    insurers = pa.array([insurer]) if insurer else None
    return Tokeniser(bytes.fromhex(KEY)).tokens(kind, pa.array([value]), insurers)[0].as_py()


def held(paths: Paths) -> Iterator[tuple[Path, dict]]:
    """Every row of every Parquet file of raw and quarantine."""
    for root in (paths.raw, paths.quarantine):
        for file in sorted(root.rglob("*.parquet")):
            for row in pq.read_table(file).to_pylist():
                yield file.relative_to(paths.data), row


def places_of(paths: Paths, *texts: str) -> list[str]:
    """Return the files of which a row holds one of the texts."""
    return sorted({str(file) for file, row in held(paths) for text in texts if text in str(row)})


def accounted(paths: Paths) -> None:
    """Read = accepted + quarantined + duplicates, and what was accepted is there or counted as removed."""
    removed: dict[tuple[str, str, str], int] = {}
    for batch_id, source, table, layer, count in rows(
        paths, "gate.removals", "batch_id, source_name, table_name, layer, rows_removed"
    ):
        place = (batch_id, f"{source}.{table}", layer)
        removed[place] = removed.get(place, 0) + count
    for batch_id, address, read, accepted, quarantined, duplicates in rows(
        paths,
        "gate.files",
        "batch_id, source_name || '.' || table_name, rows_read, rows_accepted, rows_quarantined, "
        "rows_duplicate",
    ):
        assert read == accepted + quarantined + duplicates
        kept = [row for row in rows(paths, address, "batch_id") if row == (batch_id,)]
        assert len(kept) == accepted - removed.get((batch_id, address, "raw"), 0), address
        part = paths.quarantine / address.replace(".", "/") / f"{batch_id}.parquet"
        refused = len(pq.read_table(part)) if part.exists() else 0
        assert refused == quarantined - removed.get((batch_id, address, "quarantine"), 0), address


TWO_PERSONS = {
    "policy__customers_1": CUSTOMERS
    + "c1,x,13800000001,11010519491231002X,2025-01-01,,2025-01-01,\n"
    + "c2,x,13800000002,,2025-01-01,,2025-01-01,\n",
    "survey__invitations_1": INVITATIONS + "i1,x,c1,s,app,none,2026-01-01\ni2,x,c2,s,app,none,2026-01-01\n",
    # The first response is its customer's by the invitation alone, the third by the phone alone.
    "survey__responses_1": RESPONSES
    + "r1,i1,x,,,2026-01-02\nr2,i2,x,,,2026-01-02\nr3,,x,,13800000001,2026-01-03\n"
    + "r4,i1,x,,,2099-01-01\n",
    "survey__answers_1": ANSWERS + "r1,q,1\nr2,q,2\nr3,q,3\nr1,,bad\nr2,,bad\n",
    "policy__applications_1": APPLICATIONS + "a1,p1,x,health,c1,2026-01-01,2026-01-02\n",
    "claims__claims_1": CLAIMS
    + "k1,p1,x,,2026-01-01,paid\nk2,,x,c2,2026-01-01,paid\nk3,,x,c1,2026-01-01,open\n",
}


def test_the_scan_finds_a_person_before_and_nowhere_after(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    accounted(paths)
    gone = [
        token("customer", "c1", "x"),
        token("phone", "13800000001"),
        token("id_card", "11010519491231002X"),
    ]
    stays = token("customer", "c2", "x")
    assert {file.rpartition("/")[0] for file in places_of(paths, gone[0])} == {
        "raw/gate/person_crosswalk", "raw/policy/applications", "raw/policy/customers",
        "raw/survey/invitations", "quarantine/claims/claims",
    }  # fmt: skip
    assert places_of(paths, gone[1]) and places_of(paths, gone[2])

    result = forget(paths, "insurer_id,customer_no\nx,C1\n", "list")
    assert (result.requested, result.found) == (1, 1)
    assert places_of(paths, *gone) == []
    # The scan can see: the other person is still there.
    assert places_of(paths, stays)
    assert rows(paths, "survey.invitations", "invitation_id") == [("i2",)]
    assert rows(paths, "survey.responses", "response_id") == [("r2",)]
    assert rows(paths, "survey.answers", "response_id, raw_value") == [("r2", "2")]
    assert rows(paths, "policy.applications") == []
    assert rows(paths, "claims.claims", "claim_id") == [("k2",)]
    refused = [row["original"] for file, row in held(paths) if "original" in row]
    assert refused == [b"r2,,bad\n"]
    assert result.removals.rows == {
        ("claims.claims", "quarantine", "forgotten"): 1,
        ("claims.claims", "raw", "forgotten"): 1,
        ("policy.applications", "raw", "forgotten"): 1,
        ("policy.customers", "raw", "forgotten"): 1,
        ("survey.answers", "quarantine", "forgotten"): 1,
        ("survey.answers", "raw", "forgotten"): 2,
        ("survey.invitations", "raw", "forgotten"): 1,
        ("survey.responses", "quarantine", "forgotten"): 1,
        ("survey.responses", "raw", "forgotten"): 2,
    }
    assert "survey.responses: removed 2 rows from raw (forgotten 2)" in result.lines()
    assert result.removals.files == {f"{name.partition('__')[2]}.csv" for name in TWO_PERSONS}
    accounted(paths)


def test_a_forgotten_person_stays_forgotten_when_landed_again(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    before = {address: rows(paths, address) for address in ("survey.answers", "claims.claims")}
    # The same rows in other files, which are batches of their own; the answers come alone.
    land(paths, survey__answers_2=ANSWERS + "r1,q,1\nr3,q,3\nr1,q9,9\nr1,,bad\n")
    assert {address: rows(paths, address) for address in before} == before
    again = {name[:-1] + "3": content + "\n" for name, content in TWO_PERSONS.items()}
    again["claims__claims_3"] += "k9,p1,x,,2026-02-01,paid\n"
    land(paths, **again)
    assert places_of(paths, token("customer", "c1", "x"), token("phone", "13800000001")) == []
    assert {address: rows(paths, address) for address in before} == before
    assert [row["original"] for _, row in held(paths) if row.get("original", b"").startswith(b"r1")] == []
    accounted(paths)
    # And from nothing, with the landing files alone: the register outlives raw and quarantine.
    for folder in (paths.raw, paths.quarantine):
        shutil.rmtree(folder)
    land(paths)
    assert places_of(paths, token("customer", "c1", "x"), token("phone", "13800000001")) == []
    assert rows(paths, "claims.claims", "claim_id") == [("k2",)]
    accounted(paths)


def test_a_shared_phone_is_not_forgotten_with_one_of_its_holders(paths: Paths) -> None:
    customers = CUSTOMERS + "c1,x,13800000001,,,,,\nc2,x,13800000001,,,,,\n"
    land(
        paths,
        policy__customers_1=customers,
        survey__responses_1=RESPONSES + "r1,,x,,13800000001,2026-01-03\n",
    )
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    assert len(rows(paths, "survey.responses")) == 1
    assert places_of(paths, token("customer", "c1", "x")) == []


def test_a_warehouse_from_before_a_removal_is_not_published(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The table of this warehouse is no score mart.
    monkeypatch.setattr("csat.publish.keeps_ledger", lambda paths: False)
    land(paths, **TWO_PERSONS)
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("create schema marts; create table marts.t as select 1 as one")
    publish(paths)
    # Nobody here is concerned, so nothing is outdated.
    forget(paths, "insurer_id,customer_no\nx,c9\n", "list")
    publish(paths)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    with pytest.raises(PublishError, match=r"were removed after this warehouse was built.*run csat build"):
        publish(paths)


def test_a_phone_of_two_cards_names_nobody(paths: Paths) -> None:
    customers = (
        "c1,x,13800000001,11010519491231002X,,,,\nc2,x,13800000001,440304198001010014,,,,\n"
        "c3,x,13800000001,,,,,\nc4,x,13800000004,,,,,\n"
    )
    land(
        paths,
        policy__customers_1=CUSTOMERS + customers,
        survey__responses_1=RESPONSES + "r1,,x,,13800000001,2026-01-03\n",
    )
    with pytest.raises(
        InputError, match=r"list, line 3: this phone stands beside customers who are"
    ) as caught:
        forget(paths, "phone\n13800000004\n13800000001\n", "list")
    assert "13800000001" not in str(caught.value)
    with pytest.raises(InputError, match=r"list, line 2: this phone"):
        forget(paths, f"token\n{token('phone', '13800000001')}\n", "list")
    assert len(rows(paths, "policy.customers")) == 4 and len(Register.read(paths)) == 0
    # With the card beside it the line says who asks: one of the three goes, and the phone stays with two.
    forget(paths, "phone,id_card\n13800000001,11010519491231002X\n", "list")
    assert places_of(paths, token("customer", "c1", "x"), token("id_card", "11010519491231002X")) == []
    assert len(rows(paths, "policy.customers")) == 3 and len(rows(paths, "survey.responses")) == 1


def test_an_insurer_is_meant_in_every_spelling(paths: Paths) -> None:
    claims = CLAIMS + "k1,,X,c1,2026-01-01,paid\nk2,,x,c1,2026-01-01,paid\nk3,,Ab,c1,2026-01-01,paid\n"
    land(paths, claims__claims_1=claims + "k4,,x,c2,2026-01-01,paid\n")
    assert forget(paths, "insurer_id,customer_no\nx,c1\naB,c1\n", "list").found == 2
    assert rows(paths, "claims.claims", "claim_id") == [("k4",)]


def test_a_person_in_quarantine_alone_is_found(paths: Paths) -> None:
    land(paths, claims__claims_1=CLAIMS + "k1,,x,c1,2026-01-01,bogus\nk2,,x,c2,2026-01-01,paid\n")
    result = forget(paths, "insurer_id,customer_no\nx,c1\nx,c9\n", "list")
    assert (result.requested, result.found) == (2, 1)
    assert result.removals.rows == {("claims.claims", "quarantine", "forgotten"): 1}


def test_a_number_of_nobody_yet_is_said_to_keep_no_customer_out(paths: Paths) -> None:
    land(paths, policy__customers_1=CUSTOMERS + "c1,x,13800000001,,2025-01-01,,2025-01-01,\n")
    result = forget(paths, "phone,id_card\n13800000009,\n,11010519491231002X\n13800000001,\n", "list")
    assert (result.requested, result.found, result.by_number_alone) == (3, 1, 2)
    assert any(
        line.startswith("2 of them name a phone or identity card that stands") for line in result.lines()
    )
    again = forget(paths, "insurer_id,customer_no\nx,c9\n", "list")
    assert again.by_number_alone == 0 and len(again.lines()) == 1


def test_rows_of_another_length_in_a_file_of_withdrawals_are_said(paths: Paths) -> None:
    good = "c1,x,13800000001,,2025-01-01,,2025-01-01,\n"
    result = land(paths, policy__customers_1=CUSTOMERS + good + "c2,x,13800000002,2025-01-01,2026-01-01\n")
    (customers,) = result.tables
    assert customers.unread_withdrawals == 1
    assert "; 1 rows of another length may hold withdrawals, which count when" in customers.line()
    result = land(paths, claims__claims_1=CLAIMS + "k1,x\n")
    assert [one.unread_withdrawals for one in result.tables if one.table == "claims.claims"] == [0]


def test_a_phone_names_its_customers_and_a_token_whatever_it_stands_for(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    assert forget(paths, "phone\n138-0000-0001\n", "list").found == 1
    assert places_of(paths, token("customer", "c1", "x")) == []
    assert forget(paths, f"token\n{token('customer', 'c2', 'x')}\n", "list").found == 1
    assert places_of(paths, token("customer", "c2", "x"), token("phone", "13800000002")) == []
    assert forget(paths, f"token\n{'0' * 64}\n", "list").found == 0


def test_an_author_is_forgotten_by_name(paths: Paths) -> None:
    land(
        paths,
        reviews__posts_1="post_id,platform,merchant_name,author_name,posted_at\n"
        "p1,s,m,张三,2026-01-01\np2,s,m,李四,2026-01-01\n",
    )
    forget(paths, "author_name\n张三\n", "list")
    assert rows(paths, "reviews.posts", "post_id") == [("p2",)]


def test_a_crash_while_rows_are_removed_is_finished_by_the_next_run(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(paths, **TWO_PERSONS)
    calls = []

    def crash(*arguments: object, **named: object) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        csat.gate.store.write_part(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(csat.gate.rights, "write_part", crash)
        with pytest.raises(RuntimeError):
            forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    retain(paths, RECEIVED_ON)
    assert places_of(paths, token("customer", "c1", "x"), token("phone", "13800000001")) == []
    accounted(paths)
    assert csat.gate.requests.apply_register(paths).rows == {}


def test_files_of_rights_are_private_and_stay_so(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    for root in (paths.rights, paths.quarantine):
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        for path in root.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    text = (paths.rights / "forgotten.csv").read_text(encoding="utf-8")
    assert "c1" not in text.split(",") and "13800000001" not in text and "r1" not in text.split(",")
    assert row_tokens(Tokeniser(load_key(paths)), "survey.responses.response_id", ["r1"])[0] in text


def test_a_damaged_register_stops_the_gate(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    register = paths.rights / "forgotten.csv"
    for content in ("", "kind,token\n", register.read_text(encoding="utf-8") + "a,b\n"):
        register.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"forgotten\.csv.*put back a copy of the register"):
            land(paths)


def test_another_key_does_not_bring_the_forgotten_back(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    land(paths, **TWO_PERSONS)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    monkeypatch.setenv("CSAT_KEY", "cd" * 32)
    shutil.rmtree(paths.raw)
    with pytest.raises(InputError, match="entries were made with another key"):
        land(paths)
    # The key lost: the register goes, the persons are named again, and the landing files are loaded afresh.
    shutil.rmtree(paths.quarantine)
    shutil.rmtree(paths.rights)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    land(paths)
    assert rows(paths, "claims.claims", "claim_id") == [("k2",)]


def test_one_entry_under_another_key_is_one_too_many(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(paths, "insurer_id,customer_no\nx,c1\nx,c2\n", "list")
    register = (paths.rights / "forgotten.csv").read_text(encoding="utf-8")
    shutil.rmtree(paths.rights)
    monkeypatch.setenv("CSAT_KEY", "cd" * 32)
    forget(paths, "insurer_id,customer_no\nx,c3\n", "list")
    file = paths.rights / "forgotten.csv"
    file.write_text(file.read_text(encoding="utf-8") + register.partition("\n")[2], encoding="utf-8")
    with pytest.raises(InputError, match="4 of 6 entries were made with another key"):
        land(paths, **TWO_PERSONS)


def test_nothing_is_forgotten_or_expired_under_another_key(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(paths, **TWO_PERSONS)
    monkeypatch.setenv("CSAT_KEY", "cd" * 32)
    with pytest.raises(InputError, match="was loaded under another key"):
        forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    with pytest.raises(InputError, match="was loaded under another key"):
        retain(paths, date(2050, 1, 1))
    assert len(Register.read(paths)) == 0
    assert len(rows(paths, "policy.customers")) == 2
    # Nor by a register that knows some persons under the right key.
    monkeypatch.setenv("CSAT_KEY", KEY)
    forget(paths, "insurer_id,customer_no\nx,c2\n", "list")
    monkeypatch.setenv("CSAT_KEY", "cd" * 32)
    with pytest.raises(InputError, match="was loaded under another key"):
        forget(paths, "insurer_id,customer_no\nx,c1\n", "list")


def test_a_later_consent_does_not_lift_a_request_to_be_forgotten(paths: Paths) -> None:
    both = "a,x,,,2025-01-01,2025-06-01,2025-01-01,2025-06-01"
    land(paths, **consent_files(both, "b,x,,,2025-01-01,,2025-01-01,"))
    forget(paths, "insurer_id,customer_no\nx,a\n", "list")
    land(
        paths,
        policy__customers_2=CUSTOMERS + "a,x,,,2025-07-01,2025-06-01,2025-07-01,2025-06-01\n",
        claims__claims_2=CLAIMS + "ka2,,x,a,2026-01-01,paid\n",
    )
    assert places_of(paths, token("customer", "a", "x")) == []
    assert persons(paths)[2] == "b"


def test_a_consent_between_two_withdrawals_does_not_lift_the_second(paths: Paths) -> None:
    land(paths, **consent_files("a,x,,,2025-01-01,,2025-01-01,"))
    land(paths, policy__customers_2=CUSTOMERS + "a,x,,,2025-01-01,2025-06-01,2025-01-01,\n")
    land(paths, policy__customers_3=CUSTOMERS + "a,x,,,2025-07-01,2025-08-01,2025-01-01,\n")
    land(
        paths,
        policy__customers_4=CUSTOMERS + "a,x,,,2025-07-01,,2025-01-01,\n",
        survey__responses_2=RESPONSES + "ra2,,x,a,,2026-01-02\n",
    )
    assert persons(paths)[:2] == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the first line must name columns"),
        ("88001\n88002\n", "insurer_id,customer_no"),
        ("customer_no\n88001\n", "needs the insurer_id beside it"),
        ("insurer_id\nx\n", "the first line must name columns"),
        ("insurer_id,customer_no\nx,\n", "line 2: an insurer_id alone names nobody"),
        ("insurer_id,customer_no\n,88001\n", "line 2: customer_no names nobody"),
        ("phone\n88001\nnone\n", "line 2: phone names nobody"),
        ("token\n88001\n", "line 2: this is not a token"),
        ("phone\n13800000001,88001\n", "line 2: empty, or longer"),
        ('insurer_id,customer_no\nx,"88001\nx,88002\n', "line 2: a quote is never closed"),
        ('insurer_id,customer_no\nx,"88001\nx,88002"\n', "line 3: a value runs over several lines"),
        ('insurer_id,customer_no\nx,"88001"\r\nx,"8"8002"\r\n', "line 3: a quote is never closed or stands"),
        ('"insurer_id,customer_no\nx,88001\n', "a quote is never closed"),
        ("phone\n" + "88001" * 30_000 + "\n", "line 2: phone names nobody"),
    ],
)
def test_a_list_that_names_nobody_is_refused_without_quoting_it(
    paths: Paths, text: str, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        forget(paths, text, "list.csv")
    assert expected in str(caught.value) and str(caught.value).startswith("list.csv")
    assert "88001" not in str(caught.value)
    assert len(Register.read(paths)) == 0


def test_the_command_takes_numbers_from_a_file_or_standard_input(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSAT_PROJECT_DIR", str(PROJECT))
    monkeypatch.setenv("CSAT_DATA_DIR", str(paths.data))
    land(paths, **TWO_PERSONS)
    run = CliRunner().invoke(app, ["forget"], input="insurer_id,customer_no\nx,c1\n")
    assert run.exit_code == 0 and "Registered 1 requests; 1 of them had data here." in run.output
    assert "csat publish" in run.output
    file = paths.data / "list.csv"
    file.write_text("\ufeffinsurer_id,customer_no\nx,c2\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["forget", str(file), "--json"])
    assert '"requested": 1, "found": 1, "by_number_alone": 0' in run.output
    assert places_of(paths, token("customer", "c1", "x"), token("customer", "c2", "x")) == []
    run = CliRunner().invoke(app, ["forget", "88001"])
    assert isinstance(run.exception, InputError) and "88001" not in str(run.exception)
    assert "never as arguments" in str(run.exception)
    run = CliRunner().invoke(app, ["retain"])
    assert run.output == "Nothing is too old, withdrawn or forgotten.\n"


def replay(paths: Paths, day: date = RECEIVED_ON) -> GateResult:
    return gate_landing(paths, day, is_replay=True)


def test_a_replay_does_not_bring_the_forgotten_back(paths: Paths) -> None:
    bad = "k9,,x,c1,2026-01-01,bogus\nk8,,x,c2,2026-01-01,bogus\n"
    land(paths, claims__claims_1=CLAIMS + "k1,,x,c1,2026-01-01,paid\nk2,,x,c2,2026-01-01,paid\n" + bad)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    result = replay(paths)
    assert places_of(paths, token("customer", "c1", "x")) == []
    assert rows(paths, "claims.claims", "claim_id") == [("k2",)]
    assert result.removals.rows == {
        ("claims.claims", "raw", "forgotten"): 1, ("claims.claims", "quarantine", "forgotten"): 1,
    }  # fmt: skip
    assert [row["original"] for _, row in held(paths) if "original" in row] == [bad.encode().splitlines(1)[1]]
    accounted(paths)


def test_a_replay_cut_short_leaves_the_rest_to_the_build(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = consent_files("a,x,,,2025-01-01,2026-01-01,2025-01-01,", "b,x,,,2025-01-01,,2025-01-01,")
    files["survey__responses_1"] += "rz,,x,b,,2099-01-01\n"
    land(paths, **files)
    assert persons(paths) == ("b", "b", "ab")
    calls = []

    def crash(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return csat.gate.rights.enforce(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(csat.gate.run, "enforce", crash)
        with pytest.raises(RuntimeError):
            replay(paths)
    assert persons(paths)[0] == "ab"
    assert csat.gate.requests.apply_register(paths).rows == {("survey.responses", "raw", "withdrawn"): 1}
    assert persons(paths) == ("b", "b", "ab")


def test_a_replay_does_not_make_rows_younger(paths: Paths) -> None:
    bad = "k2,,x,,2026-01-01,bogus\n"
    land(paths, date(2026, 6, 1), claims__claims_1=CLAIMS + "k1,,x,,2026-01-01,paid\n" + bad)
    replay(paths, date(2026, 7, 20))
    assert rows(paths, "gate.files", "received_on") == [(date(2026, 6, 1),)]
    decide(paths, "table_address,raw_days\nclaims.claims,69\n")
    # Sixty days in quarantine and sixty-nine in raw, both counted from the first of June.
    assert retain(paths, date(2026, 8, 10)).rows == {
        ("claims.claims", "raw", "expired"): 1, ("claims.claims", "quarantine", "expired"): 1,
    }  # fmt: skip
    # What has expired by the day of the replay is gone at its end.
    replay(paths, date(2026, 8, 10))
    assert [row for file, row in held(paths) if "claims/claims" in str(file)] == []
    accounted(paths)


# Consent


def consent_files(*customers: str) -> dict[str, str]:
    numbers = [line.split(",")[0] for line in customers]
    return {
        "policy__customers_1": CUSTOMERS + "".join(f"{line}\n" for line in customers),
        "survey__responses_1": RESPONSES + "".join(f"r{n},,x,{n},,2026-01-02\n" for n in numbers),
        "survey__answers_1": ANSWERS + "".join(f"r{n},q,5\n" for n in numbers),
        "claims__claims_1": CLAIMS + "".join(f"k{n},,x,{n},2026-01-01,paid\n" for n in numbers),
    }


def persons(paths: Paths) -> tuple[str, str, str]:
    """Return whose responses, answers and claims are there."""
    found = [
        "".join(sorted(value[0][1:] for value in rows(paths, address, column)))
        for address, column in (
            ("survey.responses", "response_id"),
            ("survey.answers", "response_id"),
            ("claims.claims", "claim_id"),
        )
    ]
    return found[0], found[1], found[2]


def test_consent_is_per_purpose(paths: Paths) -> None:
    result = land(
        paths,
        **consent_files(
            "a,x,,,2025-01-01,,2025-01-01,",
            "b,x,,,2025-01-01,2025-06-01,2025-01-01,",
            "c,x,,,2025-01-01,,2025-01-01,2025-06-01",
            "d,x,,,2025-01-01,2025-06-01,2025-01-01,2025-06-01",
            "e,x,,,,,,",
            "f,x,,,2025-06-02,2025-06-01,2025-06-02,2025-06-01",
        ),
    )
    # e never gave any: separate consent is missed for claims, surveys ask for withdrawals alone.
    assert persons(paths) == ("acef", "acef", "abf")
    # d has withdrawn for every purpose: nothing is left.
    assert places_of(paths, token("customer", "d", "x")) == []
    assert places_of(paths, token("customer", "b", "x"))
    assert result.removals.rows["claims.claims", "raw", "no_consent"] == 1
    assert result.removals.rows["claims.claims", "raw", "withdrawn"] == 2
    accounted(paths)


def test_an_insurer_that_keeps_no_consents_on_file_has_not_refused_them(paths: Paths) -> None:
    land(paths, **consent_files("a,x,,,,,,", "b,x,,,,,,"))
    assert persons(paths) == ("ab", "ab", "ab")


@pytest.mark.parametrize(
    ("rule", "claims"), [("", "ab-"), ("withdrawn", "abe-"), ("on_file", "ab-"), ("required", "a")]
)
def test_a_company_decides_which_consent_a_table_needs(paths: Paths, rule: str, claims: str) -> None:
    files = consent_files("a,x,,,2025-01-01,,2025-01-01,", "e,x,,,2025-01-01,,,")
    files["claims__claims_1"] += "kb,,x,b,2026-01-01,paid\n"  # nobody the customer file lists
    paths.data.mkdir(parents=True)
    (paths.data / "processing_rules.csv").write_text(
        f"table_address,consent_rule\nclaims.claims,{rule}\n", encoding="utf-8"
    )
    land(paths, **files)
    assert persons(paths)[2] == claims.replace("-", "")


def test_a_withdrawal_counts_though_its_row_is_refused(paths: Paths) -> None:
    land(paths, **consent_files("a,x,,,2025-01-01,,2025-01-01,", "b,x,,,2025-01-01,,2025-01-01,"))
    assert persons(paths) == ("ab", "ab", "ab")
    result = land(
        paths,
        policy__customers_2=CUSTOMERS
        + "a,x,,,2025-01-01,2026-03-01,2025-01-01,\nb,x,,,2025-01-01,2026-03-01,2025-01-01,\n",
    )
    assert [t.reasons for t in result.tables if not t.is_skipped] == [{("", "key_conflict"): 2}]
    assert persons(paths) == ("", "", "ab")
    accounted(paths)


@pytest.mark.parametrize("text", ["yes", "2026-02-30", "2099-01-01"])
def test_a_withdrawal_without_a_readable_day_is_one(paths: Paths, text: str) -> None:
    land(paths, **consent_files("a,x,,,2025-01-01,,2025-01-01,"))
    land(paths, policy__customers_2=CUSTOMERS + f"a,x,,,2025-01-01,{text},2025-01-01,\n")
    assert persons(paths) == ("", "", "a")


@pytest.mark.parametrize(
    "row",
    [
        "a,x,male,gestern,gestern,2025-01-01,",
        "a,x,#N/A,2025-01-01,gestern,2025-01-01,",
        "a,x,#N/A,2025-01-01,#N/A,2025-01-01,",
        "a,x,#N/A,gestern,2025-06-01,2025-01-01,",
        "a,x,#N/A,2025-01-01,0001-01-01,2025-01-01,",
    ],
)
def test_a_withdrawal_counts_though_it_is_not_the_first_fault_of_its_row(paths: Paths, row: str) -> None:
    land(paths, **consent_files("a,x,,,2025-01-01,,2025-01-01,", "b,x,,,2025-01-01,,2025-01-01,"))
    land(paths, policy__customers_2=CUSTOMERS.replace("phone,id_card", "gender") + row + "\n")
    assert persons(paths) == ("b", "b", "ab")


def test_a_later_consent_lifts_the_withdrawal(paths: Paths) -> None:
    withdrawn = "a,x,,,2025-01-01,2025-06-01,2025-01-01,"
    land(paths, **consent_files(withdrawn, "b,x,,,2025-01-01,,2025-01-01,"))
    assert persons(paths) == ("b", "b", "ab")
    register = Register.read(paths)
    assert [(entry.kind, entry.purpose, entry.since) for entry in register if entry.kind == "customer"] == [
        ("customer", "survey", "2025-05-31T16:00:00")
    ]
    put(paths, "policy/customers_1.csv", CUSTOMERS + "a,x,,,2025-07-01,2025-06-01,2025-01-01,\n")
    shutil.rmtree(paths.raw)
    put(paths, "survey/responses_1.csv", RESPONSES + "ra2,,x,a,,2026-01-02\n")
    put(paths, "survey/answers_1.csv", ANSWERS + "ra2,q,5\n")
    land(paths)
    assert persons(paths)[:2] == ("a2", "a2")


def test_the_latest_event_of_a_batch_is_of_a_row_that_is_there(paths: Paths) -> None:
    files = consent_files("a,x,,,2025-01-01,,2025-01-01,", "b,x,,,2025-01-01,,2025-01-01,")
    files["claims__claims_1"] = CLAIMS + "ka,,x,a,2026-01-01,paid\nkb,,x,b,2026-05-01,paid\n"
    land(paths, **files)
    forget(paths, "insurer_id,customer_no\nx,b\n", "list")
    query = "select latest_event_at from '{}' where table_name = 'claims'"
    stored = duckdb.sql(query.format(f"{paths.raw}/gate/files/part-*.parquet")).fetchall()
    assert [str(row[0])[:10] for row in stored] == ["2025-12-31"]


# Retention


def decide(paths: Paths, text: str) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    (paths.data / "processing_rules.csv").write_text(text, encoding="utf-8")


def test_rows_expire_by_receipt_or_by_event_and_are_counted(paths: Paths) -> None:
    decide(
        paths,
        "table_address,raw_days,counted_from,quarantine_days\nclaims.claims,100,event,none\n"
        "survey.responses,100,event,\nsurvey.answers,100,,30\npolicy.customers,none,,\n",
    )
    files = consent_files("a,x,,,2025-01-01,,2025-01-01,", "b,x,,,2025-01-01,,2025-01-01,")
    files["claims__claims_1"] = (
        CLAIMS + "ka,,x,a,2026-03-22 12:00,paid\nkb,,x,b,2026-03-21 12:00,paid\nkc,,x,b,,paid\n"
    )
    files["survey__responses_1"] = RESPONSES + "ra,,x,a,,2026-03-22 12:00\nrb,,x,b,,2026-03-21 12:00\n"
    files["survey__answers_1"] += "rz,q,5\nra,,x\n"
    result = land(paths, **files)
    # An answer is as old as its response; one without response counts from its receipt.
    assert persons(paths) == ("a", "az", "a")
    assert result.removals.rows == {
        ("claims.claims", "raw", "expired"): 1,
        ("survey.answers", "raw", "expired"): 1,
        ("survey.responses", "raw", "expired"): 1,
    }
    accounted(paths)
    assert retain(paths, date(2026, 7, 30)).rows == {
        ("claims.claims", "raw", "expired"): 1,
        ("survey.answers", "raw", "expired"): 1,
        ("survey.responses", "raw", "expired"): 1,
    }
    assert retain(paths, date(2026, 7, 31)).rows == {("survey.answers", "quarantine", "expired"): 1}
    assert [row["original"] for _, row in held(paths) if "original" in row] == [b"kc,,x,b,,paid\n"]
    assert retain(paths, date(2026, 10, 8)).rows == {}
    assert retain(paths, date(2026, 10, 9)).rows == {("survey.answers", "raw", "expired"): 1}
    accounted(paths)


def test_rows_that_nobody_can_be_read_from_leave_with_their_quarantine(paths: Paths) -> None:
    land(paths, claims__claims_1=CLAIMS + "k1,,x,c1,2026-01-01\n")
    part = next(paths.quarantine.rglob("claims/*.parquet"))
    assert pq.read_table(part)["tokens"].to_pylist() == [[]]
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    assert len(pq.read_table(part)) == 1
    assert retain(paths, date(2026, 8, 29)).rows == {}
    assert retain(paths, date(2026, 8, 30)).rows == {("claims.claims", "quarantine", "expired"): 1}


def test_what_expired_is_taken_again_from_a_cumulative_export(paths: Paths) -> None:
    decide(paths, "table_address,raw_days\nclaims.claims,10\n")
    claim = CLAIMS + "k1,,x,,2026-01-01,paid\n"
    land(paths, claims__claims_1=claim)
    land(paths, date(2026, 7, 5), claims__claims_2=claim + "k2,,x,,2026-07-01,paid\n")
    assert rows(paths, "claims.claims", "claim_id, source_file") == [
        ("k1", "claims_1.csv"),
        ("k2", "claims_2.csv"),
    ]
    land(
        paths, date(2026, 7, 15), claims__claims_3=claim + "k2,,x,,2026-07-01,paid\nk3,,x,,2026-07-02,paid\n"
    )
    assert rows(paths, "claims.claims", "claim_id, source_file") == [
        ("k1", "claims_3.csv"),
        ("k2", "claims_2.csv"),
        ("k3", "claims_3.csv"),
    ]
    accounted(paths)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("table,raw_days\n", ["column 'table' is unknown", "table_address"]),
        ("raw_days\n1\n", ["'table_address' is missing"]),
        ("table_address,raw_days\nclaims.claim,1\n", ["line 2", "'claims.claim'", "'claims.claims'"]),
        ("table_address,raw_days\ngate.files,1\n", ["line 2", "'gate.files' is unknown"]),
        ("table_address,raw_days\nclaims.claims,1\nclaims.claims,2\n", ["line 3", "line 2 already"]),
        ("table_address,raw_days\nclaims.claims,0\n", ["line 2", "raw_days '0'", "'none' for no limit"]),
        ("table_address,raw_days\nclaims.claims,-5\n", ["raw_days '-5'"]),
        ("table_address,quarantine_days\nclaims.claims,1.5\n", ["quarantine_days '1.5'"]),
        ("table_address,counted_from\nclaims.claims,birth\n", ["counted_from 'birth'", "receipt or event"]),
        ("table_address,consent_rule\nclaims.claims,never\n", ["'never'", "withdrawn, on_file, required"]),
        ("table_address,consent_rule\nservice.contacts,required\n", ["no purpose of consent"]),
    ],
)
def test_a_mistake_in_the_rules_of_a_company_is_named(paths: Paths, text: str, expected: list[str]) -> None:
    decide(paths, text)
    with pytest.raises(InputError) as caught:
        land(paths, claims__claims_1=CLAIMS)
    assert [part for part in expected if part not in str(caught.value)] == []
    assert "processing_rules.csv" in str(caught.value) and "\n" not in str(caught.value)


# What several tables say together


def test_missing_parents_and_losses_before_inception_are_reported(paths: Paths) -> None:
    result = land(
        paths,
        survey__responses_1=RESPONSES + "r1,i9,x,,,2026-01-02\n",
        survey__answers_1=ANSWERS + "r1,overall,1\nr9,overall,1\nr8,overall,1\n",
        policy__applications_1="application_id,policy_id,insurer_id,product_line,started_at,issued_at,starts_at\n"
        "a1,p1,x,health,2026-01-01,2026-01-01,2026-01-10\n",
        claims__claims_1="claim_id,policy_id,insurer_id,loss_at,reported_at\n"
        "k1,p1,x,2026-01-09,2026-01-11\nk2,p1,x,2026-01-10,2026-01-11\n",
    )
    assert result.notes == [
        "survey.answers: 2 rows name a response_id that survey.responses does not hold; land the missing "
        "file, or mend the rows of survey.responses that were refused (csat refused lists them).",
        "claims.claims: 1 rows have a loss_at before the starts_at of their policy; check both exports.",
    ]
    assert result.lines()[-1] == result.notes[-1]


def test_questions_the_framework_does_not_have_are_reported_once(paths: Paths) -> None:
    result = land(
        paths,
        survey__answers_1=ANSWERS + "r1,recomend,9\nr1,overall,8\nr1,zzz,1\n",
    )
    assert result.notes == [
        "survey.answers: question_code 'recomend' (nearest: recommend), 'zzz' are not in questions.csv of "
        "the framework; their answers are kept and score nothing; unless that is meant, correct the mapping "
        "and run csat gate --replay, or correct the file and land it again."
    ]
    # What an earlier run has loaded is not said again.
    assert gate_landing(paths, RECEIVED_ON).notes == []
    codes = "".join(f"r2,zz{number},1\n" for number in range(7))
    (note,) = land(paths, survey__answers_2=ANSWERS + codes).notes
    assert "'zz0', 'zz1', 'zz2', 'zz3', 'zz4' and 2 more are not in questions.csv" in note


def test_questions_that_a_mapping_names_wrongly_are_reported(paths: Paths, tmp_path: Path) -> None:
    file = put(paths, "survey/answers_1.csv", "sheet,Q1,Q2\nr1,9,\nr2,8,\n")
    folder = tmp_path / "mapping"
    folder.mkdir()
    (folder / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column\nanswers*,survey.answers,sheet,response_id\n"
    )
    (folder / "questions.csv").write_text("header,question_code\nQ1,overall\nQ2,recomend\n")
    (note,) = run_gate(paths, [file], mapping=folder, received_on=RECEIVED_ON).notes
    assert "question_code 'recomend' (nearest: recommend) is not in questions.csv" in note
    # Without a list of questions nothing can be said.
    elsewhere = replace(paths, framework_source=tmp_path)
    assert run_gate(elsewhere, [file], mapping=folder, received_on=RECEIVED_ON, is_replay=True).notes == [
        "No file that is loaded has rows in quarantine or a mapping that changed since; nothing was read "
        "again. Files that are not loaded yet come in with csat gate."
    ]
    file.write_text("sheet,Q1,Q2\nr3,9,1\n")
    assert run_gate(elsewhere, [file], mapping=folder, received_on=RECEIVED_ON).notes == []


def test_insurers_that_nobody_knows_are_reported_with_the_nearest(paths: Paths) -> None:
    responses = RESPONSES + "r1,,our_compani,,,2026-01-02\nr2,,our_compani,,,2026-01-02\n"
    claims = "claim_id,insurer_id,reported_at\nk1,our_compani,2026-01-02\nk2,our_company,2026-01-02\n"
    # Without any insurer in policy.insurers none is missed yet.
    assert land(paths, survey__responses_1=responses, claims__claims_1=claims).notes == []
    insurers = "insurer_id,insurer_name_zh\nour_company,甲\n"
    assert land(paths, policy__insurers_1=insurers).notes == [
        "insurer_id 'our_compani' (nearest: our_company) is not in policy.insurers; the rows that name it "
        "are kept and score nothing, in claims.claims (1), survey.responses (2); unless that is meant, "
        "correct the mapping and run csat gate --replay, or correct the file and land it again."
    ]


def test_a_refused_file_does_not_stop_the_rights_of_persons(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    put(paths, "claims/claims_2.csv", "nonsense\n")
    put(
        paths,
        "policy/customers_2.csv",
        CUSTOMERS + "c2,x,13800000002,,2025-01-01,2026-01-01,2025-01-01,2026-01-01\n",
    )
    with pytest.raises(FilesRefused) as caught:
        gate_landing(paths, RECEIVED_ON)
    assert caught.value.result.removals.rows["policy.customers", "raw", "withdrawn"] == 1
    assert places_of(paths, token("customer", "c2", "x")) == []


def test_one_file_can_be_gated_alone(paths: Paths) -> None:
    land(paths, **TWO_PERSONS)
    forget(paths, "insurer_id,customer_no\nx,c1\n", "list")
    file = put(paths, "other.csv", CLAIMS + "k7,,x,c1,2026-01-01,paid\n")
    result = run_gate(paths, [file], "claims.claims", received_on=RECEIVED_ON)
    assert result.tables[0].accepted == 1
    assert result.removals.rows == {("claims.claims", "raw", "forgotten"): 1}
    assert rows(paths, "claims.claims", "claim_id") == [("k2",)]
