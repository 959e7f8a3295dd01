"""Compares the built warehouse with the truth of the sample."""

from __future__ import annotations

from pathlib import Path

import duckdb

from csat.errors import BuildError, InputError
from csat.paths import Paths
from csat.sample.plan import Seeds

_PER_INDICATOR = """
with measured as (
    select wave_id, insurer_id, indicator_code, value, value_lower, value_upper
    from marts.fct_indicator_scores
    where segment_type = 'all' and is_official_version
),
compared as (
    select
        truth.indicator_code,
        measured.value - truth.true_value as error,
        case
            when measured.value_lower is not null
                then truth.true_value between measured.value_lower and measured.value_upper
        end as is_covered,
        unweighted.value - truth.true_value as unweighted_error
    from truth
    inner join measured using (wave_id, insurer_id, indicator_code)
    left join unweighted using (wave_id, insurer_id, indicator_code)
    where measured.value is not null
)
select
    coalesce(compared.indicator_code, 'all') as indicator_code,
    count(*) as cells,
    avg(error) as mean_error,
    avg(abs(error)) as mean_absolute_error,
    avg(is_covered::int) as coverage,
    avg(abs(error)) filter (where unweighted_error is not null) as raked_mae,
    avg(abs(unweighted_error)) as unweighted_mae,
    avg(unweighted_error) as unweighted_mean_error,
    avg(error) filter (where unweighted_error is not null) as raked_mean_error
from compared
group by rollup (compared.indicator_code)
order by grouping(compared.indicator_code), compared.indicator_code
"""

_SCREENING = """
select
    count(planted.response_id) as planted_count,
    count(planted.response_id) filter (screened.exclusion_reason = 'careless') as found_count,
    count(*) filter (screened.exclusion_reason = 'careless') as excluded_count
from intermediate.int_responses_screened as screened
left join planted using (response_id)
where screened.exclusion_reason is null or screened.exclusion_reason = 'careless'
"""

_COMPANIONS = """
select
    count(*) filter (disclosure_status = 'complementary'),
    count(*),
    (
        select rule_value from framework.disclosure_rules
        where rule_code = 'companion_share_max' and applies_to = 'scores'
    )
from intermediate.int_disclosure_statuses_resolved
where disclosure_status in ('published', 'complementary')
"""


def check(paths: Paths, warehouse: Path) -> list[str]:
    """Return lines that say how far the warehouse is from the truth.

    Per indicator: insurer-waves compared, mean error, mean absolute error, share of intervals that cover
    the truth; for survey indicators the mean absolute error with and without raking; how many of the planted
    careless responses were left out; how many scores are hidden as companions. The last lines sum up. Raises
    BuildError when the companions are more than the framework allows.
    """
    truth = paths.data / "truth" / "truth.csv"
    if not truth.is_file():
        raise InputError(
            f"{truth}: no such file; run `csat sample` first, which writes the truth beside the data."
        )
    if not warehouse.is_file():
        raise BuildError(f"{warehouse}: no such file; run `csat gate` and `csat build` before the check.")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            f"create temp table truth as select * from read_csv('{truth.as_posix()}', all_varchar = false)"
        )
        connection.execute(_unweighted(connection, _survey_codes(paths)))
        rows = connection.execute(_PER_INDICATOR).fetchall()
        missing = connection.execute(
            """
            select count(*) from truth
            -- What the version of the wave does not measure is not missed.
            semi join (
                select distinct wave_id, indicator_code from marts.fct_indicator_scores
                where is_official_version
            ) as wanted using (wave_id, indicator_code)
            anti join (
                select wave_id, insurer_id, indicator_code from marts.fct_indicator_scores
                where segment_type = 'all' and is_official_version and value is not null
            ) as measured using (wave_id, insurer_id, indicator_code)
            """
        ).fetchone()[0]
        screening = _screening(connection, paths.data / "truth" / "careless_responses.csv")
        companions = _companions(connection)
    return _lines(rows, missing) + screening + companions


def _screening(connection: duckdb.DuckDBPyConnection, planted: Path) -> list[str]:
    """How many planted careless responses were left out, and how many of those left out were planted."""
    connection.execute(
        f"create temp table planted as select response_id from read_csv('{planted.as_posix()}')"
    )
    planted_count, found, excluded = connection.execute(_SCREENING).fetchone()
    return [
        f"screening: {found} of {planted_count} careless responses left out, "
        f"{excluded - found} careful ones with them"
    ]


def _companions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """How much is hidden so that nothing else can be worked out. Raises BuildError above what is allowed."""
    companions, cells, largest = connection.execute(_COMPANIONS).fetchone()
    share = companions / cells if cells else 0.0
    found = f"{companions} of {cells} scores with enough persons are hidden as companions, {share:.3f}"
    if share > largest:
        raise BuildError(
            f"{found}; companion_share_max of disclosure_rules.csv allows {largest:g}, find out which lines "
            "need so many before raising it."
        )
    return [f"disclosure: {found} of at most {largest:g}"]


def _survey_codes(paths: Paths) -> list[str]:
    """Indicators whose measure is built from survey items."""
    seeds = Seeds(paths.framework_source)
    measures = {row["measure_code"] for row in seeds.rows("survey_items")}
    return sorted(
        {row["indicator_code"] for row in seeds.rows("indicators") if row["numerator_measure"] in measures}
    )


def _unweighted(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> str:
    """SQL that creates the table of unweighted survey values; empty when the warehouse has none."""
    columns = connection.execute(
        "select column_name from information_schema.columns where table_schema = 'intermediate' "
        "and table_name = 'int_indicator_values_unweighted' and column_name in ('value', 'indicator_value')"
    ).fetchone()
    if columns is None:
        return (
            "create temp table unweighted as "
            "select '' as wave_id, '' as insurer_id, '' as indicator_code, 0.0 as value where false"
        )
    listed = ", ".join(f"'{code}'" for code in codes)
    return (
        "create temp table unweighted as "
        f"select wave_id, insurer_id, indicator_code, max({columns[0]}) as value from "
        f" intermediate.int_indicator_values_unweighted where indicator_code in ({listed}) "
        "group by wave_id, insurer_id, indicator_code"
    )


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _lines(rows: list[tuple], missing: int) -> list[str]:
    if len(rows) <= 1 and (not rows or not rows[-1][1]):
        return ["no indicator of the warehouse has a truth to compare with"]
    lines = [
        f"{'indicator':<10} {'cells':>6} {'bias':>9} {'MAE':>9} {'covered':>8} "
        f"{'raked':>8} {'unweighted':>11}"
    ]
    for code, cells, bias, error, coverage, raked, unweighted, *_ in rows[:-1]:
        lines.append(
            f"{code:<10} {cells:>6} {_number(bias):>9} {_number(error):>9} {_number(coverage):>8} "
            f"{_number(raked):>8} {_number(unweighted):>11}"
        )
    _, cells, _, _, coverage, raked, unweighted, unweighted_bias, raked_bias = rows[-1]
    lines.append(
        f"all: {cells} insurer-waves × indicators compared, "
        f"{_number(coverage)} of the intervals cover the truth"
    )
    if unweighted is not None:
        lines.append(
            f"survey: mean absolute error {_number(raked)} raked, {_number(unweighted)} unweighted; "
            f"bias {_number(raked_bias)} raked, {_number(unweighted_bias)} unweighted"
        )
    if missing:
        lines.append(f"{missing} true values have no counterpart in the warehouse")
    return lines
