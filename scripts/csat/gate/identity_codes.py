"""Identities told by their letters or the words before them: e-mail, plates, papers, cases, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from csat.gate.identity_numbers import MOBILE, NUMBER_OF_A_THING, UNITS
from csat.gate.spelling import View

_TOP_LEVEL = "(?:com|cn|net|org|edu|gov|cc|co|me|io|info|biz|vip|top|hk|tw)"
_PROVIDER = (
    "(?:(?:vip\\.)?(?:qq|163|126|139|189|188|263|21cn|tom|gmail|outlook|hotmail|foxmail|sina|sohu|yeah|"
    "aliyun|icloud|live|msn|yahoo|wo|proton))"
)
_LOCAL_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._%+\-]*[A-Za-z0-9_\-])?"
_SIGN = (
    r"[ ]?(?:[(\[【{<「*（] ?(?:at|AT|At|@|艾特|圈[aA]?|爱特|[aA]) ?[)\]】}>」*）]|@|艾特|爱特|圈[aA]|"
    r"小老鼠|ⓐ|Ⓐ|#|\*(?=(?:qq|163|126|139|189|gmail|outlook|hotmail|foxmail|sina|sohu|yeah|aliyun)))[ ]?"
)
_DOT = r"[ ]?(?:[(\[【{<（] ?(?:dot|点|\.) ?[)\]】}>）]|\.|。|·|．|点|,|dot|DOT)[ ]?"
# icon@2x.png
_NO_PICTURE = "(?!(?:png|jpe?g|gif|webp|svg)(?![A-Za-z]))"
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+\-]){_LOCAL_PART}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.{_NO_PICTURE}[A-Za-z]{{2,}}"
    rf"|"
    rf"(?<![A-Za-z0-9._%+\-]){_LOCAL_PART}{_SIGN}(?:[A-Za-z0-9\-]+{_DOT}){{1,3}}{_TOP_LEVEL}(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9._%+\-]){_LOCAL_PART}(?:{_SIGN}| +(?:at|"
    rf"AT) +){_PROVIDER}(?:{_DOT}{_TOP_LEVEL})*(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])(?:[A-Za-z0-9._\-] ){3,64}@(?: [A-Za-z0-9.\-])+(?: ?[A-Za-z0-9.\-]+)*"
)
_EMAIL_HINT = re.compile("[@#ⓐⒶ*]|艾特|爱特|圈[aA]|小老鼠|[( \\[【{<*「][aA]")

PLATE_PLACE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?<![最全更翻崭创重刷])新|"
    rf"[{PLATE_PLACE.replace('新', '')}])[ ·•.\-]?[A-HJ-NP-Za-hj-np-z](?: ?[·•・.\-*_] ?| )?"
    r"(?P<body>(?:[A-Za-z0-9][ ·.\-]?){3,5}(?:[A-Za-z0-9]|[挂学警港澳试领]))(?![A-Za-z0-9])"
)
_BARE_PLATE = re.compile(
    r"(?:车牌号?码?|牌照|"
    r"车号)[是为:： ]{0,3}(?P<body>[A-HJ-NP-Za-hj-np-z] ?[·•.\-]?(?:[A-HJ-NP-Za-hj-np-z0-9]){5,6})"
    r"(?![A-Za-z0-9])"
)
# Plates have neither letter.
_PLATE_DIGITS = str.maketrans("OI", "01")
_PLATE_TAIL = re.compile("[挂学警港澳试领]$")

_PASSPORT = re.compile(
    "(?<![A-Za-z0-9])(?:[EeGg][0-9]{8}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{7}|[DdSsPp][Ee]?[0-9]{7}|"
    "[HhMm][0-9]{8}(?:[0-9]{2})?)(?![A-Za-z0-9])"
)
_PASSPORT_SURE = re.compile("[Ee][0-9]{8}|[Gg][0-9]{8}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{7}")
_VOUCHER = re.compile("[ ]?的?(?:优惠|折扣|活动|兑换|代金|红包|券|码)")
_TRAVEL_NUMBER = re.compile(
    "(?:护照|通行证|回乡证|台胞证|[Pp]assport|PASSPORT)"
    "(?:本|的|识别|号码?|编号|No\\.?|NO\\.?|ID|[是为:： ]){0,5}"
    "(?P<number>(?:[A-Za-z][ \\-]?){0,2}(?:[0-9oO][ \\-]{0,2}){6,9}[0-9oO])(?![A-Za-z0-9])"
)

# A number in one piece or in groups of four; or all of it in ones and twos, held apart.
_REFERENCE = (
    "(?P<number>(?=[A-Za-z0-9\\-_/]*[0-9]{4})[A-Za-z0-9](?:[A-Za-z0-9\\-_/]| (?=[0-9]{4})){5,38}[A-Za-z0-9]|"
    "(?=(?:[A-Za-z][ \\-])*[A-Za-z]{0,2}[ \\-]?(?:[0-9]{1,2}[ \\-]){4})"
    "(?:[A-Za-z0-9]{1,2}[ \\-]){5,38}[A-Za-z0-9]{1,2})"
    "(?![A-Za-z0-9])"
)
_ASK = '(?:分别|是|为|：|:|，|,|=| |#|（|\\(|【|“|"|编号|号码)*'
_NEXT = re.compile(" ?(?:和|与|及|以及|还有|跟|或|、|,|，|;|；|/) ?" + _REFERENCE)
_POLICY = re.compile(
    "(?:保险单|投保单|电子保单|保单|批单|团单|保险合同|合同|policy|Policy|POLICY)[的 ]?"
    "(?:号码?|编号|单号|[Nn][Oo]\\.?|NO\\.?|[Nn]umber|尾号)?" + _ASK + _REFERENCE
)
_POLICY_BEHIND = re.compile(
    "(?<![A-Za-z0-9])"
    + _REFERENCE
    + "[)）”】]?[ ,，]?(?:这|那|此|该)(?:张|份|个|笔)?(?:保险)?(?:保单|合同|投保单)|"
    + "(?<![A-Za-z0-9])"
    + _REFERENCE.replace("number", "other")
    + "[ ]?(?:号(?:保单|合同)|[(（](?:保单|投保单|合同)号?[)）])"
)
_POLICY_SHAPE = re.compile("(?<![A-Za-z0-9])P[A-Z]{3}(?:19|20)[0-9]{12,20}(?![A-Za-z0-9])")
_CASE_SHAPE = re.compile(
    "(?<![A-Za-z0-9])(?:R[A-Z]{3}(?:19|20)[0-9]{12,20}|CLM-?(?:19|20)[0-9]{2}-?[0-9]{5,12})(?![A-Za-z0-9])"
)
_CASE = re.compile(
    "(?:案件|报案|赔案|立案|理赔|结案|投诉|工单|受理|诉求|举报|信访|维权|案子|登记|调解|仲裁|回执|服务单|"
    "查勘|claim|Claim|CLAIM|case|Case|ticket|Ticket)[的 ]?"
    "(?:单号|案号|编号|号码?|流水号|单编号|受理号|ID|id|[Nn][Oo]\\.?|NO\\.?|[Nn]umber| ?#)"
    + _ASK
    + _REFERENCE
)
_CASE_ALONE = re.compile(
    "(?:(?<!备)案号|工单|赔案|案件|报案|claim|Claim|case|Case)(?:是|为|：|:| |#)*" + _REFERENCE
)
_CASE_BEHIND = re.compile(
    "(?<![A-Za-z0-9])"
    + _REFERENCE
    + "[)）”】]?[ ,，]?(?:这|那|此|该)(?:个|起|件|张|笔)?(?:赔案|案子|案件|工单|投诉|报案)|"
    + "(?<![A-Za-z0-9])"
    + _REFERENCE.replace("number", "other")
    + "[ ]?(?:号(?:赔案|案件|工单)|[(（](?:报案|案件|工单|赔案|投诉|立案)号?[)）])"
)
_COURT_CASE = re.compile(
    "[(（\\[〔](?:19|"
    "20)[0-9]{2}[)）\\]〕] ?[\u4e00-\u9fff]{1,3}[0-9]{0,5}[\u4e00-\u9fff]{1,5}第?[0-9]{1,8}(?:-[0-9]+)?号"
)

_NUMBERED_PAPERS = ((_POLICY, "policy_number"), (_CASE, "case_number"), (_CASE_ALONE, "case_number"))
_NUMBERED_PAPERS_BEHIND = ((_POLICY_BEHIND, "policy_number"), (_CASE_BEHIND, "case_number"))
# The word stands behind its number seldom, and looking for the number first takes long.
_BEHIND_HINT = re.compile(
    "[A-Za-z0-9][)）”】]?[ ,，]?"
    "(?:[这那此该](?:张|份|个|笔|起|件)?(?:保险|保单|合同|投保|赔案|案|工单|投诉|报案)|"
    "号(?:保单|合同|赔案|案件|工单)|[(（](?:保单|投保单|合同|报案|案件|工单|赔案|投诉|立案))"
)

_WECHAT_WORD = (
    "(?:"
    # 微信 itself, also with a mark inside, and in Latin letters
    "微[ ·.\\-]?信|微[xX]|[wW][eE][iI] ?信|[Ww]e[Cc]hat|[Ww]ei[Xx]in|WEIXIN|"
    # characters that sound like it: 威信 wei xin, 卫星 wei xing, 薇芯
    "[威薇维徽] ?信|[崴胃尾嶶]信|[薇维][芯心]|微 ?[芯心]|卫 ?星|[vV] ?[信芯]|"
    # hearts for 心, which sounds like 信
    "[vVwW] ?❤\ufe0f?[xX]?|[微薇]❤|薇|"
    # the look of the app
    "绿色软件|绿色图标|绿泡泡|"
    # initials: VX, WX, 加V, V：
    "(?<![A-Za-z])[vVwW] ?[xX](?![A-Za-z])|(?<=[加➕+])[vVwW][xX](?!id)|[加➕+扣] ?[vV薇威微](?![A-Za-z])|"
    "(?<![A-Za-z0-9])[vV](?= ?[:：])"
    ")"
)
_WECHAT = re.compile(
    _WECHAT_WORD
    + "(?P<link>(?:联系|搜索?|加我?|聊|❤|账号|帐号|号码?|昵称|同号|ID|Id|id|名|是|为|叫|我的?|：|:|=|，|,| |"
    "→|-|—|➕|\\+|\\(|（|“|【|\\[)*(?:is )?)"
    "(?P<number>[A-Za-z](?:(?: ?- ?| )[A-Za-z0-9_]){5,19}|[A-Za-z][A-Za-z0-9_\\-]{5,19}|[1-9][0-9]{5,10})"
    "(?![A-Za-z0-9_])"
)
# A name of letters alone after 微信 and a blank may be a word (微信 android); after 加微信 it is a name.
_ADDED = re.compile("(?:加|绑定|到|发|给)(?:我|一下|的)?$")
_ENDS = re.compile("$|[，。,；;！!\\n]| ?(?:电话|手机)")
_ADD_ACCOUNT = re.compile("(?<=[加➕])(?P<number>[a-z][a-z_]*[0-9]{4,12})(?![A-Za-z0-9_\\-])")
_WECHAT_BEHIND = re.compile(
    "(?<![A-Za-z0-9_\\-])(?P<number>[A-Za-z][A-Za-z0-9_\\-]{5,19})[ ,，]?(?:这个)?(?:是|就是|"
    "为)?(?:我的?|本人的?|个人)?[ (（【]?(?:微信|威信|薇信|维信|[vV]信|[vV][xX])"
    "(?!支付|公众|小程序|群|端|版|扫)"
)
_WECHAT_OWN = re.compile("(?<![A-Za-z0-9_])(?P<number>wxid_[A-Za-z0-9_]{6,})", re.IGNORECASE)
# Every WeChat name has one of these beside it, seen quickly.
_WECHAT_HINT = re.compile("[微威薇维徽崴胃尾嶶卫][ ·.\\-]?[信芯心星xX❤]|[vVwWxX❤薇绿加➕+扣]")
_NO_ID = re.compile(
    "(?:wechat|weixin|mini|program|pay|web|login|moment|version|android|iphone|ios|windows|official|customer|service|online|mobile|payment|"
    "account|number|please|message)[a-z]*[0-9.]*",
    re.IGNORECASE,
)
_WECHAT_DOT_DIGITS = re.compile("[0-9_\\-]")

_QQ_WORD = (
    "(?:[Qq][Qq]|[Qq] [Qq]|扣 ?扣|抠 ?抠|企 ?鹅|🐧|[Qq]·[Qq]|扣(?= ?[:：])|球球|秋秋|蔻蔻|叩叩|口口|腾讯号|"
    "(?<![A-Za-z])[Qq](?![A-Za-z]))"
)
_QQ_HINT = re.compile("[Qq🐧鹅]|扣|抠|球球|秋秋|蔻|叩|口口|腾讯号")
_QQ_NUMBER = "(?P<number>[1-9](?:[ \\-.·]?[0-9oOlI]){4,10})(?![0-9A-Za-z])"
_QQ = re.compile(
    _QQ_WORD + "(?P<link>(?:群|账号|帐号|号码?|联系|加我?|搜索?|是|为|吗|我的?|is|number|：|:|=|，|,|？|"
    "\\?| |→|➕|\\+|\\(|（|-|—)*)" + _QQ_NUMBER
)
_QQ_BEHIND = re.compile(
    "(?<![0-9A-Za-z])"
    + _QQ_NUMBER.replace("(?![0-9A-Za-z])", "")
    + "[ ,，]?(?:这个)?(?:是|就是)?(?:我的?|本人的?)?[ (（【]?(?:[Qq][Qq]|🐧|扣扣|抠抠|企鹅)"
    "(?!邮箱|飞车|音乐|空间|"
    "会员)"
)


# Every number or name of an account has a stretch like this; most texts have none.
_CODE_HINT = re.compile("(?:[0-9oOlI][ \\-.·]?){5}|(?:[A-Za-z0-9_] ){4}|[A-Za-z0-9_\\-]{6}|[0-9][)）\\]〕]")


def find_emails(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield e-mail addresses, also with 艾特, (at), ＃ or 点 in them."""
    if not _EMAIL_HINT.search(view.plain):
        return
    for match in _EMAIL.finditer(view.plain):
        yield match.start(), match.end(), "email"
    # Numerals in place of digits; the Chinese text around must not be taken for them.
    if view.loose != view.plain:
        for match in _EMAIL.finditer(view.loose):
            yield match.start(), match.end(), "email"


def _has_plate_body(body: str) -> bool:
    body = _PLATE_TAIL.sub("0", re.sub(r"[ ·.\-]", "", body)).upper().translate(_PLATE_DIGITS)
    digits = sum(character.isdigit() for character in body)
    if len(body) == 5:
        return digits >= 3 and body.isascii()
    if len(body) == 6:
        return bool(re.fullmatch("[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]", body))
    return False


def find_plates(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield car plates, old and new-energy ones."""
    for text in (view.plain, view.loose) if view.loose != view.plain else (view.plain,):
        for match in _PLATE.finditer(text):
            end, body = match.end(), match["body"]
            while body and not _has_plate_body(body):
                # A number that follows after a blank is no part of the plate.
                shorter = body[:-1].rstrip(" ·.-")
                is_cut = len(shorter) < len(body) - 1 or re.match("[ ·.\\-]", body[len(shorter) :])
                end -= len(body) - len(shorter)
                body = shorter if is_cut or not body[-1].isascii() else ""
            if body:
                yield match.start(), end, "plate"
    for match in _BARE_PLATE.finditer(view.plain):
        if sum(character.isdigit() for character in match["body"]) >= 3:
            yield *match.span("body"), "plate"


def find_travel_papers(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield numbers of passports and travel permits."""
    if not _CODE_HINT.search(view.loose):
        return
    for match in _TRAVEL_NUMBER.finditer(view.loose):
        yield *match.span("number"), "passport"
    for match in _PASSPORT.finditer(view.plain):
        before = view.plain[max(0, match.start() - 12) : match.start()]
        is_thing = NUMBER_OF_A_THING.search(before) or _VOUCHER.match(view.plain, match.end())
        if _PASSPORT_SURE.fullmatch(match.group()) and not is_thing:
            yield *match.span(), "passport"


def find_references(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield numbers of policies and cases, by the word before them or their own shape."""
    if not _CODE_HINT.search(view.loose):
        return
    for text in {view.plain: None, view.loose: None}:
        papers = _NUMBERED_PAPERS
        if _BEHIND_HINT.search(text):
            papers += _NUMBERED_PAPERS_BEHIND
        for pattern, kind in papers:
            for match in pattern.finditer(text):
                start, end = match.span("other" if match.groupdict().get("other") else "number")
                yield start, end, kind
                while following := _NEXT.match(text, end):
                    start, end = following.span("number")
                    if MOBILE.fullmatch(following["number"]):
                        break
                    yield start, end, kind
    for match in _POLICY_SHAPE.finditer(view.plain):
        yield *match.span(), "policy_number"
    for match in _CASE_SHAPE.finditer(view.plain):
        yield *match.span(), "case_number"
    for match in _COURT_CASE.finditer(view.plain):
        yield *match.span(), "case_number"


def find_messengers(view: View) -> Iterator[tuple[int, int, str]]:
    """Yield WeChat names and QQ numbers, by the words around them."""
    if not _CODE_HINT.search(view.loose):
        return
    if _QQ_HINT.search(view.loose):
        yield from _find_qq(view)
    if _WECHAT_HINT.search(view.plain):
        yield from _find_wechat(view)


def _find_qq(view: View) -> Iterator[tuple[int, int, str]]:
    for match in _QQ.finditer(view.loose):
        number = re.sub("[^0-9oOlI]", "", match["number"])
        is_single = match.group()[0] in "Qq" and match.group()[1:2] not in ("q", "Q", " ")
        is_enough = len(number) >= (6 if is_single else 5)
        # "Q4 2023" is a quarter.
        is_enough &= not (is_single and " " in match["number"] and not match["link"].strip())
        if is_enough and len(number) <= 11 and not UNITS.match(view.plain, match.end()):
            yield *match.span("number"), "qq"
    for match in _QQ_BEHIND.finditer(view.loose):
        yield *match.span("number"), "qq"


def _find_wechat(view: View) -> Iterator[tuple[int, int, str]]:
    text = view.plain
    for match in _WECHAT.finditer(text):
        number, link = match["number"], match["link"].strip(" ")
        is_added = number.islower() and (
            bool(_ADDED.search(text, max(0, match.start() - 4), match.start()))
            or (len(number) >= 8 and bool(_ENDS.match(text, match.end())))
        )
        is_likely = bool(link or is_added or _WECHAT_DOT_DIGITS.search(number))
        if number[0].isdigit():
            is_likely = bool(link) and not MOBILE.fullmatch(number)
        elif not link and re.match("版|端|支付|公众|小程序", text[match.end() : match.end() + 3]):
            is_likely = False
        if is_likely and not _NO_ID.fullmatch(number) and not UNITS.match(text, match.end()):
            yield *match.span("number"), "wechat"
    for match in _WECHAT_BEHIND.finditer(text):
        if not _NO_ID.fullmatch(match["number"]):
            yield *match.span("number"), "wechat"
    for pattern in (_ADD_ACCOUNT, _WECHAT_OWN):
        for match in pattern.finditer(text):
            yield *match.span("number"), "wechat"
