"""The small sample under a switch of versions and a proposal; frameworks that only dbt finds broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from test_framework import Editor
from test_framework_versions import NEW, NEXT, OLD, change, propose

from csat.build import build
from csat.errors import BuildError
from csat.paths import Paths
from csat.proposal import read_proposal

TOLERANCE = 1e-9
# The switch of the project's framework, moved to where the small sample has answers.
BRIDGE, AFTER = "2026Q2", "2026Q3"


def framework_with_a_late_switch(folder: Path) -> None:
    """The project's framework with its switch at the last wave, and a proposal of two other weights."""
    shutil.copytree(Path(__file__).resolve().parents[2] / "seeds" / "framework", folder)
    change(folder, "framework_versions", "valid_to", "2026-06-30", framework_version=OLD)
    change(folder, "framework_versions", "valid_from", "2026-07-01", framework_version=NEW)
    change(folder, "framework_versions", "bridge_wave_id", BRIDGE, framework_version=NEW)
    propose(folder, NEXT, "2027-01-01")
    for code, weight in {"S4C1": "5", "S4C2": "7"}.items():
        change(folder, "indicators", "indicator_weight", weight, framework_version=NEXT, indicator_code=code)


def installation(sample: Paths, folder: Path) -> Paths:
    """A data folder of its own with the gated sample; the framework is still missing."""
    paths = Paths(project=sample.project, data=folder / "data", framework_source=folder / "framework")
    shutil.copytree(sample.raw, paths.raw)
    return paths


@pytest.fixture(scope="module")
def switched(sample_warehouse: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = installation(sample_warehouse, tmp_path_factory.mktemp("switch"))
    framework_with_a_late_switch(paths.framework_source)
    build(paths, tests=False, framework_version="next")
    return paths


@pytest.fixture
def marts(switched: Paths) -> Iterator[Callable[[str], list[tuple]]]:
    with duckdb.connect(str(switched.warehouse_proposal), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield lambda sql: connection.execute(sql).fetchall()


Query = Callable[[str], list[tuple]]


def test_a_shadow_run_leaves_the_warehouse_alone(switched: Paths) -> None:
    assert switched.warehouse_proposal.is_file() and not switched.warehouse.exists()


def test_waves_are_official_under_one_version(marts: Query) -> None:
    rows = marts(
        "select distinct wave_id, framework_version, is_official_version from fct_index_scores "
        "where wave_id >= '2026Q1' order by all"
    )
    proposals = [(wave, NEXT, False) for wave in ("2026Q1", BRIDGE, AFTER)]
    official = [("2026Q1", OLD, True), (BRIDGE, OLD, True), (AFTER, NEW, True)]
    assert rows == sorted([*official, (BRIDGE, NEW, False), *proposals])
    assert marts("select wave_id, framework_version from dim_waves where is_latest") == [(AFTER, NEW)]


def test_the_linked_industry_series_has_no_jump(switched: Paths, marts: Query) -> None:
    codes = marts("select score_level, score_code from dim_bridge_factors")
    assert ("index", "index") in codes and len(codes) > 1
    for mart, code in (("fct_index_scores", "'index'"), ("fct_dimension_scores", "dimension_code")):
        rows = marts(
            f"select {code}, max(linked_score) filter (where framework_version = '{OLD}'), "
            f"max(linked_score) filter (where framework_version = '{NEW}'), "
            f"max(score) filter (where framework_version = '{NEW}') from {mart} "
            f"where insurer_id = 'industry' and segment_type = 'all' and wave_id = '{BRIDGE}' group by all"
        )
        assert {row[0] for row in rows} == {code for level, code in codes if level in mart}
        for _, before, after, score in rows:
            assert before == pytest.approx(after, abs=TOLERANCE, rel=0)
            assert after == pytest.approx(score, abs=TOLERANCE, rel=0)
    jumps = marts(
        "select score_code from dim_bridge_factors where abs(bridge_factor - 1) > 1e-6 order by score_code"
    )
    # Weights moved in two dimensions and a goalpost in a third: the index and these three are linked.
    assert [code for (code,) in jumps] == ["S3", "S4", "S5", "index"]
    summary = build(switched, select="assert_linked_industry_has_no_jump", framework_version="next")
    assert summary.nodes == {"pass": 1}


def test_linked_scores_are_scores_times_the_factor(marts: Query) -> None:
    rows = marts(
        "select wave_id, framework_version, score, linked_score, is_link_clipped from fct_index_scores "
        "where score is not null"
    )
    (factor,) = marts("select bridge_factor from dim_bridge_factors where score_level = 'index'")[0]
    for wave_id, version, score, linked, clipped in rows:
        if version == NEXT:
            assert linked is None and clipped is None
        else:
            times = factor if version == OLD else 1
            assert linked == pytest.approx(min(score * times, 100), abs=TOLERANCE, rel=0), wave_id
            assert clipped == (round(score * times, 6) > 100)


def test_the_switch_of_every_insurer_is_named(marts: Query) -> None:
    rows = marts(
        "select insurer_id, previous_score, score, framework_change, linked_previous_score, remaining_change "
        "from rpt_framework_switches where score_level = 'index'"
    )
    scored = marts(
        f"select insurer_id from fct_index_scores where wave_id = '{BRIDGE}' and segment_type = 'all' "
        f"and framework_version = '{NEW}'"
    )
    assert {row[0] for row in rows} == {insurer for (insurer,) in scored}
    shown = [row for row in rows if row[1] is not None]
    assert shown and any(insurer == "industry" for insurer, *_ in shown)
    for insurer, before, after, jump, linked, rest in shown:
        assert jump == pytest.approx(after - before, abs=TOLERANCE, rel=0)
        assert rest == pytest.approx(after - linked, abs=TOLERANCE, rel=0)
        assert (abs(rest) < TOLERANCE) == (insurer == "industry")


def test_every_decomposition_across_the_switch_names_it(marts: Query) -> None:
    rows = marts(
        "select insurer_id, before_wave_id, before_framework_version, framework_version, score_change, "
        "weight_points + framework_points, level_points + mix_points + weight_points + missing_points "
        "+ framework_points + adjustment_points + clip_points, disclosure_status = 'published' "
        f"from fct_score_decompositions where wave_id = '{AFTER}' and framework_version = '{NEW}' "
        "and comparison = 'previous'"
    )
    # What is pooled over waves is not taken apart: the waves of the two sides overlap.
    scored = marts(
        "select insurer_id from fct_index_scores as now join fct_index_scores as past using (insurer_id) "
        f"where now.wave_id = '{AFTER}' and now.framework_version = '{NEW}' "
        f"and past.wave_id = '{BRIDGE}' and past.framework_version = '{OLD}' "
        "and now.segment_type = 'all' and now.score is not null and now.pooled_wave_count = 1 "
        "and past.segment_type = 'all' and past.score is not null and past.pooled_wave_count = 1"
    )
    # The parts of a change are hidden where they would give a hidden score away.
    shown = [row[:-1] for row in rows if row[-1]]
    assert shown
    assert {row[0] for row in rows} >= {insurer for (insurer,) in scored} >= {row[0] for row in shown}
    for insurer, before_wave, before_version, version, change_of_score, switch, parts in shown:
        assert (before_wave, before_version, version) == (BRIDGE, OLD, NEW), insurer
        assert abs(switch) > 1e-6, insurer
        assert parts == pytest.approx(change_of_score, abs=TOLERANCE, rel=0), insurer


def test_a_change_rate_looks_across_the_switch(marts: Query) -> None:
    years = marts(
        "select now.insurer_id, rates.value, past.value, now.value "
        "from fct_indicator_scores as rates "
        "join fct_indicator_scores as now using (wave_id, insurer_id, segment_type, framework_version) "
        "join fct_indicator_scores as past on past.insurer_id = now.insurer_id and past.segment_type = 'all' "
        f"and past.wave_id = '2025Q3' and past.indicator_code = 'S4C1' and past.framework_version = '{OLD}' "
        f"where rates.wave_id = '{AFTER}' and rates.framework_version = '{NEW}' "
        "and rates.segment_type = 'all' "
        "and rates.indicator_code = 'S4A4' and now.indicator_code = 'S4C1' and rates.value is not null "
        "and past.value is not null and now.insurer_id <> 'industry'"
    )
    assert years
    for _, rate, past, now in years:
        assert rate == pytest.approx(100 * (past - now) / past, abs=TOLERANCE, rel=0)


def test_a_proposal_is_compared_with_the_live_version(switched: Paths, marts: Query) -> None:
    rows = marts("select distinct wave_id, live_version, proposed_version from rpt_framework_proposal")
    live = {"2026Q1": OLD, BRIDGE: OLD, AFTER: NEW}
    assert set(rows) >= {(wave_id, version, NEXT) for wave_id, version in live.items()}
    proposal = read_proposal(switched.warehouse_proposal)
    assert (proposal.wave_id, proposal.live_version, proposal.proposed_version) == (AFTER, NEW, NEXT)
    moved = [row for row in proposal.insurers if row.live_score is not None]
    assert moved and any(row.live_score != row.proposed_score for row in moved)
    assert any(
        f"{row.live_score:.1f} -> {row.proposed_score:.1f}" in line
        for row in moved
        for line in proposal.lines()
    )
    changes = marts(
        f"select indicator_code, change_kind from rpt_framework_changes where framework_version = '{NEXT}' "
        "and change_kind <> 'kept' and change_kind <> 'without_weight' order by 1"
    )
    assert changes == [("S4C1", "reweighted"), ("S4C2", "reweighted")]


def test_elements_add_up_to_the_weighted_mean_of_their_indicators(marts: Query) -> None:
    rows = marts(
        f"""
        select
            elements.insurer_id, elements.score,
            sum(weights.indicator_weight * indicators.score) / sum(weights.indicator_weight)
        from fct_regulator_scores as elements
        join dim_indicators as tags on elements.framework_version = tags.framework_version
            and elements.element_code
                = case elements.view_code when 'sqi' then tags.sqi_dimension else tags.regulator_element end
        join dim_indicator_weights as weights on tags.framework_version = weights.framework_version
            and tags.indicator_code = weights.indicator_code and weights.indicator_weight > 0
        join fct_indicator_scores as indicators on elements.wave_id = indicators.wave_id
            and elements.insurer_id = indicators.insurer_id and indicators.segment_type = 'all'
            and elements.framework_version = indicators.framework_version
            and tags.indicator_code = indicators.indicator_code
        where elements.wave_id = '{AFTER}' and elements.framework_version = '{NEW}'
            and elements.insurer_id <> 'industry' and elements.disclosure_status = 'published'
        group by elements.insurer_id, elements.view_code, elements.element_code, elements.score
        having bool_and(indicators.disclosure_status <> 'small_n' and indicators.pooled_wave_count = 1)
            and count(indicators.score) = count(*)
        """
    )
    assert len(rows) > 5
    for insurer_id, score, expected in rows:
        assert score == pytest.approx(expected, abs=TOLERANCE, rel=0), insurer_id


# Frameworks whose faults show only beside data or after arithmetic: dbt's own tests stop the build.


def contradict_an_expert(folder: Path) -> None:
    editor = Editor(folder, "expert_judgements")
    judged = {"framework_version": NEW, "expert_code": "expert_1", "group_code": "S1"}
    editor.set(editor.row(**judged, row_code="S1C1", column_code="S1C2"), "judgement", "9")
    editor.set(editor.row(**judged, row_code="S1C1", column_code="S1C3"), "judgement", "0.111111111")


def begin_too_late(folder: Path) -> None:
    change(folder, "framework_versions", "valid_from", "2025-01-01", framework_version=OLD)


def ask_for_customers_nobody_has(folder: Path) -> None:
    Editor(folder, "segments").append("region", "overseas", "海外", "Overseas", "8", "", "")
    margins = Editor(folder, "population_margins")
    for number, line in enumerate(list(margins.lines), start=1):
        if line[1:3] == ["region", "northwest"]:
            half = str(Decimal(margins.cell(number, "share")) / 2)
            margins.set(number, "share", half)
            margins.append(line[0], "region", "overseas", half, "")


@pytest.mark.parametrize(
    ("break_it", "test", "sentence"),
    [
        (
            contradict_an_expert,
            "assert_expert_judgements_are_complete_and_consistent",
            "expert expert_1, group S1: the judgements have a consistency ratio of",
        ),
        (
            begin_too_late,
            "assert_every_wave_has_a_version",
            "wave 2024Q4: no version of framework_versions is valid on its first day",
        ),
        (
            ask_for_customers_nobody_has,
            "assert_margin_levels_have_respondents_and_targets",
            "level overseas: the population has a target and no respondent; merge the level",
        ),
    ],
    ids=["inconsistent_expert", "wave_without_version", "margin_without_respondents"],
)
def test_dbt_stops_with_the_sentence(
    sample_warehouse: Paths,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[Path], None],
    test: str,
    sentence: str,
) -> None:
    paths = installation(sample_warehouse, tmp_path)
    shutil.copytree(sample_warehouse.framework_source, paths.framework_source)
    break_it(paths.framework_source)
    # Only what the test reads is built, so only tests that read nothing else may run.
    monkeypatch.setenv("DBT_INDIRECT_SELECTION", "cautious")
    with pytest.raises(BuildError) as stopped:
        build(paths, select=f"+{test}")
    assert sentence in str(stopped.value) and "\n" not in str(stopped.value)
    assert not paths.warehouse.exists()
