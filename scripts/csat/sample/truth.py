"""True values of every indicator: the expectation of the process in the population."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from csat.sample.claims import claim_truth
from csat.sample.complaints import complaint_truth
from csat.sample.contacts import contact_truth
from csat.sample.latent import Latent
from csat.sample.plan import Plan
from csat.sample.policies import application_truth, endorsement_truth, surrender_rate
from csat.sample.posts import post_truth
from csat.sample.roster import Insurer
from csat.sample.survey import Questionnaire, survey_truth

COPIES = 120
HEADER = ("wave_id", "insurer_id", "indicator_code", "true_value", "true_value_error", "method")


@dataclass(frozen=True)
class MeasureTruth:
    """Expected value of one measure of one insurer: (waves,) values and errors of the draw (0 = closed)."""

    values: np.ndarray
    errors: np.ndarray
    is_drawn: bool


def service_limits(plan: Plan) -> dict[str, dict[str, float]]:
    """Limits in force on the last wave by code and case class, in the unit of the seed."""
    limits: dict[str, dict[str, float]] = {}
    for row in sorted(plan.seeds.rows("service_limits"), key=lambda row: row["valid_from"]):
        if date.fromisoformat(row["valid_from"]) <= plan.waves[-1].starts_on:
            limits.setdefault(row["limit_code"], {})[row["case_class"]] = float(row["limit_value"])
    return limits


def measure_truths(
    plan: Plan,
    latent: Latent,
    insurer: Insurer,
    questionnaire: Questionnaire,
    exposures: dict[str, np.ndarray],
) -> dict[str, MeasureTruth]:
    """Truth of every measure of one insurer. Means and shares, or counts and totals for exposure rates."""
    limits = service_limits(plan)
    closed = {
        **survey_truth(plan, latent, insurer, questionnaire),
        **contact_truth(plan, latent, insurer, limits["agent_response"]["all"]),
        **application_truth(plan, latent, insurer),
        **complaint_truth(plan, latent, insurer, exposures),
        "post_resolved": post_truth(plan, latent, insurer),
    }
    quarters = [wave.quarter for wave in plan.waves]
    surrenders = surrender_rate(latent.of(insurer.number, "renewal")[quarters])
    closed["policies_surrendered"] = surrenders * closed["policies_in_force_mean"]
    truths = {name: MeasureTruth(values, np.zeros(len(values)), False) for name, values in closed.items()}
    copies = round(COPIES / min(insurer.volume * plan.volume, 1.0))
    claim_limits = {code: limits[code]["all"] for code in ("claim_decision", "claim_payment")}
    for name, (values, errors) in claim_truth(plan, latent, insurer, copies, claim_limits).items():
        truths[name] = MeasureTruth(values, errors, True)
    truths["endorsement_days"] = MeasureTruth(*endorsement_truth(plan, latent, insurer, copies), True)
    return truths


def indicator_truths(plan: Plan, truths: dict[str, MeasureTruth]) -> dict[str, MeasureTruth]:
    """Indicators from measures by the seeds, in the indicator's own unit; those of texts are left out."""
    out: dict[str, MeasureTruth] = {}
    indicators = plan.seeds.rows("indicators")
    for row in indicators:
        numerator, denominator = truths.get(row["numerator_measure"]), truths.get(row["denominator_measure"])
        if numerator is None or denominator is None:
            continue
        factor = float(row["multiplier"])
        if row["numerator_measure"] == row["denominator_measure"]:
            truth = MeasureTruth(factor * numerator.values, factor * numerator.errors, numerator.is_drawn)
        else:
            ratio = factor * numerator.values / denominator.values
            truth = MeasureTruth(ratio, np.zeros(len(ratio)), False)
        out[row["indicator_code"]] = truth
    operands = {row["indicator_code"]: row["operand_code"] for row in plan.seeds.rows("indicator_operands")}
    for row in indicators:
        code = row["indicator_code"]
        if row["derived_function"] == "change_rate" and operands.get(code) in out:
            out[code] = _change(plan, out[operands[code]], int(row["lag_months"]), row)
    return out


def _change(plan: Plan, truth: MeasureTruth, lag_months: int, row: dict[str, str]) -> MeasureTruth:
    """Relative change against the wave `lag_months` ago, positive when the value fell if lower was better."""
    places = {
        (wave.starts_on.year * 12 + wave.starts_on.month): place for place, wave in enumerate(plan.waves)
    }
    values, errors = np.full(len(plan.waves), np.nan), np.full(len(plan.waves), np.nan)
    for month, place in places.items():
        before = places.get(month - lag_months)
        if before is None:
            continue
        now, then = truth.values[place], truth.values[before]
        factor = float(row["multiplier"])
        values[place] = factor * (then - now) / then
        errors[place] = factor * np.hypot(truth.errors[place] / then, now * truth.errors[before] / then**2)
    return MeasureTruth(values, errors, truth.is_drawn)


def write_truth(path: Path, plan: Plan, by_insurer: dict[str, dict[str, MeasureTruth]]) -> int:
    """Write truth.csv; returns the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(HEADER)
        for place, wave in enumerate(plan.waves):
            for insurer_id, truths in by_insurer.items():
                for code, truth in truths.items():
                    if np.isfinite(truth.values[place]):
                        method = "draw" if truth.is_drawn else "closed_form"
                        value, error = f"{truth.values[place]:.9f}", f"{truth.errors[place]:.9f}"
                        writer.writerow([wave.wave_id, insurer_id, code, value, error, method])
                        count += 1
    return count
