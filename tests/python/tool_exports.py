"""Exports in the shape each tool gives them, what a person corrects in the mapping, and the scores by hand.

Every questionnaire has 40 persons. A quarter each gives one of four marks of overall satisfaction; half
recommend with 10, a quarter with 8 (passive) and a quarter with 3; three in four agree that buying was easy.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field

from workbook_files import workbook

WAVE = "2026Q2"
PERSONS = 40
RECORDS = 12
# (file, column, text) of rows that stand in it, and the cells a person writes there.
Edits = dict[tuple[str, str, str], dict[str, str]]
Rows = list[list[object]]


@dataclass(frozen=True)
class Export:
    """One export of an insurer; `source` is the folder it goes into.

    `expected` has value, score and base of every indicator that the export says something of.
    """

    insurer_name: str
    tool: str
    file: str
    content: bytes
    source: str = "survey"
    edits: Edits = field(default_factory=dict)
    expected: dict[str, tuple[float, float, int]] = field(default_factory=dict)


def table(header: str, rows: Rows, separator: str = ",") -> str:
    output = io.StringIO()
    csv.writer(output, delimiter=separator, lineterminator="\n").writerows([header.split("|"), *rows])
    return output.getvalue()


def cells(line: str) -> list[object]:
    return list(line.split("|"))


def overall(row: int, lowest: int) -> int:
    return lowest + row % 4


def recommend(row: int) -> int:
    return (10, 10, 8, 3)[row % 4]


# Marks 6 to 9: (7.5 - 1) / 9 of 100 points; two of four are 8 or more, between goalposts of 30 and 95 %.
FROM_SIX = {"OC1": (650 / 9, 650 / 9, PERSONS), "OC2": (50, 2000 / 65, PERSONS)}
# Marks 5 to 8: one mark of four is 8 or more, below the lower goalpost.
FROM_FIVE = {"OC1": (550 / 9, 550 / 9, PERSONS), "OC2": (25, 0, PERSONS)}
# Marks 7 to 10: three marks of four are 8 or more.
FROM_SEVEN = {"OC1": (750 / 9, 750 / 9, PERSONS), "OC2": (75, 4500 / 65, PERSONS)}
# 50 % promoters less 25 % detractors, between goalposts of -40 and 60.
NET_25 = {"S6C2": (25, 65, PERSONS)}
# 75 % agree, between goalposts of 40 and 95.
EASY_75 = {"S2C1": (75, 3500 / 55, PERSONS)}
# Everyone gives the four items of the platform 9, 8, 7 and 6, between goalposts of 40 and 95.
PLATFORM = {"S3C2": (650 / 9, (650 / 9 - 40) / 55 * 100, PERSONS)}

WJX_META = "序号|提交答卷时间|所用时间|来源|来源详情|来自IP"
WJX_SHORT = "3、投保过程让我很省力|4、您向亲友推荐的可能性有多大？|5、总体而言，您满意吗？"
WJX_LONG = (
    "1、产品条款说明清楚吗？|2、请评价下列各项—平台容易找到所需功能吗？|2、请评价下列各项—平台速度如何？|"
    "2、请评价下列各项—平台界面如何？|2、请评价下列各项—平台内容有用吗？|"
    f"{WJX_SHORT}|6、您通过哪些渠道联系过我们？|7、您还有什么想说的？|8、您的手机号："
)


def wjx(row: int, seconds: str, *answers: object) -> list[object]:
    meta = [row + 1, f"2026/5/{1 + row % 28} 12:{row:02}:01", seconds, "微信", "N/A", "1.2.3.4(北京-北京)"]
    return [*meta, *answers]


def wjx_labels() -> bytes:
    """Every other person skips the first question; the last row is clicked through in twelve seconds."""
    rows = [
        wjx(
            row,
            f"2分{row}秒" if row % 2 else f"{120 + row}秒",
            "(跳过)" if row % 2 else "10分",
            *("9", "8", "7", "6"),
            "比较省力" if row % 4 else "一般",
            recommend(row),
            overall(row, 6),
            "微信┋电话" if row % 2 else "微信",
            "理赔很快，电话13800138000",
            f"138001380{row:02}",
        )
        for row in range(PERSONS)
    ]
    careless = wjx(PERSONS, "12秒", "1分", "1", "1", "1", "1", "一般", 0, 1, "微信", "(空)", "13900139000")
    return workbook([cells(f"{WJX_META}|{WJX_LONG}"), *rows, careless])


def wjx_codes(total: str = "") -> str:
    """Labels as their numbers, 6 for agreement and 4 for neither; with a total the download by scores."""
    rows = [
        wjx(row, "123秒", 6 if row % 4 else 4, recommend(row), overall(row, 5), *cells(total)[1:])
        for row in range(PERSONS)
    ]
    return table(f"{WJX_META}|{WJX_SHORT}" + ("|总分" if total else ""), rows)


def tencent() -> str:
    header = (
        "编号|开始答题时间|结束答题时间|答题时长|地理位置国家和地区|地理位置省|地理位置市|用户类型|用户标识|"
        "昵称|自定义字段|IP|1.总体而言，您满意吗？|2.您向亲友推荐的可能性有多大？"
    )
    rows = []
    for row in range(PERSONS):
        day = f"2026-05-{1 + row % 28}"
        rows.append(
            cells(
                f"{row + 1}|{day} 12:00:00|{day} 12:03:00|180|中国|广东|深圳|匿名|u|张三||1.2.3.4|"
                f"{overall(row, 7)}|{recommend(row)}"
            )
        )
    return table(header, rows)


def qualtrics() -> str:
    """The tool numbers its questions and writes below what they ask; of one of them a person must say it."""
    meta = (
        "StartDate|EndDate|Status|IPAddress|Progress|Duration (in seconds)|Finished|RecordedDate|ResponseId|"
        "RecipientLastName|RecipientFirstName|RecipientEmail|ExternalReference|LocationLatitude|"
        "LocationLongitude|DistributionChannel|UserLanguage"
    )
    names = cells(meta)[1:]
    rows: Rows = [
        ["Start Date", *names, "Overall,\nhow satisfied are you?", "How likely?", "Which channels?"],
        ['{"ImportId":"startDate","timeZone":"Asia/Shanghai"}', *['{"ImportId":"x"}'] * (len(names) + 3)],
    ]
    for row in range(PERSONS):
        day = f"2026-05-{1 + row % 28:02}"
        rows.append(
            cells(
                f"{day} 10:00:00|{day} 10:03:00|IP Address|1.2.3.4|100|180|True|{day} 10:03:01|R_{row}|"
                f"张三||a@b.cn||39.9|116.4|anonymous|EN|{overall(row, 6)}|{recommend(row)}|1,3"
            )
        )
    return table(f"{meta}|Q1|Q2|Q3", rows)


def monkey() -> str:
    header = (
        "Respondent ID|Collector ID|Start Date|End Date|IP Address|Email Address|First Name|Last Name|"
        "Custom Data 1|Overall, how satisfied are you?|Please rate||||Anything else?"
    )
    items = (
        "|||||||||Response|How easy is it to find your way?|How fast is the platform?|"
        "How do you like its looks?|How useful is its content?|Open-Ended Response"
    )
    rows = [cells(items)]
    for row in range(PERSONS):
        day = f"05/{1 + row % 28:02}/2026"
        rows.append(
            cells(
                f"{1000 + row}|C1|{day} 10:00:00 AM|{day} 02:05:00 PM|1.2.3.4|a@b.cn|张三|||"
                f"{overall(row, 5)}|9|8|7|6|Good, thanks"
            )
        )
    return table(header, rows)


def lime() -> str:
    """Ten persons cannot say how fast the platform is."""
    header = "id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|ipaddr|overall|p[speed]|recommend"
    rows = []
    for row in range(PERSONS):
        day, speed = f"2026-05-{1 + row % 28:02}", "N/A" if row < 10 else 8
        rows.append(
            cells(
                f"{row}|{day} 10:05:00|3|zh|1|{day} 10:00:00|{day} 10:05:00|1.2.3.4|"
                f"{overall(row, 6)}|{speed}|{recommend(row)}"
            )
        )
    return table(header, rows, ";")


def heimao() -> str:
    """Nine complaints done in a week, two after forty days, one never."""
    done = ["2026-04-10 10:00"] * 9 + ["2026-05-13 10:00"] * 2 + [None]
    posts = [
        {
            "投诉编号": f"17{row}",
            "投诉对象": "晴川保险公司",
            "发起时间": "2026-04-02 10:00",
            "分配商家时间": "2026-04-03 10:00",
            "完成时间": end,
            "投诉问题": "理赔",
            "投诉诉求": "退款",
            "涉诉金额": 100.5,
            "投诉进度": "已完成" if end else "处理中",
            "用户名": f"用户{row}",
            "投诉内容": "慢，打13800138000",
        }
        for row, end in enumerate(done)
    ]
    return json.dumps(posts, ensure_ascii=False)


def dianping() -> str:
    rows = [
        cells(f"{row}|知味保险|用户{row}|{(5, 4, 3)[row % 3]}|2026-05-01 10:00|不错")
        for row in range(RECORDS)
    ]
    return table("评论ID|商户名|用户昵称|星级|评论时间|评论内容", rows)


def app_store() -> str:
    """An export of one's own app does not say whose it is."""
    rows = [
        cells(f"{row}|u{row}|好|{(5, 2)[row % 2]}|1.0|2026-05-01T10:00:00+08:00|不错")
        for row in range(RECORDS)
    ]
    return table("id|author|title|rating|version|updated|content", rows)


def google_play() -> str:
    posts = [
        {
            "reviewId": f"g{row}",
            "userName": f"u{row}",
            "userImage": "http://x",
            "content": "good",
            "score": (5, 4)[row % 2],
            "thumbsUpCount": 0,
            "reviewCreatedVersion": "1.0",
            "at": "2026-05-01 10:00:00",
            "replyContent": None,
            "repliedAt": None,
        }
        for row in range(RECORDS)
    ]
    return "\n".join(json.dumps(post) for post in posts)


def hotline() -> str:
    """Complaints due on 20 May; nine closed before."""
    header = (
        "投诉编号|被投诉机构|投诉时间|投诉人|联系电话|投诉类别|投诉内容|办结时间|办理期限|险种|地区|是否有效"
    )
    rows = [
        cells(
            f"T{row}|远山人寿公司|2026-05-05 10:00|张三|13800138000|理赔纠纷|慢|"
            f"2026-05-{19 if row < 9 else 25} 10:00|2026-05-20 10:00|车险|华东|有效"
        )
        for row in range(RECORDS)
    ]
    return table(header, rows)


def claims() -> str:
    """36 claims paid, half of them after two days and half after four, and four refused."""
    header = (
        "赔案号|保单号|保险公司|险种|被保险人|身份证号|报案时间|立案时间|支付时间|结案时间|结案结论|赔付金额"
    )
    rows = []
    for row in range(40):
        end = f"2026-05-0{3 if row % 2 else 5} 10:00"
        outcome = f"{end}|{end}|正常赔付|1000.50" if row < 36 else f"|{end}|拒赔|"
        rows.append(
            cells(
                f"C{row}|P{row}|临江健康保险股份有限公司|健康险|张三|110105194912310021|"
                f"2026-05-01 10:00|2026-05-01 11:00|{outcome}"
            )
        )
    return table(header, rows, "\t")


def weibo() -> str:
    header = "微博id|user_id|用户昵称|微博正文|发布位置|话题|转发数|评论数|点赞数|发布时间|发布工具|机构"
    line = "2|张三|真慢，13800138000|北京|x|1|2|3|2026-05-01 10:00|iPhone|听雨保险"
    return table(header, [cells(f"{row}|{line}") for row in range(RECORDS)])


def asks(header: str, question: str) -> Edits:
    return {("questions.csv", "header", header): {"question_code": question}}


# By insurer_id.
EXPORTS = {
    "wjx_labels": Export(
        "星河保险",
        "问卷星",
        "312_按文本_满意度_41_41.xlsx",
        wjx_labels(),
        edits={("options.csv", "raw_value", "比较省力"): {"option_value": "6"}},
        # Of the clicked-through row nothing counts.
        expected={"S1C1": (100, 100, PERSONS // 2)} | FROM_SIX | NET_25 | EASY_75 | PLATFORM,
    ),
    "wjx_numbers": Export(
        "数序保险",
        "问卷星",
        "312_按序号_满意度_40_40.csv",
        wjx_codes().encode("gb18030"),
        expected=FROM_FIVE | NET_25 | EASY_75,
    ),
    "wjx_scores": Export(
        "分值保险",
        "问卷星",
        "312_按分数_满意度_40_40.csv",
        wjx_codes("|30").encode("utf-8-sig"),
        expected=FROM_FIVE | NET_25 | EASY_75,
    ),
    "tencent": Export(
        "腾云保险",
        "腾讯问卷",
        "腾讯_满意度.csv",
        tencent().encode("utf-8-sig"),
        expected=FROM_SEVEN | NET_25,
    ),
    "qualtrics": Export(
        "问道保险",
        "Qualtrics",
        "Survey+Export.csv",
        qualtrics().encode(),
        edits=asks("Q2", "recommend"),
        expected=FROM_SIX | NET_25,
    ),
    "monkey": Export(
        "灵猴保险", "SurveyMonkey", "Survey Monkey.csv", monkey().encode(), expected=FROM_FIVE | PLATFORM
    ),
    "lime": Export(
        "青柠保险",
        "LimeSurvey",
        "results-survey.csv",
        lime().encode("utf-8-sig"),
        edits=asks("p[speed]", "platform_speed"),
        # Thirty persons give 8: (8 - 1) / 9 of 100 points.
        expected=FROM_SIX | NET_25 | {"S3C2": (700 / 9, (700 / 9 - 40) / 55 * 100, 30)},
    ),
    "heimao": Export(
        "晴川保险",
        "黑猫投诉",
        "黑猫.json",
        heimao().encode(),
        "reviews",
        # Nine of twelve within thirty days, between goalposts of 30 and 95 %.
        expected={"S5A2": (75, 4500 / 65, RECORDS)},
    ),
    "dianping": Export(
        "知味保险",
        "大众点评",
        "点评.csv",
        dianping().encode(),
        "reviews",
        expected={"OA1": (4, 75, RECORDS)},
    ),
    "app_store": Export(
        "应用保险",
        "App Store",
        "apple.csv",
        app_store().encode(),
        "reviews",
        expected={"OA1": (3.5, 62.5, RECORDS)},
    ),
    "google_play": Export(
        "安卓保险",
        "Google Play",
        "play.jsonl",
        google_play().encode(),
        "reviews",
        expected={"OA1": (4.5, 87.5, RECORDS)},
    ),
    "hotline": Export(
        "远山人寿",
        "12378",
        "转办.csv",
        hotline().encode("gb18030"),
        "complaints",
        # Nine of twelve, below the lower goalpost of 80 %.
        expected={"S5C3": (75, 0, RECORDS)},
    ),
    "claims": Export(
        "临江健康",
        "理赔明细",
        "理赔.csv",
        claims().encode("utf-16"),
        "claims",
        # 18 times two days and 18 times four, 36 of 40 paid, all closed.
        expected={
            "S4C1": (3, 3700 / 39, 36),
            "S4C2": (90, 500 / 14.5, 40),
            "S4C3": (100, 100, 40),
        },
    ),
    "weibo": Export("听雨保险", "微博", "微博.csv", weibo().encode(), "reviews"),
}
