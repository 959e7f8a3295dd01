"""The audit of the published file: an attacker who reads it and knows what is public looks for hidden
figures.
"""

from csat.audit.attack import Attack, read_attack
from csat.audit.cells import KEY, SCORE_MARTS
from csat.audit.companions import choose_companions
from csat.audit.ranges import Exposure, Identity, Unknown, find_exposures

__all__ = [
    "KEY",
    "SCORE_MARTS",
    "Attack",
    "Exposure",
    "Identity",
    "Unknown",
    "choose_companions",
    "find_exposures",
    "read_attack",
]
