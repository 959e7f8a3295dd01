"""Made-up identities with marks no other text has, and landing files that hold them in every column."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from csat.contract import Column, Table
from csat.gate.identity_numbers import has_id_card_checksum, has_luhn_checksum

# One of these stands in every planted identity, and nowhere else in the project or its data.
MARKS = ("7391064", "8739106", "110105197309", "yanmiao", "焱淼", "N7391")
PER_COLUMN = 160
REFUSED = 10
# What a row of a table needs beside its required columns.
_NEEDED = {
    "policy.applications": {"policy_id": "planted_policy"},
    "survey.invitations": {"reference_type": "none"},
}

_SENTENCES = {
    "mobile": "理赔太慢，请打{}找我。",
    "landline": "白天打{}，晚上没人。",
    "id_card": "身份证{}已经交过两次。",
    "bank_card": "说好退到{}，至今没有到账。",
    "email": "材料发到{}没人回。",
    "plate": "被保险车辆{}在路口追尾。",
    "passport": "投保用的是护照{}，查不到。",
    "wechat": "加微信：{} 说。",
    "qq": "我的QQ：{}，随时在。",
    "policy_number": "保单号{}查不到。",
    "case_number": "报案号：{}，没有下文。",
    "address": "查勘员没来，家住{}，等了一天。",
    "name": "我叫{}，投诉三次了。",
}


def _checked(prefix: str, characters: str, is_right: object) -> str:
    return next(prefix + last for last in characters if is_right(prefix + last))


def identity(kind: str, number: int) -> str:
    """Return the identity of a kind and a number below 1000."""
    three = f"{number:03d}"
    return {
        "mobile": f"1{3 + number % 7}7391064{number % 100:02d}",
        "landline": f"0{(755, 571, 512, 531)[number % 4]}-8739106{number % 10}",
        "id_card": _checked(f"11010519730917{three}", "0123456789X", has_id_card_checksum),
        "bank_card": _checked(f"62284{three}7391064000", "0123456789", has_luhn_checksum),
        "email": f"zhao.yanmiao{number}@mail.example.cn",
        "plate": f"{'京沪粤苏浙鲁川渝'[number % 8]}N7391{number % 10}",
        "passport": f"E7391064{number % 10}",
        "wechat": f"wx_yanmiao{number}",
        "qq": f"7391064{three}",
        "policy_number": f"PDZA2026739106400{three}",
        "case_number": f"RDZA2026739106400{three}",
        "address": f"杭州市西湖区焱淼路{number}号{1 + number % 9}栋{100 + number}室",
        "name": f"{'赵钱孙李周吴郑王冯陈'[number % 10]}焱淼",
    }[kind]


def _value(column: Column, row: int, kinds: Iterator[str], is_refused: bool) -> str:
    if column.identity == "phone":
        return identity(("mobile", "landline")[row % 2], row)
    if column.identity == "id_card":
        return identity(("id_card", "passport")[row % 2], row)
    if column.identity:
        # Whatever a file calls a customer number or a name: it may be a phone number.
        return identity(("mobile", "id_card", "name", "wechat", "bank_card")[row % 5], row)
    if column.is_masked:
        kind = next(kinds)
        return _SENTENCES[kind].format(identity(kind, row))
    if is_refused and column.data_type != "string":
        return identity("name", row)
    # Who withdraws consent leaves, and nothing would be there to be found.
    if not (column.is_required or column.is_key or column.is_event) or "withdrawn" in column.name:
        return ""
    if column.allowed:
        return column.allowed[0]
    return {
        "string": f"planted_{row}",
        "boolean": "true",
        "date": "2026-07-15",
        "timestamp": "2026-07-15 10:00:00",
    }.get(column.data_type, "3")


def plant(landing: Path, contract: dict[str, Table], insurer_id: str, product_line: str) -> dict[str, int]:
    """Write one landing file per table that has identities or free text; return the number of such columns
    by the table's name in the warehouse.

    Some rows of each file are refused, with an identity in the value at fault.
    """
    planted = {}
    for table in contract.values():
        places = [column for column in table.columns if column.identity or column.is_masked]
        if table.is_written_by_gate or not places:
            continue
        fixed = {"insurer_id": insurer_id, "product_line": product_line} | _NEEDED.get(table.address, {})
        planted[table.identifier] = len(places)
        kinds = (kind for _ in range(2 * PER_COLUMN) for kind in _SENTENCES)
        path = landing / table.source / f"{table.name}_planted.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.landing_name for column in table.columns])
            for row in range(PER_COLUMN):
                is_refused = row < REFUSED
                writer.writerow(
                    [fixed.get(c.name) or _value(c, row, kinds, is_refused) for c in table.columns]
                )
    return planted
