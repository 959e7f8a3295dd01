"""Exports of every known tool, in the shape the tool gives them: inspected, mapped, loaded, nobody named."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from workbook_files import workbook

import csat.gate.run
import csat.gate.store
import csat.inspection
from csat.contract import Table, read_contract
from csat.errors import InputError
from csat.gate import GateResult, run_gate
from csat.gate.layouts import header_rows_of, join_header, layouts, recognise
from csat.inspection import Inspection, inspect
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
INSURER = "霁岚财险"
ANSWER = "response_id, question_code, choice_number, raw_value, answer_text"
SECRETS = ("13800138000", "1.2.3.4", "张三", "a@b.cn", "110105194912310021")


def text(rows: list[list[object]], separator: str = ",") -> str:
    output = io.StringIO()
    csv.writer(output, delimiter=separator, lineterminator="\n").writerows(rows)
    return output.getvalue()


def as_json(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def cells(line: str) -> list[object]:
    return list(line.split("|"))


WJX_META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
WJX_QUESTIONS = [
    "1、产品条款说明清楚吗？",
    "2、您通过哪些渠道联系过我们？",
    "3、请评价下列各项—平台速度如何？",
    "3、请评价下列各项—平台界面如何？",
    "4、投保过程让我很省力",
    "5、您还有什么想说的？",
    "6、您的手机号：",
    "7、您的姓名",
]


def wjx(row: int, *answers: object) -> list[object]:
    return [row, f"2026/6/{row} 12:00:01", "123秒", "微信", "N/A", "1.2.3.4(北京-北京)", *answers]


WJX_LABELS = [
    [*WJX_META, *WJX_QUESTIONS],
    wjx(
        1,
        "10分",
        "微信┋电话┋其他〖打13800138000〗",
        9,
        8,
        "非常同意",
        "很快，打13800138000",
        "13800138000",
        "张三",
    ),
    wjx(2, "(跳过)", "(跳过)", "不适用", 7, "比较同意了", "(空)", "(空)", "张三"),
]
WJX_NUMBERS = [
    [*WJX_META, *WJX_QUESTIONS],
    wjx(1, 10, "1┋3", 9, 8, 7, "很快", "13800138000", "张三"),
    wjx(2, -3, "(跳过)", 8, 7, 5, "(空)", "(空)", "张三"),
]
WJX_SCORES = [
    [*WJX_META, *WJX_QUESTIONS[:5], "总分"],
    wjx(1, 10, "1┋3", 9, 8, 7, 34),
    wjx(2, 9, "2", 8, 7, 5, 29),
]
TENCENT = [
    cells(
        "编号|开始答题时间|结束答题时间|答题时长|地理位置国家和地区|地理位置省|地理位置市|用户类型|用户标识|昵称"
    )
    + cells("自定义字段|IP|1.总体而言，您满意吗？|2.您向亲友推荐的可能性有多大？"),
    cells("1|2026-06-01 12:00:00|2026-06-01 12:03:00|180|中国|广东|深圳|匿名|u|张三||1.2.3.4|9|10"),
]
_Q_META = cells(
    "StartDate|EndDate|Status|IPAddress|Progress|Duration (in seconds)|Finished|RecordedDate"
) + cells(
    "ResponseId|RecipientLastName|RecipientFirstName|RecipientEmail|ExternalReference|LocationLatitude"
    "|LocationLongitude|DistributionChannel|UserLanguage"
)
QUALTRICS = [
    [*_Q_META, "overall", "recommend", "Q3"],
    ["Start Date", *_Q_META[1:], "Overall,\nhow satisfied are you?", "How likely?", "Which channels?"],
    ['{"ImportId":"startDate","timeZone":"Asia/Shanghai"}', *['{"ImportId":"x"}'] * 19],
    cells("2026-06-01 10:00:00|2026-06-01 10:03:00|IP Address|1.2.3.4|100|180|True|2026-06-01 10:03:01")
    + cells("R_1|张三||a@b.cn||39.9|116.4|anonymous|EN|9|10|1,3"),
    cells("2026-06-01 11:00:00|2026-06-01 11:03:00|IP Address|1.2.3.4|100|180|True|2026-06-01 11:03:01")
    + cells("R_2|张三||a@b.cn||39.9|116.4|anonymous|EN|8|9|2"),
]
MONKEY = [
    cells("Respondent ID|Collector ID|Start Date|End Date|IP Address|Email Address|First Name|Last Name")
    + cells("Custom Data 1|Overall, how satisfied are you?|How fast is the platform?|")
    + cells("Anything else you would like to tell us?"),
    cells("|||||||||Response|Web|App|Open-Ended Response"),
    cells("1001|C1|06/01/2026 10:00:00 AM|06/01/2026 02:05:00 PM|1.2.3.4|a@b.cn|张三|||9|8|7|Good, thanks"),
]
LIME = [
    cells("id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|ipaddr|overall")
    + cells("claim[speed]|claim[service]"),
    cells("1|2026-06-01 10:05:00|3|zh|1|2026-06-01 10:00:00|2026-06-01 10:05:00|1.2.3.4|9|8|7"),
    cells("2|2026-06-01 10:06:00|3|zh|1|2026-06-01 10:00:00|2026-06-01 10:06:00|1.2.3.4|9|8|N/A"),
]
LIME_TITLES = [
    cells("Response ID|Date submitted|Last page|Start language|Seed|Date started|Date last action|IP address")
    + cells("Overall, how satisfied are you?"),
    cells("1|2026-06-01 10:05:00|3|en|1|2026-06-01 10:00:00|2026-06-01 10:05:00|1.2.3.4|9"),
]
HEIMAO_ENGLISH = [
    ["date", "title", "summary", "object", "demands"],
    ["2026-05-23", INSURER, "扣费了打13800138000", "App", "退款"],
    ["2026-05-23", INSURER, "扣费了打13800138000", "App", "退款"],
]
HEIMAO = [
    {
        "投诉编号": "17361",
        "投诉对象": INSURER,
        "发起时间": "2026-05-01 10:00",
        "投诉问题": "理赔",
        "投诉诉求": "退款",
        "涉诉金额": 100.5,
        "投诉进度": "已完成",
        "用户名": "张三",
        "投诉内容": "慢，打13800138000",
    }
]
PLAY = {
    "reviewId": "a1",
    "userName": "张三",
    "userImage": "http://x",
    "content": "good",
    "score": 5,
    "thumbsUpCount": 0,
    "reviewCreatedVersion": "1.0",
    "at": "2026-05-01 10:00:00",
    "replyContent": None,
    "repliedAt": None,
    "app": INSURER,
}
APP_STORE = [
    ["id", "author", "title", "rating", "version", "updated", "content", "app"],
    [1, "张三", "好", 5, "1.0", "2026-05-01T10:00:00+08:00", "不错", INSURER],
]
DIANPING = [
    ["评论ID", "商户名", "用户昵称", "星级", "评论时间", "评论内容"],
    [1, INSURER, "张三", 4.5, "2026-05-01 10:00", "不错"],
]
HOTLINE = [
    cells("投诉编号|被投诉机构|投诉时间|投诉人|联系电话|投诉类别|投诉内容|办结时间|险种|地区|是否有效"),
    cells("T1|霁岚财险公司|2026-05-01 10:00|张三|13800138000|理赔纠纷|慢|2026-05-09 10:00|车险|华东|有效"),
]
CLAIMS = [
    cells(
        "赔案号|保单号|保险公司|险种|被保险人|身份证号|报案时间|立案时间|支付时间|结案时间|结案结论|赔付金额"
    ),
    cells("C1|P1|霁岚财产保险股份有限公司|健康险|张三|110105194912310021|2026-05-01 10:00|2026-05-01 11:00")
    + cells("2026-05-03 11:00|2026-05-03 11:00|正常赔付|1000.50"),
    cells("C2|P1|霁岚财产保险股份有限公司|健康险|张三|110105194912310021|2026-05-01 10:00|2026-05-01 11:00")
    + cells("|2026-05-03 11:00|拒赔|"),
]
SOCIAL = [
    cells("微博id|user_id|用户昵称|微博正文|发布位置|话题|转发数|评论数|点赞数|发布时间|发布工具|机构"),
    cells(f"1|2|张三|霁岚真慢，13800138000|北京|x|1|2|3|2026-05-01 10:00|iPhone|{INSURER}"),
]


def _survey(responses: int, answers: int) -> dict[str, tuple[int, int]]:
    return {"survey.responses": (responses, responses), "survey.answers": (answers, answers)}


# Name of the file, its content, the tool, and what is read and accepted of each table.
EXPORTS: dict[str, tuple[str, bytes, str, dict[str, tuple[int, int]]]] = {
    "问卷星 labels": (
        "12_按文本_满意度_2_2.xlsx",
        workbook(WJX_LABELS),
        "问卷星",
        _survey(2, 11),
    ),
    "问卷星 numbers": (
        "12_按序号_满意度_2_2.csv",
        text(WJX_NUMBERS).encode("gb18030"),
        "问卷星",
        _survey(2, 10),
    ),
    "问卷星 scores": (
        "12_按分数_满意度_2_2.csv",
        text(WJX_SCORES).encode("utf-8-sig"),
        "问卷星",
        _survey(2, 11),
    ),
    "腾讯问卷": (
        "tx.csv",
        text(TENCENT).encode("utf-8-sig"),
        "腾讯问卷",
        _survey(1, 2),
    ),
    "Qualtrics": (
        "q.csv",
        text(QUALTRICS).encode(),
        "Qualtrics",
        _survey(2, 7),
    ),
    "Qualtrics workbook": (
        "q.xlsx",
        workbook([QUALTRICS[0], QUALTRICS[1], *QUALTRICS[3:]]),
        "Qualtrics",
        _survey(2, 7),
    ),
    "SurveyMonkey": (
        "sm.csv",
        text(MONKEY).encode(),
        "SurveyMonkey",
        _survey(1, 4),
    ),
    "LimeSurvey codes": (
        "ls.csv",
        text(LIME, ";").encode("utf-8-sig"),
        "LimeSurvey",
        _survey(2, 5),
    ),
    "LimeSurvey titles": (
        "lt.csv",
        text(LIME_TITLES).encode(),
        "LimeSurvey",
        _survey(1, 1),
    ),
    "黑猫 csv": ("hm.csv", text(HEIMAO_ENGLISH).encode(), "黑猫投诉", {"reviews.posts": (2, 2)}),
    "黑猫 json": (
        "hm.json",
        as_json(HEIMAO),
        "黑猫投诉",
        {"reviews.posts": (1, 1)},
    ),
    "大众点评": ("dp.csv", text(DIANPING).encode(), "大众点评", {"reviews.posts": (1, 1)}),
    "App Store": ("as.csv", text(APP_STORE).encode(), "App Store", {"reviews.posts": (1, 1)}),
    "Google Play": (
        "gp.jsonl",
        as_json(PLAY),
        "Google Play",
        {"reviews.posts": (1, 1)},
    ),
    "hotline": ("12378.csv", text(HOTLINE).encode(), "12378", {"complaints.complaints": (1, 1)}),
    "claims": ("lp.csv", text(CLAIMS, "\t").encode("utf-16"), "理赔明细", {"claims.claims": (2, 2)}),
    "social": ("wb.csv", text(SOCIAL).encode(), "微博", {"reviews.posts": (1, 1)}),
}


@pytest.fixture(scope="module")
def contract() -> dict[str, Table]:
    return read_contract(PROJECT)


@pytest.fixture
def paths(tmp_path: Path, contract: dict[str, Table], monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    monkeypatch.setattr(csat.gate.run, "read_contract", lambda project: contract)
    monkeypatch.setattr(csat.inspection, "read_contract", lambda project: contract)
    monkeypatch.setattr(csat.gate.store, "sync", lambda path: None)
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")


def look(paths: Paths, kind: str, **options: str) -> Inspection:
    name, content, _, _ = EXPORTS[kind]
    path = paths.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return inspect(paths, path, insurer="jilan_property", survey="s1", **options)


def load(paths: Paths, kind: str) -> GateResult:
    return run_gate(paths, [paths.data / EXPORTS[kind][0]], None, paths.data / "mapping", RECEIVED_ON)


def rows(paths: Paths, address: str, columns: str) -> list[tuple]:
    folder = paths.raw / address.replace(".", "/")
    return duckdb.sql(f"select {columns} from '{folder}/part-*.parquet' order by all").fetchall()


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_is_recognised_mapped_and_loaded(paths: Paths, kind: str) -> None:
    _, _, tool, expected = EXPORTS[kind]
    found = look(paths, kind)
    assert found.layout == tool
    result = load(paths, kind)
    assert {table.table: (table.read, table.accepted) for table in result.tables} == expected
    for address in expected:
        for part in (paths.raw / address.replace(".", "/")).glob("part-*.parquet"):
            assert [secret for secret in SECRETS if secret in str(pq.read_table(part).to_pylist())] == []
    assert [secret for secret in SECRETS if secret in "\n".join(found.lines())] == []


def test_a_wenjuanxing_workbook_becomes_responses_and_answers(paths: Paths) -> None:
    look(paths, "问卷星 labels")
    load(paths, "问卷星 labels")
    columns = "response_id, insurer_id, survey_code, submitted_at, phone_token is null"
    assert rows(paths, "survey.responses", columns) == [
        ("s1 1", "jilan_property", "s1", datetime(2026, 6, 1, 4, 0, 1), False),
        ("s1 2", "jilan_property", "s1", datetime(2026, 6, 2, 4, 0, 1), True),
    ]
    assert rows(
        paths, "survey.answers", "response_id, question_code, choice_number, raw_value, answer_text"
    ) == [
        ("s1 1", "clarity_terms", None, "10分", None),
        ("s1 1", "ease_of_purchase", None, "非常同意", None),
        ("s1 1", "open_comment", None, None, "很快，打[手机号]"),
        ("s1 1", "platform_looks", None, "8", None),
        ("s1 1", "platform_speed", None, "9", None),
        ("s1 1", "s1_q02", 1, "微信", None),
        ("s1 1", "s1_q02", 2, "电话", None),
        ("s1 1", "s1_q02", 3, "其他", "打[手机号]"),
        ("s1 2", "ease_of_purchase", None, "比较同意了", None),
        ("s1 2", "platform_looks", None, "7", None),
        ("s1 2", "platform_speed", None, "不适用", None),
    ]


def test_scores_of_unknown_labels_are_proposed_and_known_ones_are_not(paths: Paths) -> None:
    found = look(paths, "问卷星 labels")
    assert found.mapping["options.csv"] == [
        {"scale_code": "ten", "raw_value": "10分", "option_value": "10", "is_missing": "false"},
        {"scale_code": "ease_seven", "raw_value": "比较同意了", "option_value": "5", "is_missing": "false"},
    ]
    assert any("'2、您通过哪些渠道联系过我们？': no question" in note for note in found.notes)


def asked(paths: Paths, name: str, question: str, answers: list[str], **options: str) -> Inspection:
    """Inspect a 问卷星 export of one question."""
    path = paths.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    table = [[*WJX_META, question]] + [wjx(row, answer) for row, answer in enumerate(answers, start=1)]
    path.write_bytes(workbook(table))
    return inspect(paths, path, insurer="jilan_property", **options)


LABELS = {"非常不满意": "1", "不满意": "3.25", "一般": "5.5", "满意": "7.75", "非常满意": "10", "不知道": ""}


@pytest.mark.parametrize("order", [list(LABELS), list(reversed(LABELS)), sorted(LABELS)])
def test_a_label_never_gets_the_score_of_its_opposite(paths: Paths, order: list[str]) -> None:
    # 满意 is more like 不满意 than like anything else.
    found = asked(paths, "满意度_1.xlsx", "1、总体而言，您满意吗？", order)
    proposed = {row["raw_value"]: row["option_value"] for row in found.mapping["options.csv"]}
    assert proposed == LABELS
    assert {row["raw_value"] for row in found.mapping["options.csv"] if row["is_missing"] == "true"} == {
        "不知道"
    }
    near = asked(paths, "满意度_2.xlsx", "1、总体而言，您满意吗？", ["不太满意吧", "比较满意吧"])
    assert [row["option_value"] for row in near.mapping["options.csv"]] == ["3.25", "7.75"]


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (["1", "2", "5", "不适用"], "scale ten goes to 10, and the answers of this file to 5; if"),
        (["满意", "非常满意"], "scale ten counts an answer as satisfied from 8, and 满意 (satisfied) is 7"),
        (["1", "2", "10"], None),
        (["1", "2", "6"], None),
        (["5", "4"], None),
        (["满意", "7"], None),
    ],
)
def test_answers_of_another_scale_are_said_to_be_so(
    paths: Paths, answers: list[str], note: str | None
) -> None:
    found = asked(paths, "满意度_1.xlsx", "1、总体而言，您满意吗？", answers)
    notes = [one for one in found.notes if one.startswith("scale")]
    assert len(notes) == (note is not None)
    for one in notes:
        assert one.startswith(note)
        assert "asks on 1 to 5, write five for ten in survey_items.csv" in one
        assert "a cut_low of 8 becomes 4" in one


def test_the_next_questionnaire_has_responses_of_its_own(paths: Paths) -> None:
    question, mapping = "1、总体而言，您满意吗？", paths.data / "mapping"
    for number, survey, answer in ((1, "q3", "9"), (2, "q4", "8")):
        asked(paths, f"满意度_{number}.xlsx", question, [answer], survey=survey)
    # The same questionnaire, downloaded again with one more response, needs no name.
    asked(paths, "满意度_3.xlsx", question, ["9", "7"])
    files = [paths.data / f"满意度_{number}.xlsx" for number in (1, 2, 3)]
    result = run_gate(paths, files, None, mapping, RECEIVED_ON)
    counts = [(one.accepted, one.quarantined, one.duplicates) for one in result.tables]
    assert counts == [(1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 1), (1, 0, 1)]
    assert rows(paths, "survey.responses", "response_id, survey_code") == [
        ("q3 1", "q3"),
        ("q3 2", "q3"),
        ("q4 1", "q4"),
    ]
    again = asked(paths, "满意度_2.xlsx", question, ["8"], survey="q4")
    assert all(": 0 rows written" in line for line in again.written if " rows written" in line)


def test_an_insurer_that_was_not_landed_is_no_insurer(paths: Paths) -> None:
    folder = paths.landing / "policy"
    folder.mkdir(parents=True)
    (folder / "insurers.csv").write_text("insurer_id,insurer_name_zh\njilan_propety,霁岚\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        look(paths, "问卷星 labels")
    assert str(caught.value) == (
        f"--insurer jilan_property: {folder} has no such insurer; the nearest known name is 'jilan_propety'."
    )


def test_a_question_that_names_insurers_is_pointed_out(paths: Paths) -> None:
    question = "1、您买的是哪家公司的保险？"
    found = asked(paths, "满意度_1.xlsx", question, [INSURER, "别家"])
    (note,) = [one for one in found.notes if "names insurers" in one]
    assert note.startswith(f"'{question}' names insurers, such as {INSURER}; if it says whose customer")
    # As the note says: the column in place of the constant, and no question any more.
    columns, questions = paths.data / "mapping" / "columns.csv", paths.data / "mapping" / "questions.csv"
    lines = columns.read_text(encoding="utf-8-sig").replace(
        ",,insurer_id,jilan_property,", f",{question},insurer_id,,"
    )
    columns.write_text(lines, encoding="utf-8-sig")
    questions.write_text(
        "".join(line for line in questions.open(encoding="utf-8-sig") if question not in line),
        encoding="utf-8-sig",
    )
    again = inspect(paths, paths.data / "满意度_1.xlsx", folder=paths.data / "mapping")
    assert next(column.role for column in again.columns if column.header == question) == "column"
    assert question not in questions.read_text(encoding="utf-8-sig")
    assert [row["insurer_found"] for row in again.mapping["insurers.csv"]] == [INSURER]
    assert any(note.startswith("insurer_id: no insurer is near to 别家") for note in again.notes)


def test_a_question_that_nobody_answered_is_a_question(paths: Paths) -> None:
    found = asked(paths, "满意度_1.xlsx", "1、总体而言，您满意吗？", ["(跳过)", "", "(跳过)"])
    assert found.columns[-1].target == "overall" and not any("scale" in note for note in found.notes)
    assert "options.csv" not in found.mapping
    path = paths.data / "own.csv"
    path.write_text("response_id,submitted_at,您喜欢什么颜色\nr1,2026-06-01,\n", encoding="utf-8")
    assert inspect(paths, path, "survey.responses").columns[-1].samples == []


def test_a_name_beside_known_insurers_is_not_the_insurer_of_the_file(paths: Paths) -> None:
    path = paths.data / "claims_1.csv"
    path.parent.mkdir(parents=True)
    known, unknown = f"A,{INSURER},2026-06-01\n", "B,甲乙丙,2026-06-01\n"
    path.write_text(f"claim_id,insurer_id,reported_at\n{known}{unknown}", "utf-8")
    found = inspect(paths, path, insurer="jilan_property")
    assert [row["insurer_found"] for row in found.mapping["insurers.csv"]] == [INSURER]
    path.write_text(f"claim_id,insurer_id,reported_at\n{unknown}", "utf-8")
    found = inspect(paths, path, insurer="jilan_property")
    assert [row["insurer_found"] for row in found.mapping["insurers.csv"]] == ["甲乙丙"]


@pytest.mark.parametrize(
    "question", ["1、您的保单号是？", "1、保险单号码", "1、请填写理赔案号", "Policy number"]
)
def test_numbers_of_policies_and_cases_are_no_answers(paths: Paths, question: str) -> None:
    found = asked(paths, "满意度_1.xlsx", question, ["P088061750514334"])
    assert found.columns[-1].role == "personal, never loaded"
    assert "P088061750514334" not in "\n".join(found.lines())


def test_no_answer_to_the_phone_is_no_unusable_link(paths: Paths) -> None:
    look(paths, "问卷星 labels")
    result = load(paths, "问卷星 labels")
    assert [table.unusable_links for table in result.tables] == [0, 0]


def test_multi_row_headers_name_the_columns_and_are_no_rows(paths: Paths) -> None:
    look(paths, "SurveyMonkey")
    load(paths, "SurveyMonkey")
    assert rows(paths, "survey.answers", "question_code, raw_value, answer_text, source_row_number") == [
        ("open_comment", None, "Good, thanks", 1),
        ("overall", "9", None, 1),
        ("platform_speed", "8", None, 1),
        ("s1_q03", "7", None, 1),
    ]
    look(paths, "Qualtrics")
    load(paths, "Qualtrics")
    answers = rows(paths, "survey.answers", "response_id, question_code, choice_number, raw_value")
    assert [row for row in answers if row[0] == "s1 R_1"] == [
        ("s1 R_1", "overall", None, "9"),
        ("s1 R_1", "recommend", None, "10"),
        ("s1 R_1", "s1_q03", 1, "1"),
        ("s1 R_1", "s1_q03", 2, "3"),
    ]
    times = rows(paths, "survey.responses", "response_id, started_at, submitted_at")
    assert times[0] == ("s1 1001", datetime(2026, 6, 1, 2), datetime(2026, 6, 1, 6, 5))


def test_insurers_and_categories_are_proposed_by_name(paths: Paths) -> None:
    look(paths, "hotline")
    load(paths, "hotline")
    columns = "complaint_id, insurer_id, complaint_channel, validity, cause, product_line, region"
    assert rows(paths, "complaints.complaints", columns) == [
        ("T1", "jilan_property", "regulator", "valid", "理赔纠纷", "motor", "east")
    ]
    look(paths, "claims")
    load(paths, "claims")
    assert rows(paths, "claims.claims", "claim_id, insurer_id, product_line, outcome") == [
        ("C1", "jilan_property", "health", "paid"),
        ("C2", "jilan_property", "health", "refused"),
    ]


def test_posts_without_a_number_get_one_from_file_and_row(paths: Paths) -> None:
    look(paths, "黑猫 csv")
    load(paths, "黑猫 csv")
    assert rows(paths, "reviews.posts", "post_id, merchant_name, post_text") == [
        ("hm 1", INSURER, "扣费了打[手机号]"),
        ("hm 2", INSURER, "扣费了打[手机号]"),
    ]


def test_what_nobody_can_know_is_left_empty_and_stops_the_gate(paths: Paths) -> None:
    path = paths.data / "as.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text([row[:-1] for row in APP_STORE]), encoding="utf-8")
    found = inspect(paths, path)
    assert any(note.startswith("merchant_name: the export does not say it") for note in found.notes)
    with pytest.raises(InputError, match="target_column 'merchant_name' needs a source_column or a constant"):
        load(paths, "App Store")


def test_an_address_of_a_machine_cannot_be_mapped(paths: Paths) -> None:
    look(paths, "问卷星 labels")
    columns = paths.data / "mapping" / "columns.csv"
    changed = columns.read_text(encoding="utf-8-sig").replace(
        ",,来自IP,,", ",survey.responses,来自IP,device,"
    )
    columns.write_text(changed, encoding="utf-8")
    with pytest.raises(InputError, match="'来自IP' of an export of 问卷星 names a person or a machine"):
        load(paths, "问卷星 labels")


def test_rows_edited_in_excel_stay_and_new_files_add_theirs(paths: Paths) -> None:
    look(paths, "问卷星 labels")
    questions = paths.data / "mapping" / "questions.csv"
    assert questions.read_bytes().startswith(b"\xef\xbb\xbf")
    edited = questions.read_text(encoding="utf-8-sig").replace("s1_q02", "channels_used")
    questions.write_text(edited, encoding="utf-8-sig")
    again = look(paths, "问卷星 labels")
    assert all(": 0 rows written" in line for line in again.written if " rows written" in line)
    assert questions.read_text(encoding="utf-8-sig") == edited
    look(paths, "LimeSurvey codes")
    more = questions.read_text(encoding="utf-8-sig")
    assert more.startswith(edited) and "claim[speed]" in more
    load(paths, "问卷星 labels")
    assert ("channels_used",) in rows(paths, "survey.answers", "distinct question_code")


def test_an_unknown_questionnaire_needs_its_table_and_a_key(paths: Paths) -> None:
    path = paths.data / "own.csv"
    path.parent.mkdir(parents=True)
    path.write_text(
        "response_id,submitted_at,总体而言您满意吗,您喜欢什么颜色\nr1,2026-06-01,9,红\n", encoding="utf-8"
    )
    found = inspect(paths, path, "survey.responses", insurer="a", survey="s1")
    assert found.layout is None
    assert [(column.header, column.target) for column in found.columns] == [
        ("response_id", "response_id"),
        ("submitted_at", "submitted_at"),
        ("总体而言您满意吗", "overall"),
        ("您喜欢什么颜色", "s1_q02"),
    ]
    assert run_gate(paths, [path], None, paths.data / "mapping", RECEIVED_ON).tables[1].accepted == 2
    other = paths.data / "zzz.csv"
    other.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="nothing in the header says which table"):
        inspect(paths, other, folder=paths.data / "elsewhere")


def test_patterns_fit_the_next_export_and_nothing_else() -> None:
    from fnmatch import fnmatch

    pattern = csat.inspection._file_pattern(Path("12_按文本_满意度[新]_2_2.xlsx"))
    assert fnmatch("99_按文本_满意度[新]_310_310.xlsx", pattern)
    assert not fnmatch("99_按序号_满意度[新]_310_310.xlsx", pattern)
    assert csat.inspection._file_pattern(Path("12378.csv")) == "12378.csv"


@pytest.mark.parametrize(
    ("times", "expected", "note"),
    [
        (["2026-06-01", "2026/6/2 10:00"], "", ""),
        (["6/26/2026", "5/12/2026"], "%m/%d/%Y", ""),
        (["26/6/2026 10:00", "12/5/2026 11:30"], "%d/%m/%Y %H:%M", ""),
        (["2026年6月1日 10:00:05", "2026年6月2日"], "", ""),
        (["2026-06-01", "6/26/2026"], "", "1 of 2 times are not in the form of the others, such as '6/26"),
        (["20260601", "20260602"], "%Y%m%d", ""),
        (["5/6/2026"], "", "the form of '5/6/2026' could be %m/%d/%Y or %d/%m/%Y; fill its date_format"),
        (["first of June"], "", "the form of 'first of June' is not known"),
    ],
)
def test_a_date_format_is_proposed_when_only_one_fits(
    paths: Paths, times: list[str], expected: str, note: str
) -> None:
    path = paths.data / "claims_2026.csv"
    path.parent.mkdir(parents=True)
    path.write_text(
        "claim_id,insurer_id,report date,reported_at\n"
        + "".join(f"A,jilan_property,,{one}\n" for one in times),
        encoding="utf-8",
    )
    found = inspect(paths, path)
    formats = {row["target_column"]: row["date_format"] for row in found.mapping["columns.csv"]}
    assert formats["reported_at"] == expected
    assert [text for text in found.notes if note and note in text] == [
        text for text in found.notes if text.startswith("reported_at")
    ]
    unknown = next(column for column in found.columns if column.header == "report date")
    assert unknown.role == "unknown, not loaded (nearest: reported_at)"


def test_names_that_would_harm_are_texts_everywhere(paths: Paths) -> None:
    path = paths.data / "o'x; drop table y -- {{ 7 }} $(id).csv"
    path.parent.mkdir(parents=True)
    headers = ["q'); drop table x;--", "{{ target }}", "=cmd|' /c calc'!A0", "+1+1", "@sum(1)", "-2+3"]
    path.write_text(
        text(
            [["response_id", "submitted_at", *headers], ["r", "2026-01-01", "a'b", "$(id)", "=1+1", *"abc"]]
        ),
        encoding="utf-8",
    )
    inspect(paths, path, "survey.responses", insurer="a'b", survey="s'v")
    written = list(
        csv.reader((paths.data / "mapping" / "questions.csv").open(encoding="utf-8-sig", newline=""))
    )
    assert [row[0][0] for row in written[3:]] == ["'"] * 4
    result = run_gate(paths, [path], None, paths.data / "mapping", RECEIVED_ON)
    assert [table.accepted for table in result.tables] == [1, 6]
    assert [value for _, value in rows(paths, "survey.answers", "question_code, raw_value")] == [
        "a'b",
        "$(id)",
        "=1+1",
        *"abc",
    ]


# The table of layouts


def test_every_layout_knows_its_signature_and_the_contract(
    contract: dict[str, Table],
) -> None:
    for code, layout in layouts().items():
        assert recognise(list(layout.signature)).code == code
        names = {column.landing_name for column in contract[layout.table].columns}
        targets = {target for target in (layout.columns | layout.identities).values() if target}
        assert targets | set(layout.constants) <= names, code
        assert not set(layout.never) & set(layout.columns), code
    assert recognise(["claim_id", "insurer_id"]) is None


def test_header_rows_end_where_the_data_begin() -> None:
    layout = recognise(QUALTRICS[0])
    assert header_rows_of(layout, QUALTRICS[:4]) == 3
    assert header_rows_of(layout, [QUALTRICS[0], QUALTRICS[3]]) == 1
    layout = recognise(MONKEY[0])
    assert join_header(layout, MONKEY[:2])[9:12] == [
        "Overall, how satisfied are you?",
        "How fast is the platform?—Web",
        "How fast is the platform?—App",
    ]
