"""Addresses down to a house."""

from __future__ import annotations

import re
from collections.abc import Iterator

from csat.gate.spelling import View

# Digits that nobody uses for a house unless to hide it.
_HIDDEN = "壹贰叁肆伍陆柒捌玖⓪①-⑳❶-❿➀-➓⑴-⒇⒈-⒛"
_COUNT = (
    f"(?:[0-9A-Za-z一二三四五六七八九十百零〇{_HIDDEN}]{{1,6}}(?:[\\-~之][0-9A-Za-z]{{1,5}}){{0,3}}|"
    "[0-9](?: [0-9]){1,4})"
)
HOUSE = "(?:号楼|号院|号门|号|栋|幢|座|支?弄|巷|单元|层|楼|室|户|组|#|院|塔楼?)"
_HOUSES = re.compile(
    f"{_COUNT} ?{HOUSE}(?:[ ,，]?[附增]?{_COUNT} ?(?:{HOUSE}|门(?![口诊])))*(?:(?<=[栋幢座楼元#院])"
    f" ?(?:[0-9]{{2,5}}|[0-9](?: [0-9]){{2,3}})(?:-[0-9]{{1,4}})*(?![0-9年月日元.%号])(?:室|房|户)?)?"
)
_STREET = re.compile(
    "(?:路|街|大道|大道[东西南北中]|路[东西南北中]|街道|巷|弄|胡同|大街|道|条|公路|环路|[东西南北中]段|村|屯|庄|镇|乡|苑|里|坊|[村湾冲坪岭坝]组)$"
)
_ESTATE = re.compile(
    "(?:小区|花园|家园|公寓|大厦|广场|新村|苑|府|庭|城|园|村|湾|轩|阁|郡|里|坊|院|中心|社区|山庄|别墅|"
    "宿舍|家属院|屯|庄|居|邸|国际|华府|名邸|雅居|学校|大学|医院|厂|期|区)$"
)
_NO_STREET = re.compile(
    "(?:线路|思路|电路|网路|道路|马路|铁路|门路|套路|岔路|知道|频道|渠道|通道|味道|报道|管道|街道|公里|"
    "这里|那里|哪里|家里|心里|手里|店里|群里|夜里|城里|屋里|电话里|条条|本条|一条|两条|几条|第.条|每条|"
    "楼道|车道|跑道|轨道|赛道|农村|乡村|全村|本村|城镇|乡镇)$"
)
_ADDRESS_STOP = frozenset(
    "我你您他她它的在到去来住是于至从给请把被让往寄送址为回和与及跟有了着过就都也还又将对向走离由"
)
_SOFT_STOP = frozenset("和来于回有向至")
# What may stand right before a place without a mark between.
_BEFORE_A_PLACE = re.compile(
    "举报|投诉|反映|咨询|走访|代表|一套|改嫁|购买|认购|并非|位于|坐落|藏身|所属|本人|关于"
)
_ADDRESS_WORD = re.compile(
    "(?:地址|住址|家住|寄到|寄往|邮寄至|户籍地?)(?:是|为|：|:| |在|位于)*"
    "(?P<place>(?:(?![我你他的在到去住是从给请把被让了着过就都也还又离])[\u4e00-\u9fffA-Za-z0-9\\-]){2,30}?"
    "(?:路|街(?!道)|大道|巷|弄|胡同|小区|花园|家园|公寓|大厦|新村|苑|山庄|别墅|"
    "家属院)(?![口边上面由线程灯况段道]))"
)
# 都市森林, 天和村, 和谐家园: characters that end a name, and here belong to one.
_NAMES_WITH_A_STOP = frozenset(
    ["都市", "都城", "都江", "都匀", "都昌", "都路"]
    + ["和" + second for second in "村镇谐顺兴乐美祥裕盛园苑睦佳平"]
)
_ARABIC = re.compile(f"[0-9{_HIDDEN}]")
_NUMBERED = re.compile("[号弄巷#栋幢组座院]")
_ROOMS = re.compile("栋|幢|号楼|单元|室|座|塔")
_NO_HOUSE = re.compile(
    "(?:线|口|出口|窗|柜|台|机|文|令|公告|方案|电梯|车厢|桌|房型|病房|床|产品|套餐|字|馆|选手|坑|客服|"
    "坐席|会员|[0-9一二三四两]厅)"
)


def _left_of(text: str, end: int) -> int:
    """Return where the place name that ends before `end` begins."""
    start = end
    while start > 0 and end - start < 30:
        character = text[start - 1]
        if not character.isalnum():
            break
        is_name = character + text[start] in _NAMES_WITH_A_STOP
        if character in _ADDRESS_STOP and not is_name:
            # 和平路 begins with what otherwise ends a name: it does when nothing but another stop precedes.
            before = text[start - 2] if start > 1 else " "
            if character not in _SOFT_STOP or not (before in _ADDRESS_STOP or not before.isalnum()):
                break
        start -= 1
    for match in _BEFORE_A_PLACE.finditer(text, start, end - 2):
        start = match.end()
    return start


def find_addresses(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield addresses that lead to a house, or to a street or estate after a word such as 地址."""
    text = view.plain
    found: list[tuple[int, int]] = []
    for match in _HOUSES.finditer(text):
        houses = match.group()
        edge = match.start()
        left = text[max(0, edge - 12) : edge].rstrip(" ,，")
        if _NO_HOUSE.match(text, match.end()) or left.endswith(("第", "月")):
            continue
        rooms = len(set(_ROOMS.findall(houses)))
        # 一栋 alone counts buildings.
        is_estate = bool(_ESTATE.search(left)) and rooms > 0 and (rooms > 1 or bool(_ARABIC.search(houses)))
        is_street = (
            bool(_STREET.search(left))
            and not _NO_STREET.search(left)
            and bool(_NUMBERED.search(houses))
            and (bool(_ARABIC.search(houses)) or "号" in houses)
        )
        if is_street or is_estate:
            place_end = edge - (len(text[max(0, edge - 12) : edge]) - len(left))
            start = _left_of(text, place_end)
            suffix = _STREET.search(left) if is_street else _ESTATE.search(left)
            if place_end - start > len(suffix.group()):
                found.append((start, match.end()))
        elif rooms > 1 and _ARABIC.search(houses):
            # 都市森林9期739幢2402室: a house and a room need no word for an estate before them.
            found.append((_left_of(text, edge), match.end()))
    for match in _ADDRESS_WORD.finditer(text):
        found.append(match.span("place"))
    found.sort()
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in merged:
        yield start, end, "address"
