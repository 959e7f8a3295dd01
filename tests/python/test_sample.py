"""The small sample: determinism, landing files, the seeds that belong to it, truth and the check."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

import csat.sample
from csat.errors import BuildError, InputError
from csat.paths import Paths
from csat.sample.latent import effect_distribution
from csat.sample.normal import normal_cdf
from csat.sample.roster import all_insurers

PROJECT = Path(__file__).resolve().parents[2]
FRAMEWORK = PROJECT / "seeds" / "framework"
# Brands of insurers in China, so that none is borrowed by accident.
REAL_BRANDS = """
人保 平安 太平洋 国寿 太平 中华联合 大地 阳光 天安 永安 华安 永诚 都邦 安邦
大家 天平 安诚 渤海 鼎和 英大 长安责任 众诚 众安 泰康 易安 安心 国任 紫金
信达 浙商 锦泰 富德 鑫安 中煤 诚泰 长江 北部湾 华海 恒邦 燕赵 合众 久隆
珠峰 海峡 东海航运 建信 黄河 融盛 粤电 中远海运 前海 华泰 三井 东京海上 史带
利宝 美亚 瑞再 现代 京东 安联 华农 安华 国元 中原 泰山 亚太 申能 比亚迪
法巴 中路 新华 友邦 信诚 中宏 中意 光大 民生 幸福 国华 长城 农银 昆仑 和谐
瑞泰 恒大 海港 君康 君龙 复星 华贵 爱心 信美 横琴 弘康 百年 珠江 北大方正
中汇 小康 三峡 瑞华 招商 国联 国富 国宝 利安 东吴 上海 吉祥 信泰 中荷 中韩
中英 中德 中邮 工银 交银 汇丰 陆家嘴 恒安 同方 财信 鼎诚 长生 德华 北京
和泰 太保 瑞众 海保 大都会 众惠 汇友 人保健康 安盛 苏黎世 劳合社 日本财产
爱和谊 富邦 国泰 凯本 安达
"""
TEXT_MEASURES = re.compile("misselling|sentiment")


def make_paths(folder: Path) -> Paths:
    return Paths(project=PROJECT, data=folder, framework_source=FRAMEWORK)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, csat.sample.SampleSummary]:
    paths = make_paths(tmp_path_factory.mktemp("small"))
    return paths, csat.sample.generate(paths, scale=0.05, progress=False)


def read_seed(name: str) -> list[dict[str, str]]:
    with (FRAMEWORK / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV landing file that have as many fields as its header."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if len(line) == len(lines[0])]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def sheets(paths: Paths, wave_id: str) -> list[dict[str, str]]:
    """Good answer sheets of a wave; faulty ones have numbers that begin with D."""
    rows = read_rows(paths.landing / "survey" / f"wide_{wave_id}.csv")
    return list({row["答卷编号"]: row for row in rows if row["答卷编号"].startswith("R")}.values())


def test_same_seed_same_bytes(small, tmp_path):
    paths, _ = small
    csat.sample.generate(make_paths(tmp_path), scale=0.05, progress=False)
    assert digests(tmp_path) == digests(paths.data)


def test_another_seed_makes_other_files(small, tmp_path):
    paths, _ = small
    csat.sample.generate(make_paths(tmp_path), seed=1, scale=0.05, progress=False)
    assert digests(tmp_path)["truth/truth.csv"] != digests(paths.data)["truth/truth.csv"]


def test_progress_lines_reach_a_callable(tmp_path):
    lines: list[str] = []
    csat.sample.generate(make_paths(tmp_path), scale=0.01, progress=lines.append)
    assert any("jilan_property" in line for line in lines)


def test_smallest_sample_keeps_last_waves_and_both_sizes(small):
    _, summary = small
    assert summary.waves == ["2026Q2", "2026Q3"]
    sizes = {insurer.insurer_id: insurer.is_small for insurer in all_insurers()}
    assert Counter(sizes[insurer_id] for insurer_id in summary.insurers) == {False: 3, True: 1}


def test_margin_shares_sum_to_one_over_known_levels():
    sums: dict[tuple[str, str], float] = defaultdict(float)
    levels = defaultdict(set)
    for row in read_seed("population_margins"):
        sums[row["wave_id"], row["margin"]] += float(row["share"])
        levels[row["margin"]].add(row["level"])
    waves = {row["wave_id"] for row in read_seed("waves")}
    assert set(sums) == {(wave, margin) for wave in waves for margin in levels}
    assert all(abs(total - 1) < 1e-9 for total in sums.values())
    segments = defaultdict(set)
    for row in read_seed("segments"):
        segments[row["segment_type"]].add(row["segment_code"])
    assert {margin: segments[margin] for margin in levels} == dict(levels)
    assert set(levels) == {"age_band", "gender", "region", "sales_channel"}


def test_alias_seed_names_every_insurer_in_several_spellings():
    expected = {(alias, insurer.insurer_id) for insurer in all_insurers() for alias in insurer.aliases}
    rows = [(row["alias"], row["insurer_id"]) for row in read_seed("insurer_aliases")]
    assert set(rows) == expected
    assert len({alias for alias, _ in rows}) == len(rows)


def test_adjustments_belong_to_the_sample():
    ids = {insurer.insurer_id for insurer in all_insurers()}
    rows = read_seed("score_adjustments")
    assert 4 <= len(rows) <= 6
    for row in rows:
        assert row["insurer_id"] in ids
        assert row["adjustment_kind"] in ("innovation", "negative_event")
        assert 0 < float(row["points"]) <= (3 if row["adjustment_kind"] == "innovation" else 10)
        assert row["evidence_zh"] and row["evidence_en"]


def test_no_insurer_bears_a_real_name():
    for insurer in all_insurers():
        for brand in REAL_BRANDS.split():
            assert insurer.brand_zh != brand and brand not in insurer.brand_zh
        assert re.fullmatch("[a-z]+_(property|life)", insurer.insurer_id)


def test_python_knows_no_indicator():
    codes = [row["indicator_code"] for row in read_seed("indicators")]
    pattern = re.compile(r"\b(" + "|".join(sorted(codes, key=len, reverse=True)) + r")\b")
    for path in (PROJECT / "scripts" / "csat" / "sample").glob("*.py"):
        assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_every_line_with_exposure_and_every_level_has_respondents(small):
    paths, summary = small
    exposed = {
        (row["insurer_id"], row["product_line"])
        for row in read_rows(paths.landing / "policy" / "exposures_all.csv")
        if row["insurer_id"] in summary.insurers and "total" not in row["product_line"] and row["region"]
    }
    sizes = {insurer.insurer_id: insurer.is_small for insurer in all_insurers()}
    regions = {row["segment_code"] for row in read_seed("segments") if row["segment_type"] == "region"}
    customers = pq.read_table(paths.landing / "policy" / "customers_all.parquet").to_pylist()
    region_of = {(row["insurer_id"], row["customer_no"]): row["region"] for row in customers}
    for wave_id in summary.waves:
        rows = sheets(paths, wave_id)
        counts = Counter((row["机构代码"], row["产品线"]) for row in rows)
        assert all(counts[key] >= (1 if sizes[key[0]] else 5) for key in exposed)
        assert regions <= {region_of[row["机构代码"], row["客户号"]] for row in rows}


def test_identities_are_valid_and_fictional(small):
    paths, _ = small
    table = pq.read_table(paths.landing / "policy" / "customers_all.parquet").to_pylist()
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    cards = [row["id_card"].upper() for row in table if row["id_card"]]
    for card in cards:
        assert card.startswith("99") and len(card) == 18
        assert "10X98765432"[sum(int(c) * w for c, w in zip(card, weights, strict=False)) % 11] == card[17]
    assert all(row["phone"].startswith("154") and len(row["phone"]) == 11 for row in table if row["phone"])
    holders = defaultdict(set)
    for row in table:
        if row["id_card"] and row["customer_no"].startswith("C"):
            holders[row["id_card"].upper()].add(row["insurer_id"])
    shared = sum(len(insurers) == 2 for insurers in holders.values())
    assert 0.002 < shared / len(holders) < 0.03


def test_events_end_within_the_last_hours_before_as_of(small):
    paths, _ = small
    as_of = datetime(2026, 11, 1)
    latest = datetime(2000, 1, 1)
    for name in ("claims/claims_all.csv.gz", "service/contacts_all.csv.gz", "policy/endorsements_all.csv"):
        for row in read_rows(paths.landing / name):
            for column, value in row.items():
                if column.endswith("_at") and re.fullmatch(r"20[12]\d-\d\d-\d\d \d\d:\d\d:\d\d", value):
                    latest = max(latest, datetime.fromisoformat(value)) if "02-30" not in value else latest
    assert as_of - timedelta(hours=12) < latest <= as_of


def test_third_of_the_respondents_comes_back(small):
    paths, summary = small
    first, second = (
        {(row["机构代码"], row["客户号"]) for row in sheets(paths, wave_id)} for wave_id in summary.waves
    )
    assert 0.2 < len(first & second) / len(second) < 0.45


def test_careless_sheets_come_on_top_of_the_careful_ones(small, tmp_path, monkeypatch):
    paths, summary = small
    monkeypatch.setattr("csat.sample.careless.SHARE", 0.0)
    csat.sample.generate(make_paths(tmp_path), scale=0.05, progress=False)
    assert not read_rows(tmp_path / "truth" / "careless_responses.csv")
    assert (tmp_path / "truth" / "truth.csv").read_bytes() == (
        paths.data / "truth" / "truth.csv"
    ).read_bytes()
    planted = {row["response_id"]: row for row in read_rows(paths.data / "truth" / "careless_responses.csv")}
    attention = read_seed("attention_items")[0]
    prompt = next(
        row["question_zh"]
        for row in read_seed("questions")
        if row["question_code"] == attention["question_code"]
    )
    for wave_id in summary.waves:
        every = {row["答卷编号"]: row for row in sheets(paths, wave_id)}
        header = next(name for name in next(iter(every.values())) if prompt in name)
        careful = {row["答卷编号"]: row for row in sheets(make_paths(tmp_path), wave_id)}
        assert every.keys() - careful.keys() == planted.keys() & every.keys()
        assert 0.04 < 1 - len(careful) / len(every) < 0.08
        # The attention item and the device of every hundredth row of the file are drawn otherwise.
        free = {header, "答题设备"}
        for key, row in careful.items():
            assert {name: cell for name, cell in row.items() if name not in free} == {
                name: cell for name, cell in every[key].items() if name not in free
            }
        failed = [row[header] != attention["expected_value"] for row in careful.values()]
        assert sum(failed) / len(failed) < 0.03
    flags = ("is_speeder", "is_straight_liner", "is_contradictory")
    counts = Counter(sum(row[flag] == "true" for flag in flags) for row in planted.values())
    assert counts[0] == 0 and counts[2] > 0.75 * len(planted)


def test_claim_questions_go_to_claimants_only(small):
    paths, summary = small
    wave_id = summary.waves[-1]
    invited = read_rows(paths.landing / "survey" / f"invitations_{wave_id}.csv.gz")
    types = {row["invitation_id"]: row["reference_type"] for row in invited}
    header = next(name for name in sheets(paths, wave_id)[0] if "理赔速度" in name)
    answered = {types[row["邀请编号"]] for row in sheets(paths, wave_id) if row[header]}
    assert answered == {"claim"}
    own = [row for row in invited if row["insurer_id"] == "jilan_property"]
    weights = {row["stratum"]: float(row["design_weight"]) for row in own}
    assert weights["general"] > weights["claim"] > weights["complaint"] > 0


def test_dirty_rows_of_every_kind_are_counted(small):
    paths, summary = small
    kinds = {kind for _, kind, _ in summary.dirty}
    assert kinds >= {
        "exact_duplicate", "conflicting_key", "missing_required", "wrong_type", "value_not_allowed",
        "impossible_date", "event_in_future", "ragged_line", "unmapped_label", "sheet_without_answers",
        "unknown_insurer", "paid_before_reported", "submitted_before_started", "outside_waves",
        "period_is_no_wave", "unknown_merchant", "phone_of_two_persons",
    }  # fmt: skip
    written = (paths.data / "truth" / "dirty_rows.csv").read_text(encoding="utf-8").splitlines()
    assert len(written) == len(summary.dirty) + 1
    assert all(count > 0 for _, _, count in summary.dirty)


def expected_truths(
    summary: csat.sample.SampleSummary, waves_back: dict[str, str]
) -> set[tuple[str, str, str]]:
    """Every insurer-wave and indicator that has a truth: no texts, life only where sold."""
    rows = read_seed("indicator_applicability")
    life_only = {row["indicator_code"] for row in rows if row["product_line"] == "life"}
    insurers = {insurer.insurer_id: insurer for insurer in all_insurers()}
    expected = set()
    for row in read_seed("indicators"):
        if TEXT_MEASURES.search(row["numerator_measure"]) or row["derived_function"] == "mean_of_present":
            continue
        code = row["indicator_code"]
        for wave_id in summary.waves:
            if row["derived_function"] == "change_rate" and waves_back.get(wave_id) not in summary.waves:
                continue
            for insurer_id in summary.insurers:
                if code not in life_only or "life" in insurers[insurer_id].line_shares:
                    expected.add((wave_id, insurer_id, code))
    return expected


def test_truth_covers_every_indicator_that_has_one(small):
    paths, summary = small
    with (paths.data / "truth" / "truth.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    keys = [(row["wave_id"], row["insurer_id"], row["indicator_code"]) for row in rows]
    assert len(keys) == len(set(keys)) == summary.truth_rows
    assert set(keys) == expected_truths(summary, {})
    assert {row["method"] for row in rows} == {"closed_form", "draw"}
    assert all(float(row["true_value_error"]) > 0 for row in rows if row["method"] == "draw")


def test_group_effects_have_an_exact_distribution():
    shares, effects = {"a": 0.3, "b": 0.7}, {"a": -0.42, "b": 0.24}
    values, chances = effect_distribution((shares, effects), (shares, effects))
    assert chances.sum() == pytest.approx(1)
    assert values @ chances == pytest.approx(2 * (0.3 * -0.42 + 0.7 * 0.24))
    assert sorted(values.round(2)) == [-0.84, -0.18, 0.48]


def test_closed_form_of_answers_agrees_with_a_draw():
    from csat.sample.latent import ITEM_SD, PERSON_SD
    from csat.sample.survey import SCALE_LINES, Item, survival

    item = Item("q", "1.q", "ten", 1, 10, "overall", "", 0.05)
    values, chances = effect_distribution(({"a": 0.4, "b": 0.6}, {"a": -0.30, "b": 0.20}))
    rng = np.random.default_rng(7)
    groups = rng.choice(values, 400_000, p=chances)
    intercept, slope = SCALE_LINES["ten"]
    opinion = 0.15 + groups + PERSON_SD * rng.normal(size=400_000) + ITEM_SD * rng.normal(size=400_000)
    answers = np.clip(np.rint(intercept + slope * opinion), 1, 10)
    assert survival(item, 0.10, values, chances).sum() + 1 == pytest.approx(answers.mean(), abs=0.01)


def test_normal_distribution_function():
    assert normal_cdf(np.array([0.0, 1.959963985, -1.0])) == pytest.approx(
        [0.5, 0.975, 0.158655254], abs=1e-6
    )


def test_gate_reads_every_file(small, monkeypatch, tmp_path):
    from csat.gate import gate_landing

    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    paths, summary = small
    copy = make_paths(tmp_path)
    (tmp_path / "landing").symlink_to(paths.landing)
    result = gate_landing(copy, None, report=lambda _: None)
    assert not result.refused
    assert sum(table.quarantined for table in result.tables) > 20
    accepted = Counter()
    for table in result.tables:
        accepted[table.table] += table.accepted
    assert all(accepted[address] >= count for address, count in summary.rows.items())


def make_warehouse(paths: Paths, shift: float, column: str = "value", companions: int = 3) -> Path:
    """A warehouse whose values are the truth plus `shift`, with intervals of half-width 1."""
    warehouse = paths.data / "check.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema intermediate")
        connection.execute(
            f"""
            create table marts.fct_indicator_scores as
            select
                wave_id, insurer_id, 'all' as segment_type, 'all' as segment_code, '1' as framework_version,
                true as is_official_version,
                indicator_code, true_value + {shift} as value, true_value + {shift} - 1 as value_lower,
                true_value + {shift} + 1 as value_upper
            from '{paths.data}/truth/truth.csv'
            """
        )
        connection.execute(
            f"""
            create table intermediate.int_indicator_values_unweighted as
            select wave_id, insurer_id, indicator_code, true_value + 3 as {column}
            from '{paths.data}/truth/truth.csv'
            """
        )
        connection.execute(
            f"""
            create table intermediate.int_responses_screened as
            select response_id, case when row_number() over (order by response_id) > 1 then 'careless' end
            as exclusion_reason from '{paths.data}/truth/careless_responses.csv'
            union all values ('careful', null), ('careful too', 'careless')
            """
        )
        connection.execute(
            f"""
            create schema framework;
            create table framework.disclosure_rules as
            select 'companion_share_max' as rule_code, 'scores' as applies_to, 0.3 as rule_value;
            create table intermediate.int_disclosure_statuses_resolved as
            select
                case when number <= {companions} then 'complementary' else 'published' end
                    as disclosure_status
            from range(1, 11) as numbers (number)
            union all values ('small_n'), ('dominance')
            """
        )
    return warehouse


@pytest.mark.parametrize(("shift", "covered"), [(0.5, "1.000"), (2.0, "0.000")])
def test_check_reports_error_coverage_and_raking(small, shift, covered):
    paths, summary = small
    column = "value" if shift > 1 else "indicator_value"
    lines = csat.sample.check(paths, make_warehouse(paths, shift, column))
    assert f"all: {summary.truth_rows} insurer-waves" in lines[-4]
    assert f"{covered} of the intervals cover" in lines[-4]
    assert f"mean absolute error {shift:.3f} raked, 3.000 unweighted" in lines[-3]
    planted = len(read_rows(paths.data / "truth" / "careless_responses.csv"))
    left_out = f"screening: {planted - 1} of {planted} careless responses left out"
    assert lines[-2] == f"{left_out}, 1 careful ones with them"
    assert lines[-1] == (
        "disclosure: 3 of 10 scores with enough persons are hidden as companions, 0.300 of at most 0.3"
    )


def test_check_refuses_more_companions_than_the_framework_allows(small):
    paths, _ = small
    with pytest.raises(BuildError, match=r"4 of 10 scores .* companions, 0.400; companion_share_max"):
        csat.sample.check(paths, make_warehouse(paths, 0.5, companions=4))


def test_check_says_what_is_missing(small, tmp_path):
    paths, _ = small
    with pytest.raises(InputError, match=r"run `csat sample` first"):
        csat.sample.check(make_paths(tmp_path), paths.data / "none.duckdb")
    with pytest.raises(BuildError, match=r"run `csat gate`"):
        csat.sample.check(paths, paths.data / "none.duckdb")
