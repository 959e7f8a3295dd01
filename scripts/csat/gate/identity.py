"""Keyed tokens in place of identities."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from csat.gate.identity_numbers import lengthen_id_card
from csat.gate.spelling import UNSEEN

_SEPARATOR = "\x1f"
_GAPS = r"[\s\-‐-―−.·()]+"
_ONE_DIGIT = "|".join(f"{digit}+" for digit in range(10))
_BLOCK_BYTES = 64


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(texts, f"^(?:{pattern})$")


def canonical(kind: str, texts: pa.Array) -> pa.Array:
    """Return the one spelling under which each identity of a string array is tokenised; null when unusable.

    `kind` is one of csat.contract.IDENTITY_KINDS. Full-width characters become ASCII, unseen ones go;
    customer numbers and cards become upper case; phones lose gaps and the prefix of China, cards gaps; an
    identity number of 15 digits becomes the one of 18 that replaced it. A phone that is not 7 to 15
    digits, a card that is not 8 or more letters and digits, and fillers of one repeated digit are unusable:
    they would link strangers.
    """
    texts = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKC"), UNSEEN, "")
    texts = pc.utf8_trim_whitespace(texts)
    if kind in ("customer", "id_card"):
        texts = pc.utf8_upper(texts)
    if kind in ("phone", "id_card"):
        texts = pc.replace_substring_regex(texts, _GAPS, "")
    if kind == "phone":
        texts = pc.replace_substring_regex(texts, r"^\+?(?:0086|86(1[0-9]{10}$))", r"\1")
        texts = pc.utf8_ltrim(texts, "+")
        is_usable = _matches(texts, "[0-9]{7,15}")
    elif kind == "id_card":
        texts = _lengthened(texts)
        is_usable = _matches(texts, "[0-9A-Z]{8,}")
    else:
        is_usable = pc.not_equal(texts, "")
    if kind in ("phone", "id_card"):
        is_usable = pc.and_not(is_usable, _matches(texts, _ONE_DIGIT))
    return pc.if_else(is_usable, texts, pa.scalar(None, pa.string()))


def _lengthened(texts: pa.Array) -> pa.Array:
    is_short = pc.fill_null(_matches(texts, "[0-9]{15}"), False)
    short = texts.filter(is_short)
    if not len(short):
        return texts
    return pc.replace_with_mask(
        texts, is_short, pa.array(map(lengthen_id_card, short.to_pylist()), pa.string())
    )


class Tokeniser:
    """HMAC-SHA256 under one key. The key is held only as two started digests and is never printed."""

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK_BYTES:
            key = hashlib.sha256(key).digest()
        block = key.ljust(_BLOCK_BYTES, b"\0")
        # Started once and copied per value: three times as fast as hmac.digest.
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    @property
    def key_id(self) -> str:
        """A name for the key: 12 hexadecimal digits that tell keys apart and say nothing about them."""
        return self.digests([b"key_id"])[0][:12]

    def digests(self, messages: list[bytes]) -> list[str]:
        """Return HMAC-SHA256(key, message) of each message as 64 hexadecimal digits."""
        start_inner, start_outer = self._inner.copy, self._outer.copy
        result = []
        for message in messages:
            inner = start_inner()
            inner.update(message)
            outer = start_outer()
            outer.update(inner.digest())
            result.append(outer.hexdigest())
        return result

    def tokens(self, kind: str, texts: pa.Array, insurers: pa.Array | None = None) -> pa.Array:
        """Tokenise a string array, each distinct value once; null stays null, unusable becomes null.

        A customer belongs to an insurer: `insurers` has the same length; a null insurer gives a null token.
        """
        parts = [pa.scalar(kind), canonical(kind, texts)]
        if insurers is not None:
            parts.insert(1, insurers)
        encoded = pc.binary_join_element_wise(*parts, _SEPARATOR).dictionary_encode()
        distinct = self.digests(encoded.dictionary.cast(pa.binary()).to_pylist())
        return pa.array(distinct, pa.string()).take(encoded.indices)
