"""Tokens: the published vectors of HMAC-SHA256, canonical spellings, and where the key comes from."""

from __future__ import annotations

import hmac
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from csat.errors import InputError
from csat.gate.identity import Tokeniser, canonical
from csat.gate.keys import demo_key, load_key
from csat.paths import Paths

KEY = bytes(range(32))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(project=tmp_path, data=tmp_path / "data", framework_source=tmp_path)


@pytest.mark.parametrize(
    ("key", "message", "digest"),
    [  # RFC 4231; case 5 truncates its digest and says nothing that case 1 does not
        pytest.param(
            b"\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            id="1",
        ),
        pytest.param(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="2",
        ),
        pytest.param(
            b"\xaa" * 20,
            b"\xdd" * 50,
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            id="3",
        ),
        pytest.param(
            bytes(range(1, 26)),
            b"\xcd" * 50,
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            id="4",
        ),
        pytest.param(
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            id="6, a key longer than a block",
        ),
        pytest.param(
            b"\xaa" * 131,
            b"This is a test using a larger than block-size key and a larger than block-size data. The key "
            b"needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            id="7",
        ),
    ],
)
def test_digest_is_hmac_sha256(key: bytes, message: bytes, digest: str) -> None:
    assert Tokeniser(key).digests([message]) == [digest]


def test_the_name_of_a_key_is_its_own_and_shows_nothing_of_it() -> None:
    first, second = Tokeniser(KEY).key_id, Tokeniser(KEY[::-1]).key_id
    assert first == Tokeniser(KEY).key_id != second
    assert len(first) == 12 and first not in KEY.hex()


def test_a_customer_token_covers_kind_insurer_and_number() -> None:
    tokens = Tokeniser(KEY).tokens(
        "customer", pa.array([" ａ-1 ", "A-1", "A-1", None]), pa.array(["x", "x", "y", "x"])
    )
    expected = hmac.new(KEY, b"customer\x1fx\x1fA-1", "sha256").hexdigest()
    assert tokens.to_pylist()[:2] == [expected, expected]
    assert tokens[2].as_py() not in (None, expected)
    assert tokens[3].as_py() is None


def test_a_phone_token_knows_no_insurer_and_is_no_card_token() -> None:
    tokeniser = Tokeniser(KEY)
    expected = hmac.new(KEY, b"phone\x1f13800138000", "sha256").hexdigest()
    assert tokeniser.tokens("phone", pa.array(["+86 138-0013-8000"])).to_pylist() == [expected]
    assert tokeniser.tokens("id_card", pa.array(["13800138000"])).to_pylist() != [expected]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("phone", "008613800138000", "13800138000"),
        ("phone", "8613800138000", "13800138000"),
        ("phone", "１３８ ００１３ ８０００", "13800138000"),
        ("phone", "010-8888 1234", "01088881234"),
        ("phone", "86123456789", "86123456789"),
        ("phone", "（+86）138.0013.8000", "13800138000"),
        ("phone", "1\u200b3800138000\u202c", "13800138000"),
        ("phone", "无", None),
        ("phone", "12345", None),
        ("phone", "00000000000", None),
        ("id_card", "1101 0519 4912 31002ｘ", "11010519491231002X"),
        ("id_card", "E1234567", "E1234567"),
        ("id_card", "１１０１０５ 491231 002", "11010519491231002X"),
        ("id_card", "999999491231002", "999999491231002"),
        ("id_card", "-", None),
        ("id_card", "111111111111111111", None),
        ("customer", "　c 1 ", "C 1"),
        ("customer", " ", None),
        ("customer", "\ufeffc1\u200b", "C1"),
        ("customer", "c-1", "C-1"),
        ("name", " 张Ｓan ", "张San"),
    ],
)
def test_canonical_spelling(kind: str, text: str, expected: str | None) -> None:
    assert canonical(kind, pa.array([text])).to_pylist() == [expected]


def test_the_key_comes_from_the_variable_then_the_file_then_the_demo(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences: list[str] = []
    demo_file = demo_key(paths, sentences.append)
    assert len(sentences) == 1 and "CSAT_KEY_FILE" in sentences[0]
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
    assert demo_key(paths, sentences.append) == demo_file and len(sentences) == 1
    assert load_key(paths) == bytes.fromhex(demo_file.read_text())

    key_file = tmp_path / "key"
    key_file.write_text("cd" * 32 + "\n")
    monkeypatch.setenv("CSAT_KEY_FILE", str(key_file))
    assert load_key(paths) == b"\xcd" * 32
    monkeypatch.setenv("CSAT_KEY", KEY.hex())
    assert load_key(paths) == KEY


def test_without_a_key_the_error_says_how_to_set_one(paths: Paths) -> None:
    with pytest.raises(InputError, match=r"CSAT_KEY: no key is set.*openssl rand -hex 32.*CSAT_KEY_FILE"):
        load_key(paths)


@pytest.mark.parametrize("text", ["ab" * 31, "not hexadecimal " * 8])
def test_a_bad_key_is_refused_and_not_shown(paths: Paths, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CSAT_KEY", text)
    with pytest.raises(InputError, match="64 hexadecimal digits") as caught:
        load_key(paths)
    assert text not in str(caught.value)


def test_a_missing_key_file_is_named_by_its_variable(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY_FILE", str(paths.data / "absent"))
    with pytest.raises(InputError, match=r"CSAT_KEY_FILE: the key file cannot be read \(No such file"):
        load_key(paths)
