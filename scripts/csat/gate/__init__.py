"""The gate: the only code that parses landing files and sees identities."""

from csat.gate.quarantine import write_refused
from csat.gate.requests import apply_register, forget, read_requests, retain
from csat.gate.results import FilesRefused, GateResult, TableResult
from csat.gate.rights import Removals
from csat.gate.run import DATABASES, gate_database, gate_landing, run_gate
from csat.gate.store import ensure_raw

__all__ = [
    "DATABASES",
    "FilesRefused",
    "GateResult",
    "Removals",
    "TableResult",
    "apply_register",
    "ensure_raw",
    "forget",
    "gate_database",
    "gate_landing",
    "read_requests",
    "retain",
    "run_gate",
    "write_refused",
]
