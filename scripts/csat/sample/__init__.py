"""Sample data with known truth: landing files of fictional insurers and what a perfect survey would find."""

from csat.sample.check import check
from csat.sample.generate import SampleSummary, generate

__all__ = ["SampleSummary", "check", "generate"]
