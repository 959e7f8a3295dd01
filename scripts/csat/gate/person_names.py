"""Names of persons in a text, found by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from csat.gate.name_words import (
    GIVEN,
    NO_NAME,
    RARE,
    SURNAMES,
    TWO_CHARACTER_SURNAMES,
    fitted,
    name_end,
)

_TWO = f"(?:{TWO_CHARACTER_SURNAMES})"
_FIRST_OF_TWO, _LAST_OF_TWO = map("".join, zip(*TWO_CHARACTER_SURNAMES.split("|"), strict=True))
_SURNAME = f"(?:{_TWO}|[{SURNAMES}])"
_NO = f"(?!{NO_NAME})"
_NAME = f"(?:{_TWO}[\u4e00-\u9fff]{{1,2}}|[{SURNAMES}][{GIVEN}]{{1,2}})"
# A surname and what follows: the dictionary has the last word.
_ANY_NAME = f"(?:{_SURNAME}[\u4e00-\u9fff]{{1,2}})"
_LATIN = "[A-Z][a-z]+ [A-Z][a-z]+"

_LINK = "[:： /]{0,2}(?:写?的?是|写的|为|叫)?[:： ]{0,2}"
_STRONG = (
    "(?:我叫|我名叫|名叫|名字叫?|真名|本名|姓名|本人姓名|联系人|收件人|收货人|投保人|被保险人|被保人|"
    "受益人|报案人|经办人|申请人|投诉人|户主|户名|持卡人|法定代表人|法人|署名|签名|收款人|付款人|寄件人|"
    "索赔人|出险人|伤者|死者|车主|驾驶员|开户人|监护人|领款人|代办人|委托人|代理人|当事人|授权人|驾驶人|"
    "住院人|来电人|责任人)(?:的?(?:名字|姓名))?" + _LINK
)
# Literal first characters all through: such an alternation finds its places fast.
_ROLE = (
    "我是|本人|家属|家人|紧急联系人|出险司机|司机|员工|营业员|柜员|保险员|代理人员|调解员|客户|顾客|用户|"
    "患者|病人|业务员|理赔员|查勘员|定损员|管理员|客服(?:人员|专员|代表|小姐姐)?|经理|主任|专员|坐席|"
    "工作人员|代理|顾问|老师|医生|护士|学生|家长|骑手|老人|邻居|复核|"
    "我(?:爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|爱人|儿子|女儿|朋友|同事|哥哥?|姐姐?|弟弟?|妹妹?|"
    "先生|太太)|父亲|母亲|丈夫|妻子|前夫|前妻|儿子|女儿(?!童)|配偶|一个叫|有个叫|他叫|她叫|叫做?"
)
_VERB = "找|联系|问|请"
_TITLE = "(?:先生|女士|小姐|同志|经理|主任|师傅|老师|医生|律师|警官|总监|专员)"
# What may stand behind a name of two characters without belonging to it.
_BEHIND = (
    r"(?=$|[^\u4e00-\u9fff]|的|在|于|电|手|身|先|女士|小姐|同志|老师|经理|与|和|跟|及|来|今|现|是|已|投|"
    r"购|买|从|要|想|对|反|称|说|表|因|您|你|我|打|为|不|没|给|到|"
    "把|被|让|就|也|都|帮|服|态|处|办|接|联|车|证|保|有|很|太|非|特|真|啊|吗|呢|，|住|年|岁|男|号|答|承|"
    "一直|曾|至|将|去|回|推|介|向|拒|故|骗|误|销|工|这|那|他|她)"
)
_STRONG_WORD = re.compile(_STRONG)
_WEAK_WORD = re.compile(f"(?:{_ROLE}|(?P<verb>{_VERB}))(?P<aspect>了|过|到)?[:： ]?(?={_SURNAME})")
# A third character that nothing but a mark follows can only belong to the name (刘红记, 宁华召).
_NAME_HERE = re.compile(
    f"(?P<name>{_NO}(?:{_NAME}|{_LATIN}))"
    "(?P<rest>(?![说称讲问在等填写收签的男女来去打到让要和与])[\u4e00-\u9fff](?![\u4e00-\u9fff]))?"
)
# Rare given names: where a mark announces them and nothing else follows.
_RARE_NAME_HERE = re.compile(f"(?<=[:： 叫是的]){_NO}(?![{RARE}]){_ANY_NAME}(?![\u4e00-\u9fff])")
# Characters of a name held apart.
_APART_HERE = re.compile(
    f"[{SURNAMES}](?:[ ·.。・•_\\-*/]{{1,2}}[{GIVEN}]){{1,2}}(?={_TITLE}|[^\u4e00-\u9fff]|$)"
)
_WEAK_NAME_HERE = re.compile(f"{_NO}(?![{RARE}]){_NAME}{_BEHIND}")
# With nothing to tell behind it, a name is one where the dictionary reads one.
_PERHAPS_HERE = re.compile(f"{_NO}(?![{RARE}]){_ANY_NAME}")
# What follows a name beside the number of its owner, a signature or a name greeted.
_BEHIND_AN_OWNER = re.compile(
    "[,，、:：/| ]{1,2}(?:[男女][,，、 ]{1,2})?(?=[1-9][0-9]{10})|收(?![\u4e00-\u9fff0-9])|"
    "[(（](?:收|签字|签名|签章)[)）]|[你您]好"
)
_OWNER_HERE = re.compile(f"(?<![\u4e00-\u9fff0-9]){_NO}(?![{RARE}]){_ANY_NAME}")
_LONGEST_NAME = 4
# A name in quotation marks that corrects another.
_QUOTED = re.compile(f'(?:应为|应是|不是|改为|改成|写为|写成)了?["“](?P<name>{_NO}{_ANY_NAME})["”]')
# Not 先生|病, 经理|赔, 老师|傅: the end of a title may begin the next word.
_TITLE_OF_TWO = (
    "(?:先生(?![病气产效活])|先森|女士|小姐(?!姐)|太太|阿姨|叔叔|大姐|大哥|大爷|大妈|大叔|奶奶|经理(?!赔)|主任|"
    "师傅|老师(?!傅)|医生|大夫|律师|警官|主管(?!部)|总监(?![控管督测视])|专员|工程师|[科处局院校行队店站市区县镇乡]长|老板)"
)
# 总 and 工 begin many words (总数, 工夫): they are titles where what follows shows that a person is meant.
_GOES_ON = (
    "(?=$|[^\u4e00-\u9fff]|[的您你说让来给在和与跟被把对从很不没也都就还已签到那这今昨啊吧呢]|"
    "答应|一直|回[复电]|表示|要求|电话)"
)
_CALLED = f"(?:{_TITLE_OF_TWO}|[总工]{_GOES_ON}|姐(?![妹夫姐])|哥(?![哥们拉华伦]))"
# Surnames that before a title are more often words: 向经理反映, 和老师说.
_BUSY = "成对向和应连全都来是同每明该当别从台商项位占席"
_WORDLIKE = (
    "[施费木童车华花武]工|木姐|武警|任[科处局院校行队店站市区县镇乡]|强哥|康师傅|(?<=科)任|(?<=[对关由至鉴属在])于|"
    "(?<=[对我贵你他官甲乙])方"
)
# A surname that calls somebody stands at the start of a word: after a blank, a mark or one of these.
_EDGE = (
    "(?:(?<![\u4e00-\u9fff])|(?<=[我找和跟与给的是由叫问请被为对让了位名个到联系说])|"
    "(?<=业务|客户|代理|经办|理赔|查勘|定损|坐席|客服|电话|投诉|表扬|感谢|法务|姓名|车主|户主|司机|专员|邻居|"
    "经理|前台)|(?<=[案电系诉请办险款件]人)|(?<=班主任))"
)
_AFTER_A_PLACE_OR_TIME = "(?<=[们天午日员部店行司心点里处科者过见])"
# Where a surname stands before a title, perhaps with a given name between.
_FIRST_OF_TITLED = re.compile(f"[{SURNAMES}{_FIRST_OF_TWO}](?=[\u4e00-\u9fff]{{0,3}}?(?:{_TITLE}|{_CALLED}))")
_TITLED_HERE = re.compile(
    f"(?:(?<![\u4e00-\u9fff])|(?<=[我找和跟向给与的是由叫问请被为对让们天午日员部店行司心点里处科者]))"
    f"(?P<name>{_NO}{_NAME}){_TITLE}"
)
_CALLED_HERE = re.compile(
    f"{_EDGE}(?P<name>{_TWO}|(?!{_WORDLIKE})(?![{_BUSY}])[{SURNAMES}]){_CALLED}"
    f"|{_AFTER_A_PLACE_OR_TIME}(?P<usual>(?![高马于])[{SURNAMES[:60]}]){_CALLED}"
)
# 我姓王, 业务员小任
_SURNAME_SAID = re.compile(
    f"(?:我|本人|客户|免贵|(?<![\u4e00-\u9fff])(?=姓..?[，。,;； ]))姓(?P<own>{_SURNAME})"
    f"|(?:理赔员|查勘员|定损员|业务员|客服|专员|经理|代理|同事|柜员|坐席|顾问|员工)"
    f"(?P<young>[小老](?![{_BUSY}{RARE}白黄])[{SURNAMES}])(?![\u4e00-\u9fff]*姐姐)"
)
# 小 or 老 with a surname that makes no other word with it.
_STAFF_SURNAMES = (
    "王李张刘陈杨赵周吴徐孙胡朱林郭罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛阎余潘杜戴夏钟姜"
    "廖邹侯邵孟秦高石"
)
_STAFF = re.compile(
    f"(?P<name>(?:(?<![\u4e00-\u9fff])小|(?<=[跟给由叫人机台客服员扬诉谢的])[小老])[{_STAFF_SURNAMES}])(?![子家板头姐哥层爷]|(?<=陈)[旧列述设])"
)
_ENGLISH = re.compile(
    "(?:Mr|Ms|Mrs|Miss|Dr)\\.? ?(?P<title>[A-Z][a-z]+(?![a-z]*-)(?: [A-Z][a-z]+)?)"
    "|[Nn]ame is (?P<own>[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    "|(?:I am|I'm|I’m|[Rr]egards,?|[Ss]incerely,?|Name:|[Aa]djuster|[Aa]gent|外教|拼音)[ :：(（\n]{0,2}"
    f"(?P<name>(?!Very|Not|So |Still|The |Your|Really|Chinese){_LATIN})"
)
# What the rarer patterns need, for a quick look at a text before them.
_STAFF_HINT = re.compile("[小老]")
_ENGLISH_HINT = re.compile("[A-Z][a-z]")
# For a fast first look (RE2): no name is found without one of them. One expression for all would be slower.
_SAID = f"[:： 　]{{0,2}}[{SURNAMES}{_FIRST_OF_TWO}A-Z]"
_BARE_CALLED = re.sub("[(][?][!=].*?[)]", "", _CALLED)
NAME_LOOKS = (
    f"(?:{_STRONG}|(?:{_ROLE.replace('(?!童)', '')}|{_VERB})(?:了|过|到)?){_SAID}",
    f"[{GIVEN}]{_TITLE}|[{SURNAMES}{_LAST_OF_TWO}]{_BARE_CALLED}",
    f"[小老][{_STAFF_SURNAMES}]|[员服理事柜席问工][小老][{SURNAMES}]|姓[{SURNAMES}{_FIRST_OF_TWO}]|"
    "[\u4e00-\u9fff][,，、:：/| ]{1,2}(?:[男女][,，、 ]{1,2})?[1-9１-９][0-9０-９]{10}|"
    f'[为是成了]["“][{SURNAMES}{_FIRST_OF_TWO}]|收(?:[^\u4e00-\u9fff0-9]|$)|[(（](?:收|签)|'
    f"[{SURNAMES}{_FIRST_OF_TWO}][\u4e00-\u9fff]{{1,3}}[你您]好|"
    "M(?:r|s|rs|iss)[. ]|Dr[. ]|ame is |I(?:.m| am) |egards|incerely|Name:|djuster|gent|外教|拼音",
)


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a text that name a person.

    A surname with one or two given characters counts after a word that announces a name or a role, before
    a title, and beside the number of its owner. A surname alone counts before a title (王女士), after 小 or
    老 of staff, and after 我姓. What the dictionary reads as another word there is no name.
    """
    yield from _announced(text)
    yield from _after_a_role(text)
    yield from _titled(text)
    for start, end in _owners(text):
        if fitted(text, start, end) == end:
            yield start, end
    for match in _SURNAME_SAID.finditer(text):
        yield match.span(match.lastgroup)
    for match in _ENGLISH.finditer(text) if _ENGLISH_HINT.search(text) else ():
        yield match.span(match.lastgroup)


def _announced(text: str) -> Iterator[tuple[int, int]]:
    for word in _STRONG_WORD.finditer(text):
        match = _NAME_HERE.match(text, word.end())
        if match:
            start, end = match.span("name")
            if match["rest"] and end - start == 2 and text[start] in SURNAMES:
                yield start, end + 1
            elif end := fitted(text, start, end):
                yield start, end
        for pattern in (_RARE_NAME_HERE, _APART_HERE):
            if match := pattern.match(text, word.end()):
                yield match.span()


def _owners(text: str) -> Iterator[tuple[int, int]]:
    for behind in _BEHIND_AN_OWNER.finditer(text):
        end = behind.start()
        for start in range(max(0, end - _LONGEST_NAME), end - 1):
            if _OWNER_HERE.fullmatch(text, start, end):
                yield start, end
    for match in _QUOTED.finditer(text):
        yield match.span("name")
    for match in _STAFF.finditer(text) if _STAFF_HINT.search(text) else ():
        yield match.span("name")


def _after_a_role(text: str) -> Iterator[tuple[int, int]]:
    for word in _WEAK_WORD.finditer(text):
        start = word.end()
        if match := _WEAK_NAME_HERE.match(text, start):
            if end := fitted(text, start, match.end()):
                yield start, end
        elif (
            not word["verb"]
            and not word["aspect"]
            and _PERHAPS_HERE.match(text, start)
            and (end := name_end(text, start))
        ):
            yield start, end
        if match := _APART_HERE.match(text, start):
            yield match.span()


def _titled(text: str) -> Iterator[tuple[int, int]]:
    for first in _FIRST_OF_TITLED.finditer(text):
        if match := _TITLED_HERE.match(text, first.start()):
            start, end = match.span("name")
            if end := fitted(text, start, end):
                yield start, end
        if match := _CALLED_HERE.match(text, first.start()):
            yield match.span(match.lastgroup)
