"""What stands between an export and its scores: durations, proposals taken over, the print of the scores."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from csat.adoption import adopt
from csat.errors import FrameworkError, InputError, PublishError
from csat.framework.seeds import read_rows
from csat.gate import run_gate
from csat.inspection import Inspection, inspect
from csat.paths import Paths
from csat.publish import published_file
from csat.scores import read_scores
from csat.waves import missing_quarters

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2027, 3, 1)
WJX = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    framework = tmp_path / "framework"
    shutil.copytree(PROJECT / "seeds" / "framework", framework)
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=framework)


def land(paths: Paths, name: str, rows: list[list[object]]) -> Path:
    file = paths.landing / name
    file.parent.mkdir(parents=True, exist_ok=True)
    output = io.StringIO()
    csv.writer(output).writerows(rows)
    file.write_text(output.getvalue(), encoding="utf-8")
    return file


def look(paths: Paths, name: str, rows: list[list[object]], **options: str) -> Inspection:
    return inspect(paths, land(paths, name, rows), insurer="jilan_property", **options)


def wjx(*answers: list[object], question: str = "总体而言，您满意吗？") -> list[list[object]]:
    return [[*WJX, question], *answers]


def wjx_row(row: int, taken: str, mark: object = 9, at: str = "2026/8/1 12:00:00") -> list[object]:
    return [row, at, taken, "微信", "N/A", "1.2.3.4", mark]


def load(paths: Paths, file: str) -> list:
    source = file.split("/")[0]
    landed = paths.landing / file
    return run_gate(paths, [landed], None, paths.landing / source / "mapping", RECEIVED_ON).tables


# Durations


DURATIONS = {
    "125秒": 125,
    "2分5秒": 125,
    "2分钟": 120,
    "1小时2分5秒": 3725,
    "1时 2分": 3720,
    "1天1秒": 86401,
    "125": 125,
    "12.5": 12.5,
    "02:05": 125,
    "1:02:05": 3725,
}
NO_DURATIONS = ("5秒2分", "两分钟", "1:2:3:4", "-5", "5 Minuten", "秒", "1分1分")


def test_the_start_lies_a_duration_before_the_end(paths: Paths) -> None:
    taken = [*DURATIONS, *NO_DURATIONS]
    look(paths, "survey/a_1.csv", wjx(*(wjx_row(row, text) for row, text in enumerate(taken))))
    [responses, _] = load(paths, "survey/a_1.csv")
    assert responses.reasons == {("started_at", "type_mismatch"): len(NO_DURATIONS)}
    found = duckdb.sql(
        "select submitted_at, epoch(submitted_at - started_at) "
        f"from '{paths.raw}/survey/responses/part-*.parquet' order by source_row_number"
    ).fetchall()
    assert found == [(datetime(2026, 8, 1, 4), seconds) for seconds in DURATIONS.values()]


def test_a_missing_end_is_the_fault_of_the_end(paths: Paths) -> None:
    look(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒")))
    land(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒", at="yesterday")))
    [responses, _] = load(paths, "survey/a_1.csv")
    assert responses.reasons == {("submitted_at", "type_mismatch"): 1}


def test_an_export_with_a_start_keeps_it(paths: Paths) -> None:
    header = ["id", "submitdate", "lastpage", "startlanguage", "startdate", "interviewtime", "overall"]
    row = [1, "2026-06-01 10:05:00", 3, "zh", "2026-06-01 10:00:00", "12.5", 9]
    found = look(paths, "survey/a_1.csv", [header, row], survey="s")
    assert [column.target for column in found.columns if column.header == "interviewtime"] == [""]
    without = look(paths, "survey/b_1.csv", [header[:4] + header[5:], row[:4] + row[5:]], survey="s")
    assert [column.target for column in without.columns if column.header == "interviewtime"] == ["started_at"]


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        (
            "date_format",
            "before submitted",
            "counts a duration back from one time of survey.responses to another",
        ),
        ("date_format", "before started_at", "its times are started_at, submitted_at"),
        ("target_column", "device", "counts a duration back"),
    ],
)
def test_a_duration_needs_two_times_of_its_table(paths: Paths, column: str, text: str, message: str) -> None:
    look(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒")))
    file = paths.landing / "survey" / "mapping" / "columns.csv"
    old = {"date_format": "before submitted_at", "target_column": "started_at"}[column]
    file.write_text(file.read_text(encoding="utf-8-sig").replace(old, text), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load(paths, "survey/a_1.csv")


def test_a_duration_before_a_time_that_nothing_feeds_stops_the_file(paths: Paths) -> None:
    look(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒")))
    file = paths.landing / "survey" / "mapping" / "columns.csv"
    text = file.read_text(encoding="utf-8-sig").replace(
        "survey.responses,提交答卷时间,submitted_at", ",提交答卷时间,"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"'所用时间' is a duration before submitted_at of survey.responses"):
        load(paths, "survey/a_1.csv")


# Quarters


def test_quarters_follow_the_last_wave_up_to_the_day() -> None:
    waves = read_rows(PROJECT / "seeds" / "framework" / "waves.csv")
    assert missing_quarters(waves, date(2026, 9, 30)) == []
    found = missing_quarters(waves, date(2027, 1, 1))
    assert found[0] == {
        "wave_id": "2026Q4",
        "wave_name_zh": "2026年第四季度",
        "wave_name_en": "Q4 2026",
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "time_zone": "Asia/Shanghai",
        "length_months": "3",
        "starts_at_utc": "2026-09-30 16:00:00",
        "ends_at_utc": "2026-12-31 16:00:00",
    }
    assert [row["wave_id"] for row in found] == ["2026Q4", "2027Q1"]
    # What the seed says of its own quarters is what is worked out for them.
    assert missing_quarters(waves[:1], date(2026, 9, 1)) == waves[1:]


def test_no_quarter_is_proposed_beside_other_waves_or_for_a_day_far_off() -> None:
    waves = read_rows(PROJECT / "seeds" / "framework" / "waves.csv")
    assert missing_quarters(waves, date(2062, 8, 1)) == []
    assert missing_quarters([waves[0] | {"ends_on": "2024-12-30"}], date(2026, 9, 1)) == []
    assert missing_quarters([waves[0] | {"starts_on": "2024-11-01"}], date(2026, 9, 1)) == []


@pytest.mark.parametrize(
    ("at", "waves", "note"),
    [
        ("2026/9/30 23:59:00", [], ""),
        ("2026/10/1 00:00:00", ["2026Q4"], "waves.csv has those that follow"),
        ("2036/10/1 00:00:00", [], "nothing after that day is scored"),
        ("2023/10/1 00:00:00", [], "nothing of it is scored"),
    ],
)
def test_inspect_says_which_waves_are_missing(paths: Paths, at: str, waves: list[str], note: str) -> None:
    found = look(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒", at=at)))
    assert [row["wave_id"] for row in found.mapping.get("waves.csv", [])] == waves
    assert [text for text in found.notes if text.startswith("The file")] == [
        text for text in found.notes if note and note in text
    ]
    assert bool(note) == any(text.startswith("The file") for text in found.notes)


# Taking proposals over


def answers(paths: Paths, *labels: str, question: str = "投保过程让我很省力") -> Inspection:
    rows = [wjx_row(row, "9秒", label, "2026/10/2 12:00:00") for row, label in enumerate(labels, start=1)]
    return look(paths, "survey/a_1.csv", wjx(*rows, question=question))


def fill(paths: Paths, old: str, new: str) -> None:
    file = paths.landing / "survey" / "mapping" / "options.csv"
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8-sig")


def test_labels_nobody_knows_are_listed_to_be_scored(paths: Paths) -> None:
    found = answers(paths, "比较省力", "打13800138000")
    assert found.mapping["options.csv"] == [
        {"scale_code": "ease_seven", "raw_value": "比较省力", "option_value": "", "is_missing": "false"},
        {"scale_code": "ease_seven", "raw_value": "打[手机号]", "option_value": "", "is_missing": "false"},
    ]
    many = answers(paths, *(f"第{row}种" for row in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌"))
    assert "options.csv" not in many.mapping
    assert any("these are no labels of that scale" in note for note in many.notes)


def test_what_is_checked_is_taken_over_once(paths: Paths) -> None:
    answers(paths, "比较省力", "马马虎虎", "非常同意")
    fill(paths, "比较省力,,", "比较省力,6.0,")
    [options, waves] = adopt(paths, [])
    assert (options.added, options.there, options.undecided) == (1, 0, 1)
    assert (waves.added, waves.there, waves.undecided) == (1, 0, 0)
    assert options.line().endswith(
        "answer_options.csv: 1 rows added, 0 were there, 1 without a value left out."
    )
    rows = read_rows(paths.framework_source / "answer_options.csv")
    assert rows[-1] == {
        "scale_code": "ease_seven",
        "raw_value": "比较省力",
        "option_value": "6.0",
        "is_missing": "false",
    }
    assert read_rows(paths.framework_source / "waves.csv")[-1]["wave_id"] == "2026Q4"
    fill(paths, "比较省力,6.0,false", "比较省力,6,FALSE")
    assert [(one.added, one.there) for one in adopt(paths, [])] == [(0, 1), (0, 1)]


def test_a_framework_that_would_break_stays_as_it_was(paths: Paths) -> None:
    answers(paths, "比较省力")
    before = (paths.framework_source / "answer_options.csv").read_bytes()
    fill(paths, "比较省力,,", "比较省力,9,")
    with pytest.raises(FrameworkError, match=r"answer_options\.csv row .*, column option_value"):
        adopt(paths, [])
    assert (paths.framework_source / "answer_options.csv").read_bytes() == before


def test_files_as_spreadsheets_save_them(paths: Paths) -> None:
    """Windows ends lines its own way; a plain CSV of a Chinese Excel is not UTF-8, and that is said."""
    seed = paths.framework_source / "answer_options.csv"
    windows = seed.read_text(encoding="utf-8").rstrip().replace("\n", "\r\n")
    seed.write_bytes(windows.encode("utf-8-sig"))
    answers(paths, "比较省力")
    fill(paths, "比较省力,,", "比较省力,6,")
    adopt(paths, [])
    assert seed.read_bytes() == f"{windows}\r\nease_seven,比较省力,6,false\r\n".encode()
    options = paths.landing / "survey" / "mapping" / "options.csv"
    options.write_bytes(options.read_text(encoding="utf-8-sig").encode("gb18030"))
    for again in (lambda: adopt(paths, []), lambda: answers(paths, "比较省力", "马马虎虎")):
        with pytest.raises(InputError, match=r"options.csv: this file is not UTF-8; save it as 'CSV UTF-8'"):
            again()
    seed.write_bytes(windows.encode("gb18030"))
    with pytest.raises(FrameworkError, match=r"answer_options.csv: .*UTF-8"):
        adopt(paths, [])


def test_a_row_that_contradicts_the_framework_is_named(paths: Paths) -> None:
    answers(paths, "比较省力")
    fill(paths, "比较省力,,", "同意,5,")
    with pytest.raises(
        FrameworkError, match=r"options.csv, line 2: option_value of ease_seven 同意 is '5', in"
    ):
        adopt(paths, [])


def test_a_name_that_a_spreadsheet_would_run_is_not_adopted(paths: Paths) -> None:
    rows = [["评论ID", "商户名", "星级", "评论时间", "评论内容"], [1, "=1+1", 4, "2026-05-01", "好"]]
    inspect(paths, land(paths, "reviews/d.csv", rows))
    aliases = paths.landing / "reviews" / "mapping" / "aliases.csv"
    text = aliases.read_text(encoding="utf-8-sig")
    assert "'=1+1," in text
    aliases.write_text(text.replace("'=1+1,", "'=1+1,jilan_property"), encoding="utf-8-sig")
    before = (paths.framework_source / "insurer_aliases.csv").read_bytes()
    with pytest.raises(FrameworkError, match=r"aliases.csv, line 2: alias '=1\+1' is a formula .* by hand"):
        adopt(paths, [])
    assert (paths.framework_source / "insurer_aliases.csv").read_bytes() == before


def test_without_proposals_nothing_changes_and_without_a_folder_it_is_said(paths: Paths) -> None:
    with pytest.raises(InputError, match=r"<source>/mapping: there is no such folder; run csat inspect"):
        adopt(paths, [])
    with pytest.raises(InputError, match=r"nowhere: there is no such folder; run csat inspect"):
        adopt(paths, [paths.data / "nowhere"])
    look(paths, "survey/a_1.csv", wjx(wjx_row(1, "9秒")))
    assert adopt(paths, []) == []


def test_names_on_platforms_become_aliases(paths: Paths) -> None:
    rows = [["评论ID", "商户名", "星级", "评论时间", "评论内容"]]
    rows += [
        [row, name, 4, "2026-05-01", "好"]
        for row, name in enumerate(("霁岚财险公司", "霁岚财险", "某奶茶店"))
    ]
    found = inspect(paths, land(paths, "reviews/d.csv", rows))
    assert found.mapping["aliases.csv"] == [
        {"alias": "霁岚财险公司", "insurer_id": "jilan_property"},
        {"alias": "某奶茶店", "insurer_id": ""},
    ]
    assert any(note.startswith("merchant_name: no insurer is near to 某奶茶店") for note in found.notes)
    [aliases] = adopt(paths, [])
    assert (aliases.added, aliases.undecided) == (1, 1)
    last = read_rows(paths.framework_source / "insurer_aliases.csv")[-1]
    assert last == {"alias": "霁岚财险公司", "insurer_id": "jilan_property"}


def test_an_export_of_ones_own_app_takes_the_name_of_its_insurer(paths: Paths) -> None:
    insurers = [["insurer_id", "insurer_name_zh"], ["ours", "我们的保险"]]
    land(paths, "policy/insurers.csv", insurers)
    rows = [["id", "author", "title", "rating", "version", "updated", "content"]]
    rows += [[1, "u", "好", 5, "1.0", "2026-05-01T10:00:00+08:00", "不错"]]
    found = inspect(paths, land(paths, "reviews/apple.csv", rows), insurer="ours")
    assert found.mapping["aliases.csv"] == [{"alias": "我们的保险", "insurer_id": "ours"}]
    [posts] = load(paths, "reviews/apple.csv")
    assert (posts.read, posts.accepted) == (1, 1)


# The print of the scores


def write_published(paths: Paths, insurers: tuple[str, ...]) -> None:
    file = published_file(paths)
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """
            create table dim_waves as from (values
                ('w1', timestamp '2026-01-01'), ('w2', timestamp '2026-04-01')) as t (wave_id, starts_at_utc);
            create table dim_dimensions as
                select 'v' as framework_version, 'D' as dimension_code, '维' as dimension_name_zh,
                'Dim' as dimension_name_en, 1 as position;
            create table dim_indicators as
                select 'v' as framework_version, code as indicator_code, '指标' as indicator_name_zh,
                'Ind' as indicator_name_en, 'points' as indicator_unit,
                case when code = 'part' then 'component' else 'core' end as indicator_role
                from (values ('good'), ('small'), ('none'), ('part')) as t (code);
            """
        )
        for level, code in (("index", None), ("dimension", "D")):
            connection.execute(
                f"create table fct_{level}_scores as select wave_id, insurer_id, "
                "'all' as segment_type, 'v' as framework_version, true as is_official_version, "
                + ("'D' as dimension_code, " if code else "")
                + "null::double as score, null::double as score_lower, null::double as score_upper, "
                "null::bigint as base_count, 0.3 as coverage_share, 'below_coverage' as disclosure_status "
                "from dim_waves cross join (select unnest($insurers) as insurer_id)",
                {"insurers": [*insurers, "industry"]},
            )
        connection.execute(
            """
            create table fct_indicator_scores as
            select wave_id, insurer_id, 'all' as segment_type, 'v' as framework_version,
                true as is_official_version, 'D' as dimension_code, indicator_code,
                case when indicator_code = 'good' and wave_id = 'w1' then 71.234 end as value,
                case when indicator_code = 'good' and wave_id = 'w1' then 60.0 end as score,
                case when indicator_code = 'good' and wave_id = 'w1' then 50.0 end as score_lower,
                case when indicator_code = 'good' and wave_id = 'w1' then 70.0 end as score_upper,
                case when indicator_code = 'good' and wave_id = 'w1' then 40 end as base_count,
                case when wave_id = 'w2' or indicator_code = 'none' then 'not_available'
                    when indicator_code = 'small' then 'small_n' else 'published' end as disclosure_status
            from dim_waves cross join dim_indicators
            cross join (select unnest($insurers) as insurer_id)
            """,
            {"insurers": [*insurers, "industry"]},
        )


def test_the_last_wave_with_a_value_is_printed(paths: Paths) -> None:
    write_published(paths, ("ours",))
    assert read_scores(paths).lines() == [
        "ours, wave w1, framework v",
        "综合指数 Index: below_coverage (30% of its weight has data)",
        "  D 维 Dim: below_coverage (30% of its weight has data)",
        "    good 指标 Ind: 71.23 points, score 60.0 (50.0-70.0), n = 40",
        "    small 指标 Ind: small_n",
        "1 of 3 indicators have no data.",
    ]
    assert read_scores(paths, wave="w2").lines()[-1] == "3 of 3 indicators have no data."
    assert read_scores(paths, "industry").as_json()["insurer_id"] == "industry"


def test_an_insurer_or_wave_that_is_not_there_is_named(paths: Paths) -> None:
    with pytest.raises(PublishError, match="nothing is published; run csat build and csat publish first"):
        read_scores(paths)
    write_published(paths, ("a", "b"))
    file = published_file(paths)
    with pytest.raises(
        PublishError, match=f"{file}: 2 insurers are published; name one with --insurer: a, b, in"
    ):
        read_scores(paths)
    with pytest.raises(PublishError, match="'c' is not published; name one with --insurer: a, b, industry"):
        read_scores(paths, "c")
    with pytest.raises(PublishError, match="wave 'w9' is not published for a; its waves are w2, w1"):
        read_scores(paths, "a", "w9")
