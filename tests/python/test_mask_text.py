"""Masking of free text: what is an identity goes, everything else stays."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csat.gate.mask import has_id_card_checksum, mask_array, mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请拨打13800138000联系我", "请拨打[手机号]联系我"),
        ("电话：138 0013 8000。", "电话：[手机号]。"),
        ("138-0013-8000", "[手机号]"),
        ("+86 13800138000 或 +86-139-0013-9000", "[手机号] 或 [手机号]"),
        ("008613800138000", "[手机号]"),
        ("手机１３８００１３８０００打不通", "手机[手机号]打不通"),
        ("＋８６１３８００１３８０００", "[手机号]"),
        ("身份证11010519491231002X，理赔", "身份证[身份证号]，理赔"),
        ("11010519491231002x", "[身份证号]"),
        ("110105 19491231 002X", "[身份证号]"),
        ("１１０１０５１９４９１２３１００２Ｘ", "[身份证号]"),
        ("邮箱abc.d-e@mail.example.com.cn。", "邮箱[邮箱]。"),
        ("发到13800138000@139.com", "发到[邮箱]"),
        ("号码a13800138000b", "号码a[手机号]b"),
    ],
)
def test_identities_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "理赔很快，满意",
        "110105194912310021",  # the checksum would be X
        "12800138000",
        "1380013800",
        "138001380001",
        "保单号 2026013800138000",
        "等了 15 天，赔了 12345.67 元，2026-01-02 10:20",
        "微博 @客服 没人回",
        "客服热线 95518、400-800-1234",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert mask_text(text) == text


def test_checksum_of_gb_11643() -> None:
    assert has_id_card_checksum("11010519491231002X")
    assert has_id_card_checksum("440524188001010014")
    assert not has_id_card_checksum("440524188001010015")


def test_array_keeps_nulls_and_untouched_texts() -> None:
    texts = pa.array(["好", None, "打13800138000", ""])
    assert mask_array(texts).to_pylist() == ["好", None, "打[手机号]", ""]
    assert mask_array(pa.array(["好", None])).to_pylist() == ["好", None]
