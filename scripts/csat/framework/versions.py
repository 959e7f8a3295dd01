"""Versions of the framework: approval, the wave that links two of them, how far weights may move, tags."""

from __future__ import annotations

from collections.abc import Iterator

from csat.framework.cells import listed, nearest
from csat.framework.seeds import Problem, Row, Seed, problem_at

RELEASED, PROPOSED = "released", "proposed"
# The view of regulator_elements.csv that a tag column of the indicators belongs to.
VIEWS = {"regulator_element": "regulator_2025", "sqi_dimension": "sqi"}
# Relative changes of decimal weights may miss the limit by this much and still count as within it.
ROUNDING = 1e-6

Seeds = dict[str, Seed]


def released_versions(seeds: Seeds) -> list[Row]:
    """Return the released versions from the first to the newest."""
    rows = [row for row in seeds["framework_versions"] if row["status"] == RELEASED]
    return sorted(rows, key=lambda row: row["valid_from"])


def previous_versions(seeds: Seeds) -> dict[str, str]:
    """Return the version before each: the released one before it; for a proposal the newest released one."""
    codes = [row["framework_version"] for row in released_versions(seeds)]
    earlier = dict(zip(codes[1:], codes, strict=False))
    for row in seeds["framework_versions"]:
        if row["status"] == PROPOSED and codes:
            earlier[row["framework_version"]] = codes[-1]
    return earlier


def check_approval(seeds: Seeds) -> Iterator[Problem]:
    """Yield released versions that nobody approved, approved proposals, and proposals for the past."""
    versions, released = seeds["framework_versions"], released_versions(seeds)
    if not released:
        yield Problem(
            versions.file,
            "no version is released, so no wave is scored",
            f"write {RELEASED} for an approved version",
            column="status",
        )
    for row in versions:
        code, is_released = row["framework_version"], row["status"] == RELEASED
        for column in ("approver", "approved_on"):
            if is_released and row[column] is None:
                yield problem_at(
                    versions,
                    row,
                    column,
                    f"the cell is empty, and version {code} is released",
                    f"write who approved it and when, or make its status {PROPOSED}",
                )
        if not is_released and row["approved_on"] is not None:
            yield problem_at(
                versions,
                row,
                "approved_on",
                f"version {code} is only proposed but was approved on {row['approved_on']}",
                f"make its status {RELEASED}, or empty the cell",
            )
        if not is_released and released and row["valid_from"] <= released[-1]["valid_from"]:
            yield problem_at(
                versions,
                row,
                "valid_from",
                f"{row['valid_from']} is not after {released[-1]['valid_from']}, from which version "
                f"{released[-1]['framework_version']} is valid",
                f"write the day from which version {code} is to score waves",
            )


def check_bridges(seeds: Seeds) -> Iterator[Problem]:
    """Yield bridge waves that are not the last wave before their version, or that link to nothing."""
    versions, earlier = seeds["framework_versions"], previous_versions(seeds)
    for row in versions:
        bridge, code = row["bridge_wave_id"], row["framework_version"]
        if bridge is None:
            continue
        before = [wave for wave in seeds["waves"] if wave["starts_on"] < row["valid_from"]]
        last = max(before, key=lambda wave: wave["starts_on"])["wave_id"] if before else None
        if code not in earlier:
            yield problem_at(
                versions,
                row,
                "bridge_wave_id",
                f"{bridge!r} would link version {code} to a version before it, and there is none",
                "empty the cell",
            )
        elif bridge != last:
            yield problem_at(
                versions,
                row,
                "bridge_wave_id",
                f"{bridge!r} is not the last wave before {row['valid_from']}",
                f"write {last}" if last else "empty the cell",
            )


def check_weight_changes(seeds: Seeds) -> Iterator[Problem]:
    """Yield weights that move too far from one version to the next, and waivers that nothing needs.

    New and retired indicators have no relative change; rpt_framework_changes lists them.
    """
    indicators, waivers = seeds["indicators"], seeds["weight_change_waivers"]
    limit = next(
        row["rule_value"] for row in seeds["scoring_rules"] if row["rule_code"] == "weight_change_max"
    )
    weights = {
        (row["framework_version"], row["indicator_code"]): row["indicator_weight"] for row in indicators
    }
    earlier, needed = previous_versions(seeds), set()
    waived = waivers.tuples(("framework_version", "indicator_code"))
    for row in indicators:
        version, code, weight = row["framework_version"], row["indicator_code"], row["indicator_weight"]
        before = weights.get((earlier.get(version), code), 0)
        if not before or not weight or abs(weight / before - 1) <= limit + ROUNDING:
            continue
        needed.add((version, code))
        if (version, code) not in waived:
            yield problem_at(
                indicators,
                row,
                "indicator_weight",
                f"{code} weighs {weight:g} in version {version} after {before:g} in {earlier[version]}, "
                f"a change of {abs(weight / before - 1):.0%}",
                f"stay within {limit:.0%}, the weight_change_max of scoring_rules.csv, or give a reason in "
                "weight_change_waivers.csv",
            )
    for row in waivers:
        key = (row["framework_version"], row["indicator_code"])
        if key in weights and key not in needed:
            yield problem_at(
                waivers,
                row,
                "indicator_code",
                f"the weight of {key[1]} in version {key[0]} stays within the limit and needs no waiver",
                "delete the row",
            )


def check_elements(seeds: Seeds) -> Iterator[Problem]:
    """Yield tags that are no element of their view; without any element in the seed tags are free."""
    elements = seeds["regulator_elements"]
    if not elements.rows:
        return
    for column, view in VIEWS.items():
        known = {row["element_code"] for row in elements if row["view_code"] == view}
        for name in ("indicators", "regulation_changes"):
            seed = seeds[name]
            if column not in seed.declaration.types:
                continue
            for row in seed:
                if row[column] is not None and row[column] not in known:
                    yield problem_at(
                        seed,
                        row,
                        column,
                        f"{row[column]!r} is no element of view {view}{nearest(row[column], known)}",
                        f"use one of {listed(known)}, or add it to {elements.file.name}",
                    )
