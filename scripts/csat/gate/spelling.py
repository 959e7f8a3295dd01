"""How a text writes its digits and letters: views of a text in which disguised ones look plain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Characters that a reader does not see, and what turns a digit into a keycap.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20dd-\u20e4\ufe00-\ufe0f\ufeff]"
)

_KEYCAP = re.compile("[\ufe00-\ufe0f\u20dd-\u20e4]*")

_PLAIN_RANGES = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x0660, 0x066A), (0x06F0, 0x06FA), (0x1FBF0, 0x1FBFA))
_CIRCLED_RANGES = (
    (0x00B2, 0x00BA),
    (0x2070, 0x208A),
    (0x2460, 0x2500),
    (0x2776, 0x2794),
    (0x1F100, 0x1F10D),
    (0x1F130, 0x1F18A),
    (0x3220, 0x322A),
    (0x3280, 0x328A),
)
_WRITTEN = {
    "0": "零〇○◯Ｏ洞",
    "1": "一壹弌幺么腰",
    "2": "二贰貳弍两",
    "3": "三叁叄參弎",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆陸",
    "7": "七柒拐",
    "8": "八捌",
    "9": "九玖勾",
}
# Numerals that begin a word and so end the number before them: 一直, 两次.
_WORD = re.compile("[一两](?=[直次下个天样些点般定起家位边旦切])")
# Cyrillic and Greek letters that look like the Latin ones people put in place of digits.
_LOOKALIKES = dict(zip("ОоΟοІіΙӏⅠⅰ∣｜|", "OoOoIiIlIilll", strict=True))
_DASHES = "‐‑‒–—―−﹣－─➖"
_BLANKS = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"


def _characters(ranges: tuple[tuple[int, int], ...]) -> list[str]:
    return [chr(code) for first, end in ranges for code in range(first, end)]


def _plain_table() -> dict[int, str]:
    table = {}
    for character in _characters(_PLAIN_RANGES):
        digit = unicodedata.digit(character, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain.isascii():
            table[ord(character)] = plain
    table |= {ord(character): "-" for character in _DASHES}
    return table | {ord(character): " " for character in _BLANKS}


def _loose_table() -> dict[int, str]:
    table = _plain_table()
    numerals = {character: digit for digit, characters in _WRITTEN.items() for character in characters}
    for character in _characters(_CIRCLED_RANGES):
        digit = unicodedata.digit(character, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        # What stands in parentheses becomes what stands between them.
        plain = plain.strip("()")
        plain = numerals.get(plain, plain)
        if len(plain) == 1 and plain.isascii() and plain.isalnum():
            table[ord(character)] = plain
    table |= {ord(character): digit for character, digit in numerals.items()}
    return table | {ord(character): plain for character, plain in _LOOKALIKES.items()}


_PLAIN = _plain_table()
_LOOSE = _loose_table()
# Every character that may stand for a digit, or for a letter that is no ASCII letter.
DIGIT_LIKE = "0123456789oOlI" + "".join(chr(code) for code, to in _LOOSE.items() if to in "0123456789oOlI")
LETTER_LIKE = "".join(chr(code) for code, to in _LOOSE.items() if to.isalpha())
UNSEEN = _UNSEEN.pattern
# A written digit stands for one beside another digit or letter; alone it is a word of the sentence.
_WRITTEN_LIKE = "".join(chr(code) for code in _LOOSE if code not in _PLAIN)
_DISGUISE = re.compile(
    f"[{_WRITTEN_LIKE}][^A-Za-z0-9\u4e00-\u9fff]{{0,3}}[{_WRITTEN_LIKE}A-Za-z0-9]|"
    f"[A-Za-z0-9][^A-Za-z0-9\u4e00-\u9fff]{{0,3}}[{_WRITTEN_LIKE}]"
)


@dataclass(frozen=True)
class View:
    """A text without unseen characters, in two spellings of equal length.

    `plain` has ASCII in place of full-width and mathematical characters, blanks and dashes; `loose` also has
    digits in place of Chinese numerals and circled ones.
    """

    plain: str
    loose: str
    _starts: tuple[int, ...] | None
    _ends: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the text that a non-empty range of the view stands for."""
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]


def view_of(text: str) -> View:
    """Return the view of a text."""
    if text.isascii() or not _UNSEEN.search(text):
        return _view(text, None, None)
    starts = tuple(index for index, character in enumerate(text) if not _UNSEEN.match(character))
    # What makes a keycap of a digit belongs to it; other unseen characters belong to nobody.
    ends = tuple(_KEYCAP.match(text, index + 1).end() for index in starts)
    seen = "".join(text[index] for index in starts)
    return _view(seen, starts, ends)


def _view(seen: str, starts: tuple[int, ...] | None, ends: tuple[int, ...] | None) -> View:
    plain = seen.translate(_PLAIN)
    if not _DISGUISE.search(plain):
        return View(plain, plain, starts, ends)
    # Any character that no table translates serves to keep the numeral of a word.
    return View(plain, _WORD.sub("□", plain).translate(_LOOSE), starts, ends)
