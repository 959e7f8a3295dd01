"""The gate: the only code that parses landing files and sees identities."""

from csat.gate.results import FilesRefused, GateResult, TableResult
from csat.gate.run import gate_database, gate_landing, run_gate
from csat.gate.store import ensure_raw

__all__ = [
    "FilesRefused",
    "GateResult",
    "TableResult",
    "ensure_raw",
    "gate_database",
    "gate_landing",
    "run_gate",
]
