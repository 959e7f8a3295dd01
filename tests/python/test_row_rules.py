"""Every rule of a row: hit by one row, missed by another, and seen to be the one that refuses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import csat.gate.checks
import csat.gate.run
import csat.gate.text_rules
from csat.contract import Table, read_contract
from csat.gate.checks import VALUE_RULES
from csat.gate.identity import Tokeniser
from csat.gate.mapping import Feed, TableFeed
from csat.gate.rows import Batch
from csat.gate.run import _Gate, _Stage, _Texts
from csat.gate.text_rules import TEXT_RULES, evened, without_hidden
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
CONTRACT = read_contract(PROJECT)

# A row of each table that no rule refuses, by landing name.
GOOD = {
    "survey.invitations": {
        "invitation_id": "I1", "insurer_id": "x", "survey_code": "s", "collection_channel": "app",
        "reference_type": "claim", "reference_id": "C1", "sent_at": "2026-01-05", "design_weight": "1.5",
    },
    "survey.answers": {"response_id": "R1", "question_code": "q", "raw_value": "5", "answer_text": "好"},
    "policy.products": {
        "product_id": "P1", "insurer_id": "x", "product_line": "health", "is_long_term": "是",
        "cooling_off_days": "15", "product_name_zh": "甲",
    },
    "policy.applications": {
        "application_id": "A1", "policy_id": "P1", "insurer_id": "x", "product_line": "health",
        "started_at": "2026-01-01", "declined": "否", "issued_at": "2026-01-02",
        "callback_done_at": "2026-01-04", "cooling_off_ends_at": "2026-01-20",
        "surrendered_at": "2026-02-01", "starts_at": "2026-01-02",
        "ends_at": "2027-01-02", "first_renewal_due_at": "2027-01-02", "renewed_at": "2026-03-01",
        "premium_paid_at": "2026-03-01", "premium": "12.50",
    },
    "policy.exposures": {
        "insurer_id": "x", "period_starts_on": "2026-01-01", "period_ends_on": "2026-03-31",
        "policies_in_force_start": "10", "policies_in_force_end": "9", "policies_in_force_mean": "9",
        "policies_surrendered": "1",
    },
    "claims.claims": {
        "claim_id": "C1", "insurer_id": "x", "customer_no": "88001", "reported_at": "2026-01-01 09:00",
        "registered_at": "2026-01-01 10:00", "decided_at": "2026-01-02 10:00",
        "agreed_at": "2026-01-02 11:00", "paid_at": "2026-01-03 10:00",
        "outcome": "paid", "paid_amount": "10.50", "team_code": "t",
    },
    "service.contacts": {
        "contact_id": "K1", "insurer_id": "x", "contact_channel": "phone", "contacted_at": "2026-01-01",
        "responded_at": "2026-01-01", "responded_by": "human", "rating": "5", "rating_scale_code": "five",
    },
    "complaints.complaints": {
        "complaint_id": "B1", "insurer_id": "x", "complaint_channel": "hotline", "validity": "valid",
        "received_at": "2026-01-01", "due_at": "2026-01-15", "closed_at": "2026-01-10",
        "handling_rating": "4", "complaint_text": "慢",
    },
    "reviews.posts": {
        "post_id": "O1", "platform": "p", "merchant_name": "m", "posted_at": "2026-01-01",
        "addressed_at": "2026-01-02", "stars": "4", "is_reply": "否", "post_text": "好",
    },
    "qualitative.excerpts": {
        "excerpt_id": "E1", "session_id": "s", "held_on": "2026-01-01", "theme_coder_1": "price",
        "sentiment_coder_1": "negative",
    },
    "published.figures": {
        "provider": "p", "period_starts_on": "2026-01-01", "period_ends_on": "2026-03-31", "insurer_id": "x",
        "indicator_code": "i", "numerator": "3", "denominator": "4",
    },
    "improvement.actions": {
        "action_id": "N1", "insurer_id": "x", "started_on": "2026-01-01", "due_on": "2026-02-01",
    },
    "training.records": {
        "training_id": "T1", "insurer_id": "x", "team_code": "t", "course_code": "c",
        "finished_on": "2026-01-01", "assessment_score": "80",
    },
}  # fmt: skip

# Rule -> table, the cells that hit it, and cells close by that miss it.
TEXT_CASES = {
    "nul_character": ("reviews.posts", {"post_text": "a\0b"}, {"post_text": "ab"}),
    "control_character": ("claims.claims", {"team_code": "t\x08"}, {"team_code": "t\tu"}),
    "line_break_in_code": ("claims.claims", {"claim_id": "C\n1"}, {"team_code": "t\nu"}),
    "bidi_character": ("claims.claims", {"team_code": "t\u202eu"}, {"team_code": "t„u"}),
    "invisible_character": ("claims.claims", {"customer_no": "88\u200b001"}, {"team_code": "t\u200bu"}),
    "replacement_character": ("claims.claims", {"team_code": "t\ufffd"}, {"team_code": "t？"}),
    "spreadsheet_error": ("claims.claims", {"paid_amount": "#VALUE!"}, {"team_code": "#1"}),
    "spreadsheet_number": ("claims.claims", {"customer_no": "8.8001E+17"}, {"customer_no": "88E17"}),
    "placeholder_in_code": ("claims.claims", {"customer_no": "无"}, {"customer_no": "无1"}),
    "identity_in_code": ("claims.claims", {"claim_id": "张伟13800138000"}, {"claim_id": "13800138000"}),
    "code_too_long": ("claims.claims", {"claim_id": "C" * 201}, {"claim_id": "C" * 200}),
    "text_too_long": ("reviews.posts", {"post_text": "好" * 100_001}, {"post_text": "好" * 100_000}),
}
VALUE_CASES = {
    "required_missing": ("claims.claims", {"reported_at": " "}, {"decided_at": " "}),
    "number_not_finite": ("claims.claims", {"paid_amount": "-inf"}, {"paid_amount": ""}),
    "number_grouped": ("claims.claims", {"paid_amount": "1,234.50"}, {"paid_amount": "1234.50"}),
    "number_with_unit": ("claims.claims", {"paid_amount": "10元"}, {"paid_amount": "１０"}),
    "number_not_whole": ("policy.products", {"cooling_off_days": "14.5"}, {"cooling_off_days": "14.0"}),
    "number_too_large": ("claims.claims", {"paid_amount": "9" * 17}, {"paid_amount": "9" * 16}),
    "date_ambiguous": ("claims.claims", {"decided_at": "02/01/2026"}, {"decided_at": "2026/1/2"}),
    "date_two_digit_year": ("claims.claims", {"decided_at": "26-01-02"}, {"decided_at": "2026-01-02"}),
    "date_serial_number": ("claims.claims", {"decided_at": "46024.5"}, {"decided_at": "2026-01-02 10:30"}),
    "date_impossible": ("claims.claims", {"decided_at": "2026年2月30日"}, {"decided_at": "2026年1月2日"}),
    "type_mismatch": ("claims.claims", {"paid_amount": "ten"}, {"paid_amount": "1e1"}),
    "value_not_allowed": ("claims.claims", {"outcome": "Paid"}, {"outcome": ""}),
    "out_of_range": ("claims.claims", {"paid_amount": "-0.01"}, {"paid_amount": "0.01"}),
    "event_in_future": (
        "claims.claims", {"paid_at": "2026-07-01 00:00"}, {"paid_at": "2026-06-30 23:59"},
    ),
}  # fmt: skip
ROW_CASES = {
    ("survey.invitations", "reference_missing"): ({"reference_id": ""}, {"reference_id": "C2"}),
    ("survey.invitations", "reference_without_type"): (
        {"reference_type": "none"}, {"reference_type": "none", "reference_id": ""},
    ),
    ("survey.answers", "answer_empty"): ({"raw_value": "", "answer_text": ""}, {"raw_value": ""}),
    ("policy.applications", "cover_ends_before_it_starts"): (
        {"ends_at": "2026-01-02"}, {"ends_at": "2026-01-03"},
    ),
    ("policy.applications", "surrendered_before_issued"): (
        {"surrendered_at": "2026-01-01"}, {"surrendered_at": "2026-01-02"},
    ),
    ("policy.applications", "renewed_before_issued"): (
        {"renewed_at": "2026-01-01"}, {"renewed_at": ""},
    ),
    ("policy.applications", "premium_paid_before_issued"): (
        {"premium_paid_at": "2026-01-01"}, {"premium_paid_at": "2026-01-02"},
    ),
    ("policy.applications", "called_back_before_issued"): (
        {"callback_done_at": "2026-01-01"}, {"callback_done_at": "2026-01-02"},
    ),
    ("policy.applications", "cooling_off_ends_before_issued"): (
        {"cooling_off_ends_at": "2026-01-01"}, {"cooling_off_ends_at": "2026-01-02"},
    ),
    ("policy.applications", "renewal_due_before_cover"): (
        {"first_renewal_due_at": "2026-01-01"}, {"first_renewal_due_at": "2026-01-02"},
    ),
    ("policy.applications", "declined_and_issued"): ({"declined": "是"}, {"declined": ""}),
    ("policy.applications", "policy_without_issue"): (
        {"issued_at": ""}, {"issued_at": "", "policy_id": ""},
    ),
    ("policy.applications", "issue_without_policy"): ({"policy_id": ""}, {"policy_id": "P2"}),
    ("policy.exposures", "period_reversed"): (
        {"period_ends_on": "2025-12-31"}, {"period_ends_on": "2026-01-01"},
    ),
    ("policy.exposures", "surrendered_without_stock"): (
        dict.fromkeys(("policies_in_force_start", "policies_in_force_end", "policies_in_force_mean"), "0"),
        {"policies_in_force_start": "0"},
    ),
    ("claims.claims", "registered_before_reported"): (
        {"registered_at": "2026-01-01 08:00"}, {"registered_at": "2026-01-01 09:00"},
    ),
    ("claims.claims", "decided_before_registered"): (
        {"decided_at": "2026-01-01 09:59"}, {"decided_at": "2026-01-01 10:00"},
    ),
    ("claims.claims", "agreed_before_decided"): (
        {"agreed_at": "2026-01-02 09:59"}, {"agreed_at": "2026-01-02 10:00"},
    ),
    ("claims.claims", "paid_without_amount"): ({"paid_amount": "0"}, {"paid_amount": ""}),
    ("claims.claims", "amount_without_payment"): (
        {"outcome": "withdrawn"}, {"outcome": "withdrawn", "paid_amount": "0"},
    ),
    ("claims.claims", "payment_of_a_refusal"): (
        {"outcome": "refused", "paid_amount": ""}, {"outcome": "refused", "paid_amount": "", "paid_at": ""},
    ),
    ("service.contacts", "replier_without_reply"): (
        {"responded_at": ""}, {"responded_at": "", "responded_by": ""},
    ),
    ("service.contacts", "rating_without_scale"): (
        {"rating_scale_code": ""}, {"rating_scale_code": "", "rating": ""},
    ),
    ("complaints.complaints", "due_before_received"): ({"due_at": "2025-12-31"}, {"due_at": "2026-01-01"}),
    ("complaints.complaints", "rated_before_closed"): (
        {"closed_at": ""}, {"closed_at": "", "handling_rating": ""},
    ),
    ("reviews.posts", "addressed_before_posted"): (
        {"addressed_at": "2025-12-31"}, {"addressed_at": "2026-01-01"},
    ),
    ("reviews.posts", "stars_on_a_reply"): ({"is_reply": "是"}, {"is_reply": "是", "stars": ""}),
    ("qualitative.excerpts", "sentiment_without_theme"): (
        {"theme_coder_1": ""}, {"theme_coder_1": "", "sentiment_coder_1": ""},
    ),
    ("published.figures", "period_reversed"): (
        {"period_ends_on": "2025-12-31"}, {"period_ends_on": "2026-01-01"},
    ),
    ("published.figures", "ratio_without_base"): (
        {"denominator": "0"}, {"denominator": "", "numerator": ""},
    ),
    ("improvement.actions", "due_before_started"): ({"due_on": "2025-12-31"}, {"due_on": "2026-01-01"}),
    ("training.records", "assessed_before_finished"): (
        {"finished_on": ""}, {"finished_on": "", "assessment_score": ""},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def gate() -> _Gate:
    paths = Paths(project=PROJECT, data=PROJECT / "absent", framework_source=PROJECT / "absent")
    connection = duckdb.connect()
    return _Gate(
        paths=paths,
        landing=paths.landing,
        contract=CONTRACT,
        tokeniser=Tokeniser(b"k" * 32),
        received_on=RECEIVED_ON,
        connection=connection,
        register=None,
        progress=None,
        is_replay=False,
        loaded=[],
    )


def reasons(gate: _Gate, table: Table, *rows: dict[str, str]) -> list[str | None]:
    """Return why each row is refused, none for a good row; all rows have the same headers."""
    names = list(rows[0])
    feeds = {
        column.name: Feed(column, column.landing_name)
        for column in table.columns
        if column.landing_name in names
    }
    assert len(feeds) == len(names)
    stage = _Stage(gate, TableFeed(table, feeds), 0)
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    numbers = np.arange(1, len(rows) + 1)
    stage.add(_Texts(Batch(columns, numbers)), numbers)
    stage.flush()
    found = gate.connection.execute(f"select fault from {stage.name} order by row_number").fetchall()
    return [None if fault is None else stage.checks[fault].reason_code for (fault,) in found]


def test_the_rows_without_a_fault_are_good(gate: _Gate) -> None:
    assert {address: reasons(gate, CONTRACT[address], row) for address, row in GOOD.items()} == {
        address: [None] for address in GOOD
    }


def test_every_rule_has_its_case() -> None:
    assert list(TEXT_CASES) == [rule.code for rule in TEXT_RULES]
    assert list(VALUE_CASES) == [rule.code for rule in VALUE_RULES]
    declared = {(table.address, rule.code) for table in CONTRACT.values() for rule in table.rules}
    assert set(ROW_CASES) == declared
    # With a row of the wrong length and a key of another row.
    assert len(TEXT_CASES) + len(VALUE_CASES) + len(ROW_CASES) + 2 >= 40


# Without its rule a row is good, or only less is said of what is wrong with it.
SAY_MORE_THAN_THE_TYPE = (
    "spreadsheet_error",
    "number_not_finite",
    "number_grouped",
    "number_with_unit",
    "number_not_whole",
    "number_too_large",
    "date_ambiguous",
    "date_two_digit_year",
    "date_serial_number",
    "date_impossible",
)
WITHOUT_IT = dict.fromkeys(SAY_MORE_THAN_THE_TYPE, "type_mismatch")


@pytest.mark.parametrize("code", TEXT_CASES)
def test_a_rule_of_texts_refuses_its_row(gate: _Gate, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    address, hit, miss = TEXT_CASES[code]
    rows = [{**GOOD[address], **hit}, {**GOOD[address], **miss}]
    assert reasons(gate, CONTRACT[address], *rows) == [code, None]
    others = tuple(rule for rule in TEXT_RULES if rule.code != code)
    monkeypatch.setattr(csat.gate.checks, "TEXT_RULES", others)
    monkeypatch.setattr(csat.gate.text_rules, "TEXT_RULES", others)
    assert reasons(gate, CONTRACT[address], *rows) == [WITHOUT_IT.get(code), None]


@pytest.mark.parametrize("code", VALUE_CASES)
def test_a_rule_of_values_refuses_its_row(gate: _Gate, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    address, hit, miss = VALUE_CASES[code]
    rows = [{**GOOD[address], **hit}, {**GOOD[address], **miss}]
    assert reasons(gate, CONTRACT[address], *rows) == [code, None]
    others = tuple(rule for rule in VALUE_RULES if rule.code != code)
    monkeypatch.setattr(csat.gate.checks, "VALUE_RULES", others)
    assert reasons(gate, CONTRACT[address], *rows) == [WITHOUT_IT.get(code), None]


@pytest.mark.parametrize(("address", "code"), ROW_CASES)
def test_a_rule_of_rows_refuses_its_row(gate: _Gate, address: str, code: str) -> None:
    table = CONTRACT[address]
    hit, miss = ROW_CASES[address, code]
    rows = [{**GOOD[address], **hit}, {**GOOD[address], **miss}]
    assert reasons(gate, table, *rows) == [code, None]
    without = replace(table, rules=tuple(rule for rule in table.rules if rule.code != code))
    assert reasons(gate, without, *rows) == [None, None]


@pytest.mark.parametrize("address", GOOD)
def test_a_rule_of_rows_waits_for_all_its_columns(gate: _Gate, address: str) -> None:
    table = CONTRACT[address]
    for rule in table.rules:
        missing = {column.landing_name for column in table.columns if column.name in rule.columns[1:]}
        needed = {column.landing_name for column in table.columns if column.is_required}
        row = {name: text for name, text in (GOOD[address] | ROW_CASES[address, rule.code][0]).items()}
        kept = {name: text for name, text in row.items() if name not in missing or name in needed}
        if len(kept) < len(row):
            assert rule.code not in reasons(gate, table, kept), rule.code


def test_the_first_rule_counts(gate: _Gate) -> None:
    row = GOOD["claims.claims"] | {"claim_id": "C\n\u200b", "paid_amount": "ten", "paid_at": "2099-01-01"}
    assert reasons(gate, CONTRACT["claims.claims"], row) == ["line_break_in_code"]


def test_faults_are_seen_through_identities_and_in_every_question(gate: _Gate) -> None:
    """A customer number is checked before it becomes a token."""
    rows = [GOOD["claims.claims"] | {"customer_no": text} for text in ("#REF!", "NULL", "88\u202e1", "8801")]
    assert reasons(gate, CONTRACT["claims.claims"], *rows) == [
        "spreadsheet_error",
        "placeholder_in_code",
        "bidi_character",
        None,
    ]


@pytest.mark.parametrize("text", ["138\u202a00138000", "#REF!", "1.38E+10", "无"])
def test_an_odd_phone_costs_its_link_and_not_the_row(gate: _Gate, text: str) -> None:
    row = {"customer_no": "1", "insurer_id": "x", "phone": text}
    assert reasons(gate, CONTRACT["policy.customers"], row) == [None]


def test_formulas_are_kept_as_texts(gate: _Gate) -> None:
    rows = [
        GOOD["claims.claims"] | {"team_code": text} for text in ("=1+1", "@SUM(A1)", "-a", "+cmd|' /C'!A0")
    ]
    assert reasons(gate, CONTRACT["claims.claims"], *rows) == [None] * 4


def test_numbers_and_dates_in_full_width_are_evened_out() -> None:
    columns = {column.name: column for column in CONTRACT["claims.claims"].columns}
    amounts = evened(columns["paid_amount"], pa.array(["－１２．５０", "12", None]), False)
    assert amounts.to_pylist() == ["-12.50", "12", None]
    times = evened(columns["paid_at"], pa.array(["２０２６年１月２日　０３：０４"]), False)
    assert times.to_pylist() == ["2026-1-2 03:04"]
    own = evened(columns["paid_at"], pa.array(["2026年1月2日"]), True)
    assert own.to_pylist() == ["2026年1月2日"]
    assert evened(columns["team_code"], pa.array(["Ａ"]), False).to_pylist() == ["Ａ"]


def test_free_text_loses_what_nobody_sees_and_nothing_else() -> None:
    text = "一\u200b二\u202e三\x07四\n五\t👨\u200d👩 “六”\u00a0七"
    assert without_hidden(pa.array([text, None])).to_pylist() == [
        "一二三四\n五\t👨\u200d👩 “六”\u00a0七",
        None,
    ]


def test_the_lead_bytes_of_a_rule_are_those_of_what_it_looks_for() -> None:
    """The shortcut never hides a fault: every character a pattern matches alone has one of its bytes."""
    characters = [chr(code) for code in range(0x3000)] + ["\ufeff", "\ufffd"]
    text = pa.array(characters, pa.string())
    for rule in TEXT_RULES:
        if not rule.pattern:
            continue
        for character, is_hit in zip(characters, rule.hits(text).to_pylist(), strict=True):
            assert not is_hit or set(character.encode()) & rule.lead_bytes, (rule.code, hex(ord(character)))
