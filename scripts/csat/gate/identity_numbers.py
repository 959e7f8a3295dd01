"""Mobile and landline numbers, identity and bank cards, in whatever groups and spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from csat.gate.spelling import View

# A letter that stands for a digit; none that begins a word (…8 1, office hours).
_LOOK = "(?:[0-9]|[oOlI](?![a-km-np-zA-HJ-NP-Z]))"
# The last letter of a word (tel 021…) is no digit.
_HEAD = "(?:[0-9]|(?<![A-Za-z])[oOlI])"
_MARKS = r"[ \-._·•*~/,，、。|()#…]{0,3}"
_CHECK_X = r"(?:[ \-.]?[xX](?![0-9A-Za-z]))?"
_RUN = re.compile(f"{_HEAD}(?:{_MARKS}{_LOOK}){{6,}}{_CHECK_X}")
# What a dictated or decorated number has between its groups: 138然后1234再5678, 138🌸1234🌸5678.
WORDS_BETWEEN = (
    "(?:[,，、 ]?(?:然后是?|接着是?|再来?|后面是?|中间是?|最后是?|横?杠|减号?|空格|加上)[:： ]?|"
    "[\\n\\r]{1,2}|[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]{1,3})"
)
_SPLIT_RUN = re.compile(rf"{_HEAD}(?:(?:{WORDS_BETWEEN}|{_MARKS}){_LOOK}){{6,}}{_CHECK_X}")
_IS_SPLIT = re.compile(rf"{_LOOK}{WORDS_BETWEEN}{_LOOK}")
_GROUP = re.compile("[0-9oOlIxX]+")
_LOOK_DIGITS = str.maketrans("oOlI", "0011")

# Groupings in which people write a mobile number; others need a word in front of it.
_MOBILE_GROUPS = {(3, 4, 4), (3, 8), (7, 4)}
_HALVES = {(5, 6), (6, 5)}
_CARD_GROUPS = {(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (6, 13), (8, 8), (6, 10)}
MOBILE = re.compile("1[3-9][0-9]{9}")
_CARD = re.compile(
    "(?:62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|35[0-9]{14}|36[0-9]{14}|60[0-9]{14,17}|"
    "9558[0-9]{12,15})"
)
_AREA_CODE = "0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(f"{_AREA_CODE}[2-8][0-9]{{6,7}}")
_LOCAL = re.compile("[2-8][0-9]{6,7}")
_SERVICE = re.compile("[48]00[0-9]{7}")
_LONGEST = 21
_BEFORE_LANDLINE = re.compile("(?:[+(][ ]?)?$")
_PLUS = re.compile("(?:[+][ ]?)?$")

UNITS = re.compile(
    "[ ]?(?:元|块|万(?![先女小])|亿|美元|美金|港币|欧元|日元|人民币|多|余|个(?!人)|人次|次|条|件|股|吨|"
    "公里|千米|米(?![女先])|字|"
    "%|％|‰|度电|分钟|[KMG]B|人(?![\u4e00-\u9fff])|人关注)"
)
_MONEY_BEFORE = re.compile("(?:[¥￥$]|人民币|RMB|rmb|金额|价格|保费|保额|共计|合计)[为是:：]? ?$")
NUMBER_OF_A_THING = re.compile(
    "(?:订单|运单|快递单|物流单?|流水|交易|序列|发票|票据|条形?码|IMEI|SN|[sS]/[nN]|工号|凭证|商品|货|批|"
    "产品|款|活动|优惠|券|兑换|型|设备|验证|参考|网点|机构|"
    "邮编|邮政|学|税|识别|信用|备案|许可证?|证书|版本)(?:编?号码?|码|代码|ID|id)?[是为:：# ]{0,3}$|"
    "(?:单号|编号|编码|代码|序号|税号)[是为:：# ]{0,3}$"
)
_CALL = re.compile(
    "(?:手机|电话|联系|号码|手机号码?|微信|威信|薇信|致电|来电|回电|拨打?|拨|打|短信|机主|[Tt][Ee][Ll]|"
    "[Pp]hone|[Cc]all|[Mm]obile|[Vv][Xx]?|同号|热线)"
    "(?:方式|号码?|我|人|本人|是|为|：|:|，|,| |\\.)*$"
)
_DESK = re.compile(
    "(?:座机|固话|固定电话|电话|热线|传真|宅电|办公室|[Tt][Ee][Ll]|[Ff][Aa][Xx]|拨打?|致电|来电|回电|打|"
    "号码)"
    "(?:号码?|方式|回?来?|我|家|是|为|：|:|，|,| |\\.)*$"
)
# 发票代码011002300111，号码48291034
_ON_A_BILL = re.compile("(?:发票|票据|代码)[^。；;\n]*(?:号码|号)[是为:： ]{0,3}$")
_DESK_AFTER = re.compile("[ ]?(?:这个|是我?家?的?|的)?(?:座机|固话|固定电话)")
_EXTENSION = re.compile(
    r"[ ,，]?(?:转分机|转|分机号?|[Ee][Xx][Tt]\.?|#)[:： ]?[0-9]{1,6}(?![0-9])|(?:-|"
    r" - )[0-9]{1,5}(?![0-9\-])"
)
_ID_WORD = re.compile(
    "(?:身份证|身份|证件|老证|旧证|ID|[Ii]d)(?:号码?|证号?|号|是|为|：|:|，|,| |（|\\(|15位|老|旧|的)*$"
)
_CARD_WORD = re.compile(
    "(?:银行卡|储蓄卡|信用卡|借记卡|工资卡|卡号|账号|帐号|账户|帐户|[工建农中招交邮商民兴光浦]行卡?|邮储|"
    "打到|转到|打款到)(?:号码?|号|是|为|：|:|，|,| )*$"
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
# First two digits of the places that register residents (GB/T 2260).
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def has_id_card_checksum(number: str) -> bool:
    """Whether 18 ASCII characters carry the check character of GB 11643 (ISO 7064 MOD 11-2)."""
    return number[17] == _check_character(number[:17])


def _check_character(digits: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def lengthen_id_card(number: str) -> str:
    """Return the 18 characters that replaced an identity number of 15 digits; any other text as it is."""
    if not _is_old_id_card(number):
        return number
    digits = f"{number[:6]}19{number[6:]}"
    return digits + _check_character(digits)


def has_luhn_checksum(number: str) -> bool:
    """Whether a string of ASCII digits ends in its Luhn digit (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _is_day(text: str) -> bool:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return 1800 <= day.year <= 2099


def _is_id_card(number: str) -> bool:
    return (
        len(number) == 18
        and bool(_PROVINCES.fullmatch(number[:2]))
        and number[:17].isdigit()
        and _is_day(number[6:14])
        and has_id_card_checksum(number)
    )


def _is_old_id_card(number: str) -> bool:
    return (
        len(number) == 15
        and number.isdigit()
        and bool(_PROVINCES.fullmatch(number[:2]))
        and _is_day("19" + number[6:12])
    )


class _Run:
    """A run of digit groups: digits in one spelling (plain, Chinese, letters) that nothing separates."""

    def __init__(self, view: View, match: re.Match[str]) -> None:
        self.text = view.loose
        self.groups: list[tuple[int, int]] = []
        self.is_plain: list[bool] = []
        for group in _GROUP.finditer(self.text, match.start(), match.end()):
            begin = group.start()
            for at in range(begin, group.end()):
                if at + 1 == group.end() or _spelling(view, at) != _spelling(view, at + 1):
                    self.groups.append((begin, at + 1))
                    self.is_plain.append(_spelling(view, at) == "plain")
                    begin = at + 1

    def separator(self, index: int) -> str | None:
        """Return what stands between a group and the one before; None before the first and after the last."""
        if not 0 < index < len(self.groups):
            return None
        return self.text[self.groups[index - 1][1] : self.groups[index][0]]

    def is_whole(self, first: int, last: int) -> bool:
        """Whether the groups end where numbers may end: no plain digit touches them."""
        touches_before = self.separator(first) == "" and self.is_plain[first - 1]
        touches_after = self.separator(last + 1) == "" and self.is_plain[last + 1]
        return not touches_before and not touches_after

    def number(self, first: int, last: int) -> str:
        return "".join(self.text[a:b] for a, b in self.groups[first : last + 1])

    def shape(self, first: int, last: int) -> tuple[int, ...]:
        """Return the lengths of the groups as the eye counts them."""
        lengths: list[int] = []
        for index in range(first, last + 1):
            start, end = self.groups[index]
            if index > first and self.separator(index) == "":
                lengths[-1] += end - start
            else:
                lengths.append(end - start)
        return tuple(lengths)

    def separators(self, first: int, last: int) -> set[str]:
        return {separator for index in range(first + 1, last + 1) if (separator := self.separator(index))}

    def parts(self, first: int, last: int) -> list[str]:
        return [self.text[a:b].translate(_LOOK_DIGITS) for a, b in self.groups[first : last + 1]]

    def before(self, first: int) -> str:
        start = self.groups[first][0]
        return self.text[max(0, start - 14) : start].lstrip("(（")

    def after(self, last: int) -> str:
        end = self.groups[last][1]
        return self.text[end : end + 12]


def _spelling(view: View, at: int) -> str:
    if view.loose[at] != view.plain[at]:
        return "written"
    return "plain" if view.loose[at].isdigit() or view.loose[at] in "xX" else "letter"


def find_numbers(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield mobile and landline numbers, identity and bank cards, however their digits are written."""
    pattern = _SPLIT_RUN if _IS_SPLIT.search(view.loose) else _RUN
    for match in pattern.finditer(view.loose):
        run = _Run(view, match)
        first = 0
        while first < len(run.groups):
            found = _number_at(run, first)
            if found is None:
                first += 1
                continue
            start, end, kind, first = found
            if kind:
                yield start, end, kind


def _number_at(run: _Run, first: int) -> tuple[int, int, str, int] | None:
    """Return the longest number that begins at a group: start, end, kind ('' = stays)"
    ", the group after it."""
    ends, total = [], 0
    for last in range(first, len(run.groups)):
        total += run.groups[last][1] - run.groups[last][0]
        if total > _LONGEST:
            break
        ends.append(last)
    for last in reversed(ends):
        raw = run.number(first, last)
        if len(raw) < 7 or not run.is_whole(first, last) or not _is_mostly_digits(run, first, last):
            continue
        number = raw.translate(_LOOK_DIGITS).upper()
        kind = _kind_of(run, first, last, number)
        if kind is None:
            continue
        start, end = run.groups[first][0], run.groups[last][1]
        if kind == "landline":
            start -= len(_BEFORE_LANDLINE.search(run.text, max(0, start - 2), start).group())
            if extension := _EXTENSION.match(run.text, end):
                end = extension.end()
                while last + 1 < len(run.groups) and run.groups[last + 1][0] < end:
                    last += 1
        elif kind in ("mobile", "id_card"):
            start -= len(_PLUS.search(run.text, max(0, start - 2), start).group())
        return start, end, kind, last + 1
    return None


def _is_mostly_digits(run: _Run, first: int, last: int) -> bool:
    number = run.number(first, last)
    # Of 18 characters the checksum tells whether letters stand for digits.
    spared = 8 if len(number) == 18 else 3
    return 2 * sum(character.isdigit() for character in number) >= len(number) - spared


def _kind_of(run: _Run, first: int, last: int, number: str) -> str | None:
    shape, separators = run.shape(first, last), run.separators(first, last)
    is_spelt_out = len(shape) == len(number)
    if is_spelt_out and not _stands_alone(run, first, last):
        return None
    is_one_run = len(shape) == 1
    before, after = run.before(first), run.after(last)
    if _is_id_card(number):
        return "id_card"
    if not number.isdigit():
        return None
    if _is_service(number, shape, separators):
        return ""
    is_thing = bool(NUMBER_OF_A_THING.search(before))
    if 15 <= len(number) <= 19 and has_luhn_checksum(number) and not is_thing:
        is_usual = (
            is_one_run
            or is_spelt_out
            or shape in _CARD_GROUPS
            or (first == 0 and last + 1 == len(run.groups))
        )
        if is_usual and len(number) > 15 and _CARD.fullmatch(number):
            return "bank_card"
        if is_usual and _CARD_WORD.search(before):
            return "bank_card"
    if _is_old_id_card(number) and _ID_WORD.search(before):
        return "id_card"
    if is_thing or (is_one_run and UNITS.match(after)) or (is_one_run and _MONEY_BEFORE.search(before)):
        return None
    if _is_mobile(run, first, last, number, shape, separators):
        return "mobile"
    if _is_landline(run, first, last, number, shape, separators):
        return "landline"
    return None


def _stands_alone(run: _Run, first: int, last: int) -> bool:
    """Whether no further single digit continues digits written one by one."""
    for index, edge in ((first - 1, first), (last + 1, last + 1)):
        if run.separator(edge) and run.groups[index][1] - run.groups[index][0] == 1:
            return False
    return True


def _is_service(number: str, shape: tuple[int, ...], separators: set[str]) -> bool:
    return bool(_SERVICE.fullmatch(number)) and (shape == (10,) or shape[0] in (3, 4)) and len(shape) <= 4


def _national(number: str, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Return a number and its shape without the prefix of China."""
    for prefix in ("0086", "086", "86"):
        if number.startswith(prefix) and len(number) - len(prefix) >= 10:
            rest, cut = list(shape), len(prefix)
            while cut and rest and rest[0] <= cut:
                cut -= rest.pop(0)
            if rest and cut:
                rest[0] -= cut
            return number[len(prefix) :], tuple(rest)
    return number, shape


def _is_mobile(
    run: _Run, first: int, last: int, number: str, shape: tuple[int, ...], separators: set[str]
) -> bool:
    is_short = len(number) == 11
    number, shape = (number, shape) if is_short else _national(number, shape)
    if not MOBILE.fullmatch(number):
        return False
    if shape == (11,):
        # A decimal fraction before it or after it makes it an amount.
        fraction = run.separator(last + 1) == "." and len(run.number(last + 1, last + 1)) <= 2
        decimal = run.separator(first) == "." and run.number(first - 1, first - 1) == "0"
        return not (fraction or decimal)
    is_called = bool(_CALL.search(run.before(first)))
    is_broken = any("\n" in separator or "\r" in separator for separator in separators)
    if len(shape) == 11:
        # Digits on lines of their own are a list; 1 to 5 with gaps are the answers to a questionnaire.
        is_list = is_broken or (max(number) <= "5" and separators <= {" ", ",", "，", "、"})
        return is_called or not is_list
    is_alone = first == 0 and last + 1 == len(run.groups)
    if shape in _MOBILE_GROUPS or (shape in _HALVES and is_alone and not number.endswith("000")):
        return is_called or not (UNITS.match(run.after(last)) or (is_broken and not is_alone))
    if len(shape) == 4 and separators == {"."} and all(int(part) < 256 for part in run.parts(first, last)):
        return False
    if is_called and not any("," in separator or "、" in separator for separator in separators):
        return True
    # Many equal separators and nothing else around: somebody hides a number.
    return (
        len(shape) >= 4
        and len(separators) == 1
        and not separators & set(",、，/")
        and is_alone
        and not UNITS.match(run.after(last))
    )


def _is_landline(
    run: _Run, first: int, last: int, number: str, shape: tuple[int, ...], separators: set[str]
) -> bool:
    if len(number) > 12 or number.startswith("86"):
        rest, _ = _national(number, shape)
        if rest != number:
            is_abroad = "+" in run.before(first)[-2:] or number.startswith("00")
            number = rest if rest.startswith("0") or not is_abroad else "0" + rest
    hard = any("," in separator or "、" in separator or "/" in separator for separator in separators)
    if _LANDLINE.fullmatch(number):
        code = 3 if number[1] in "12" else 4
        local = len(number) - code
        # Eight digits of a local number exist in large cities only, seven everywhere else.
        if code == 3 and local == 7:
            return False
        # A part of a longer row of figures: 2025-11-03-14-25-30-138.
        if len(shape) > 1 and run.separator(first) == "-":
            return False
        is_usual = (
            len(shape) == 1 or shape[0] in (code, code + 2, code + 3, 2, 4) or len(shape) == len(number)
        )
        return is_usual and not hard
    if not _LOCAL.fullmatch(number) or hard:
        return False
    if shape not in ((7,), (8,), (4, 4), (3, 4), (4, 3)) and len(shape) != len(number):
        return False
    if run.separator(first) is not None and run.number(first - 1, first - 1) in ("400", "800"):
        return False
    if len(number) == 8 and _is_day(number):
        return False
    start, end = run.groups[first][0], run.groups[last][1]
    if _ON_A_BILL.search(run.text, max(0, start - 30), start):
        return False
    after = run.text[end : end + 12]
    return bool(
        _DESK.search(run.before(first))
        or _DESK_AFTER.match(after)
        or re.match("[ ]?转[0-9]{1,6}(?![0-9])", after)
    )
