"""Sample data with known truth: landing files of fictional insurers and what a perfect survey would find."""

from csat.sample.check import check
from csat.sample.generate import SampleSummary, generate
from csat.sample.plan import as_of_time

__all__ = ["SampleSummary", "as_of_time", "check", "generate"]
