"""What a reader does not know of the published file, and the sums that tie it to what he knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.sparse import coo_array

from csat.audit.cells import KEY, OWN_WAVE, read_cells
from csat.audit.identities import identity_queries
from csat.audit.others import number_others, read_respondents
from csat.audit.ranges import HIDDEN, KNOWN, OPEN, Exposure, Figures, feasible_range, find_exposures

if TYPE_CHECKING:
    import duckdb

# A number without limits of its own may be this many points or persons from the truth.
FAR = 1000.0
# Which rule says what is lost with a figure beyond that of one indicator for one segment of an insurer.
COSTS = {
    "total_cost": "segment_type = 'all'",
    "industry_cost": "insurer_id = 'industry'",
    "composite_cost": "score_level <> 'indicator'",
    "index_cost": "score_level = 'index'",
}
# Where all is hidden for a figure that nothing else protects.
COARSER = "wave_id, insurer_id, segment_type"
UNITS = {"count": "number of persons", "score": "score", "value": "value", "points": "contribution"}


@dataclass(frozen=True)
class Attack:
    """The figures of the published file as a reader sees them, and the least range a hidden one must keep.

    connection holds the tables it was read into.
    """

    connection: duckdb.DuckDBPyConnection
    figures: Figures
    least: float

    @property
    def secret_count(self) -> int:
        """How many figures are hidden for their own sake and were not shown by an earlier release."""
        return int((self.figures.secrets & (self.figures.states != KNOWN)).sum())

    def exposures(self) -> list[Exposure]:
        """Return the hidden counts, scores and values that are known too well."""
        return find_exposures(self.figures, self.least)

    def describe(self, exposure: Exposure) -> str:
        """Return what is exposed, how well it is known and, by way of example, by which sums."""
        name, unit = self.connection.execute(
            """
            with named as (
                select place, mart, framework_version, wave_id, insurer_id, segment_type, segment_code,
                    score_level || ' ' || score_code as score_name, unit, cell_number
                from audit_figures inner join audit_cells using (cell_number)
                union all
                select place, 'rpt_respondent_profile', null, wave_id, insurer_id, segment_type, segment_code,
                    null, 'count', 0
                from audit_others where is_secret
            )
            select mart || ': ' || concat_ws(', ', 'wave ' || wave_id, 'version ' || framework_version,
                'insurer ' || insurer_id, segment_type || ' ' || segment_code, score_name), unit
            from named where place = ? order by cell_number, unit limit 1
            """,
            [exposure.secret],
        ).fetchone()
        sums = self.connection.execute(
            "select distinct kind || ': ' || line from audit_factors where place = ? order by all limit 3",
            [exposure.secret],
        ).fetchall()
        lower, upper = feasible_range(self.figures, exposure.secret)
        return (
            f"{name}: the hidden {UNITS[unit]} can be narrowed to between {lower:.2f} and {upper:.2f} by "
            f"what is public ({'; '.join(text for (text,) in sums)})"
        )

    def companions(self, exposures: Sequence[Exposure]) -> list[tuple[str, ...]]:
        """Return the keys of the cells to hide for exposed figures. A figure that none protects takes with it
        all that is shown of its insurer, wave and kind of segment.
        """
        places = [place for exposure in exposures for place in exposure.companions]
        found = self._keys(
            "is_shown and cell_number in (select cell_number from audit_figures "
            "where unit <> 'points' and list_contains($places, place))",
            places=places,
        )
        lost = [exposure.secret for exposure in exposures if not exposure.companions]
        if not lost:
            return found
        return found + self._keys(
            f"is_shown and ({COARSER}) in (select ({COARSER}) from audit_figures "
            "inner join audit_cells using (cell_number) where list_contains($places, place) "
            f"union all select ({COARSER}) from audit_others where list_contains($places, place))",
            places=lost,
        )

    def hidden_companions(self) -> list[tuple[str, ...]]:
        """Return the keys of the cells that are hidden for others already."""
        return self._keys("disclosure_status = 'complementary'")

    def _keys(self, condition: str, **parameters: list[int]) -> list[tuple[str, ...]]:
        return self.connection.execute(
            f"select {', '.join(KEY)} from audit_cells where {condition} order by cell_number", parameters
        ).fetchall()


def read_attack(connection: duckdb.DuckDBPyConnection, published: str, warehouse: str) -> Attack:
    """Set the attack up from a published file, the warehouse it was copied from, both attached, and the
    ledger of earlier releases, read into the connection.

    The true figures only say where in its range a hidden number lies; the sums hold for them.
    """
    read_cells(connection, published, warehouse)
    read_respondents(connection, published, warehouse)
    connection.execute(
        "create or replace temp table audit_terms as "
        + " union all ".join(
            f"select '{kind}' as kind, line, cell_number, unit, cast(factor as double) as factor "
            f"from ({query})"
            for kind, query in identity_queries().items()
        )
    )
    rules = f"{warehouse}.intermediate.int_scoring_rules_pivoted"
    least, persons_min, sensitive_min, respondents_min = connection.execute(
        "select hidden_range_min, scores_persons_min, sensitive_persons_min, distributions_persons_min "
        f"from {rules}"
    ).fetchone()
    costs = connection.execute(f"select {', '.join(COSTS)} from {rules}").fetchone()
    _number_figures(connection, persons_min, sensitive_min, dict(zip(COSTS.values(), costs, strict=True)))
    number_others(connection, persons_min, respondents_min, FAR)
    return Attack(connection, _read_figures(connection), least)


def _read_figures(connection: duckdb.DuckDBPyConnection) -> Figures:
    rows = connection.execute(
        """
        with figures as (
            select place, figure, lower, upper, state, is_secret, cost,
                concat_ws(' ', wave_id, segment_type) as kind_block,
                concat_ws(' ', wave_id, family) as family_block,
                concat_ws(' ', wave_id, insurer_id) as home, insurer_id as owner,
                nullif(segment_type, 'all') as kind,
                insurer_id = 'industry' as is_common
            from audit_figures inner join audit_cells using (cell_number)
            where is_first
            union all
            select place, figure, lower, upper, cast(state as tinyint), is_secret, 0.0,
                concat_ws(' ', wave_id, segment_type), concat_ws(' ', wave_id, family),
                concat_ws(' ', wave_id, insurer_id), insurer_id, segment_type, false
            from audit_others
        )
        select * exclude (kind_block, family_block, home, owner, kind),
            dense_rank() over (order by kind_block) as kind_block,
            dense_rank() over (order by family_block) as family_block,
            dense_rank() over (order by home) as home, dense_rank() over (order by owner) as owner,
            case when kind is null then 0 else dense_rank() over (order by kind) end as kind
        from figures order by place
        """
    ).fetchnumpy()
    connection.execute(
        """
        create or replace temp table audit_factors as
        with terms as (
            select kind, line, place, factor
            from audit_terms inner join audit_figures using (cell_number, unit)
            where factor <> 0
            union all
            select kind, line, place, factor from audit_other_terms
        )
        select kind, line, dense_rank() over (order by kind, line) - 1 as sum_number, place,
            sum(factor) as factor
        from terms group by kind, line, place having sum(factor) <> 0
        """
    )
    factors = connection.execute(
        "select sum_number, place, factor from audit_factors order by sum_number, place"
    ).fetchnumpy()
    shape = (int(factors["sum_number"].max(initial=-1)) + 1, len(rows["place"]))
    return Figures(
        values=rows["figure"],
        lower=rows["lower"],
        upper=rows["upper"],
        states=rows["state"],
        secrets=rows["is_secret"],
        costs=rows["cost"],
        blocks=(rows["kind_block"], rows["family_block"], rows["home"]),
        homes=rows["home"],
        owners=rows["owner"],
        kinds=rows["kind"],
        commons=rows["is_common"],
        sums=coo_array((factors["factor"], (factors["sum_number"], factors["place"])), shape=shape).tocsr(),
    )


def _number_figures(
    connection: duckdb.DuckDBPyConnection, persons_min: float, sensitive_min: float, costs: dict[str, float]
) -> None:
    """Make the temporary table audit_figures: cells and units with the place of their figure. costs are what
    hiding one costs more than 1, by condition.

    Cells share a place where they have one figure: the persons behind several indicators, and the score and
    the value of an indicator that lies between its goalposts.
    """
    group = "wave_id, insurer_id, segment_type, segment_code, is_pooled"
    linked = "insurer_id <> 'industry' and score > 0 and score < 100"
    state = f"case when is_remembered then {KNOWN} when is_shown then {OPEN} else {HIDDEN} end"
    cost = " + ".join(f"case when {condition} then {loss} else 0 end" for condition, loss in costs.items())
    connection.execute(
        f"""
        create or replace temp table audit_figures as
        with counts as (
            select
                min(cell_number) over (partition by {group}, person_key) as first_number, cell_number,
                'count' as unit,
                'count' as number, cast(base_count as double) as figure,
                -- A status says how many at most; an element or a window may be hidden for one of its parts.
                case
                    -- All respondents are told whatever an index shows; those of a segment hide with it.
                    when is_told and not is_pooled and score_level = 'index' and segment_type = 'all'
                        then respondent_count
                    when disclosure_status = 'small_n' and has_small_total and segment_type <> 'all' then 0.0
                    when disclosure_status = '{OWN_WAVE}' then 0.0
                    when disclosure_status = 'small_n' then 1.0
                    else {persons_min}
                end as lower,
                -- Nobody answers who is no respondent.
                least(
                    case when disclosure_status = 'small_n' and not is_pooled
                            and score_level in ('indicator', 'dimension', 'index')
                        then case when is_sensitive then {sensitive_min} else {persons_min} end - 1
                        else base_count + {FAR} end,
                    case when is_told and not is_pooled
                            and (is_survey or score_level = 'index' and segment_type = 'all')
                        then respondent_count end
                ) as upper,
                {state} as state,
                -- Of more persons, hidden for what is said of them, the number is none.
                disclosure_status = 'small_n' and base_count > 0
                    and (base_count < {persons_min} or is_sensitive is not true) as is_secret
            from audit_cells
            left join audit_respondents using (wave_id, insurer_id, segment_type, segment_code)
            where base_count is not null
        ),
        -- A derived value has the persons of that operand which has fewest.
        counts_of_derived as (
            select distinct on (derived.cell_number) first_number, derived.cell_number, 'count' as unit,
                'count' as number, figure, 0.0 as lower, figure + {FAR} as upper, {state} as state,
                false as is_secret
            from audit_cells as derived
            inner join audit_operands using (cell_number)
            inner join counts on counts.cell_number = operand_number and figure = operand_base
            order by derived.cell_number, operand_number
        ),
        -- Versions with the same goalposts give the same score.
        scored as (
            select *, min(cell_number) over (
                partition by {group}, score_level, score_code,
                    coalesce(score_key, cast(cell_number as varchar)), round(score, 6), round(value, 6)
            ) as first_number
            from audit_cells
        ),
        scores as (
            select first_number, cell_number, 'score' as unit, 'score' as number,
                score as figure, 0.0 as lower, 100.0 as upper, {state} as state,
                disclosure_status in ('small_n', 'dominance') as is_secret
            from scored
            where score is not null
        ),
        amounts as (
            select first_number, cell_number, 'value' as unit,
                case when {linked} then 'score' else 'value' end as number,
                case when {linked} then score else value end as figure,
                case when {linked} then 0.0 else value - {FAR} end as lower,
                case when {linked} then 100.0 else value + {FAR} end as upper, {state} as state,
                disclosure_status in ('small_n', 'dominance') as is_secret
            from scored
            where value is not null
        ),
        -- Contributions are hidden with the scores they are made of, at no cost of their own.
        points as (
            select cell_number as first_number, cell_number, 'points' as unit, 'points' as number,
                0.0 as figure, -{FAR} as lower, {FAR} as upper,
                case when is_contribution_shown then {OPEN} else {HIDDEN} end as state, false as is_secret
            from audit_cells
            where insurer_id = 'industry' and score_level = 'indicator' and score is not null
        ),
        figures as (
            select * from counts union all select * from counts_of_derived
            union all select * from scores union all select * from amounts union all select * from points
        )
        select first_number, cell_number, unit, figure,
            -- What one status says of persons holds for all cells they are in.
            least(max(lower) over shared, figure) as lower,
            greatest(min(upper) over shared, figure) as upper,
            cast(max(state) over shared as tinyint) as state,
            -- What an earlier release showed cannot be taken back.
            bool_or(is_secret) over shared and not bool_or(was_shown) over shared as is_secret,
            case when unit = 'points' then 0.0 else 1 + {cost} end as cost,
            dense_rank() over (order by first_number, number) - 1 as place,
            row_number() over (partition by first_number, number order by cell_number, unit) = 1 as is_first
        from figures inner join audit_cells using (cell_number)
        window shared as (partition by first_number, number)
        """
    )
