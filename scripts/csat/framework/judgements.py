"""Pairwise judgements of experts: who compared what, completely, and on Saaty's scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from csat.framework.cells import listed, nearest
from csat.framework.seeds import Problem, Row, Seed, problem_at

# The group in which the dimensions are compared; the other groups are the dimensions.
INDEX_GROUP = "index"
# The name under which the models keep what all experts say together.
ALL_EXPERTS = "all"
# Saaty's scale runs from 1/9 to 9; a ninth may be written with three decimals.
SMALLEST, LARGEST = 0.111, 9
# More things than this are not compared in pairs, and Saaty's random index is not used beyond it.
LARGEST_GROUP = 10
# Two things cannot contradict each other, so only larger groups need a random index.
FIRST_INDEXED = 3

Seeds = dict[str, Seed]
Group = tuple[str, str]


def check_judgements(seeds: Seeds) -> Iterator[Problem]:
    """Yield the problems of the judgements and their waivers: codes, scale, order, and what is missing."""
    members, judgements = _members(seeds), seeds["expert_judgements"]
    known: list[Row] = []
    for row in judgements:
        problems = list(_problems_of_a_row(judgements, row, members))
        yield from problems
        if not problems:
            known.append(row)
    yield from _group_sizes(seeds, members)
    # What an expert left out is only told when all that is there can be read.
    if len(known) == len(judgements.rows):
        yield from _missing_pairs(judgements, members)
    yield from _waivers(seeds, members)


def _members(seeds: Seeds) -> dict[Group, list[str]]:
    """Return the codes compared in every group, in the order of the seeds: what carries weight."""
    members: dict[Group, list[str]] = defaultdict(list)
    for row in sorted(seeds["dimensions"], key=lambda row: row["position"]):
        if row["dimension_weight"] > 0:
            members[row["framework_version"], INDEX_GROUP].append(row["dimension_code"])
    for row in seeds["indicators"]:
        if row["indicator_weight"] > 0:
            members[row["framework_version"], row["dimension_code"]].append(row["indicator_code"])
    return members


def _judged_versions(seeds: Seeds) -> set[str]:
    return {row["framework_version"] for row in seeds["expert_judgements"]}


def _problems_of_a_row(seed: Seed, row: Row, members: dict[Group, list[str]]) -> Iterator[Problem]:
    version, group = row["framework_version"], row["group_code"]
    groups = [code for its_version, code in members if its_version == version]
    if row["expert_code"] == ALL_EXPERTS:
        yield problem_at(
            seed,
            row,
            "expert_code",
            f"{ALL_EXPERTS!r} stands for all experts together",
            "give the expert another code",
        )
    if group not in groups:
        yield problem_at(
            seed,
            row,
            "group_code",
            f"{group!r} is neither {INDEX_GROUP} nor a dimension of version {version}"
            f"{nearest(group, groups)}",
            f"use one of {listed(groups)}",
        )
        return
    codes = members[version, group]
    unknown = [column for column in ("row_code", "column_code") if row[column] not in codes]
    for column in unknown:
        yield problem_at(
            seed,
            row,
            column,
            f"{row[column]!r} carries no weight in group {group} of version {version}"
            f"{nearest(row[column], codes)}",
            f"use one of {listed(codes)}",
        )
    if not unknown and codes.index(row["row_code"]) >= codes.index(row["column_code"]):
        same = row["row_code"] == row["column_code"]
        yield problem_at(
            seed,
            row,
            "row_code",
            f"{row['row_code']!r} is compared with {row['column_code']!r}, below or on the diagonal",
            "delete the row, everything weighs the same as itself"
            if same
            else "swap the two codes and write 1 divided by the judgement",
        )
    if not SMALLEST <= row["judgement"] <= LARGEST:
        yield problem_at(
            seed,
            row,
            "judgement",
            f"{row['judgement']:g} is not on Saaty's scale",
            "write a number from 1/9 (0.111111111) to 9",
        )


def _group_sizes(seeds: Seeds, members: dict[Group, list[str]]) -> Iterator[Problem]:
    sizes = {row["matrix_size"] for row in seeds["random_index"]}
    for (version, group), codes in members.items():
        if version not in _judged_versions(seeds):
            continue
        if len(codes) > LARGEST_GROUP:
            yield Problem(
                seeds["expert_judgements"].file,
                f"group {group} of version {version} has {len(codes)} members",
                f"compare at most {LARGEST_GROUP} in pairs: split the dimension, or drop the judgements of "
                f"version {version}",
                column="group_code",
            )
        elif len(codes) >= FIRST_INDEXED and len(codes) not in sizes:
            yield Problem(
                seeds["random_index"].file,
                f"no row has matrix_size {len(codes)}, the size of group {group} of version {version}",
                "add the row",
                column="matrix_size",
            )


def _missing_pairs(judgements: Seed, members: dict[Group, list[str]]) -> Iterator[Problem]:
    """An expert who judged anything in a version must have judged every pair of every group of it."""
    given: dict[tuple[str, str], set[tuple[str, str, str]]] = defaultdict(set)
    for row in judgements:
        key = (row["framework_version"], row["expert_code"])
        given[key].add((row["group_code"], row["row_code"], row["column_code"]))
    for (version, expert), pairs in given.items():
        for (its_version, group), codes in members.items():
            if its_version != version:
                continue
            wanted = list(combinations(codes, 2))
            missing = [pair for pair in wanted if (group, *pair) not in pairs]
            if missing:
                examples = ", ".join(f"{row} with {column}" for row, column in missing[:6])
                more = f" … ({len(missing)} in all)" if len(missing) > 6 else ""
                yield Problem(
                    judgements.file,
                    f"{expert} is incomplete in version {version}: {len(wanted) - len(missing)} of "
                    f"{len(wanted)} pairs of group {group} are judged, missing {examples}{more}",
                    f"add them, or delete all rows of {expert} in that version",
                )


def _waivers(seeds: Seeds, members: dict[Group, list[str]]) -> Iterator[Problem]:
    waivers = seeds["weight_waivers"]
    experts = {(row["framework_version"], row["expert_code"]) for row in seeds["expert_judgements"]}
    for row in waivers:
        version, expert, group = row["framework_version"], row["expert_code"], row["group_code"]
        if (version, expert) not in experts and (expert != ALL_EXPERTS or not experts):
            names = [name for its_version, name in experts if its_version == version]
            yield problem_at(
                waivers,
                row,
                "expert_code",
                f"{expert!r} has no judgements in version {version}{nearest(expert, names)}",
                f"use one of {listed([*names, ALL_EXPERTS])}, or delete the row",
            )
        if (version, group) not in members:
            groups = [code for its_version, code in members if its_version == version]
            yield problem_at(
                waivers,
                row,
                "group_code",
                f"{group!r} is neither {INDEX_GROUP} nor a dimension of version {version}"
                f"{nearest(group, groups)}",
                f"use one of {listed(groups)}",
            )
