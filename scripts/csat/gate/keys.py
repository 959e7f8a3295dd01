"""The secret key of the tokens: where it comes from, and the throw-away key of the demo."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from csat.errors import InputError
from csat.paths import Paths

MINIMUM_BYTES = 32

_LOG = logging.getLogger(__name__)


def _demo_key_file(paths: Paths) -> Path:
    return paths.data / "demo.key"


def _decode(text: str, origin: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < MINIMUM_BYTES:
        # The text itself stays out of the message: it may be most of a real key.
        raise InputError(
            f"{origin}: this is not a key; it must be at least {2 * MINIMUM_BYTES} hexadecimal digits, "
            "as `openssl rand -hex 32` prints them."
        )
    return key


def _read(path: Path, origin: str) -> bytes:
    try:
        return _decode(path.read_text(encoding="ascii"), origin)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain ASCII"
        raise InputError(
            f"{origin}: the key file cannot be read ({reason}); point CSAT_KEY_FILE at a readable file "
            "that holds the key in hexadecimal digits."
        ) from None


def load_key(paths: Paths) -> bytes:
    """Return the key of the tokens: CSAT_KEY, else the file CSAT_KEY_FILE names, else a demo key.

    Raises InputError, which never quotes the key, when there is none or it is too short.
    """
    if os.environ.get("CSAT_KEY"):
        return _decode(os.environ["CSAT_KEY"], "CSAT_KEY")
    if os.environ.get("CSAT_KEY_FILE"):
        return _read(Path(os.environ["CSAT_KEY_FILE"]), "CSAT_KEY_FILE")
    if _demo_key_file(paths).is_file():
        _LOG.warning(
            "%s: tokens are made with the demo key; set CSAT_KEY_FILE before real data.",
            _demo_key_file(paths),
        )
        return _read(_demo_key_file(paths), str(_demo_key_file(paths)))
    raise InputError(
        "CSAT_KEY: no key is set, so customer numbers cannot be replaced by tokens; make one with "
        "`openssl rand -hex 32`, keep it in a file only you can read and name that file in CSAT_KEY_FILE."
    )


def load_former_key() -> bytes | None:
    """Return the key before this one: CSAT_KEY_FORMER, else the file CSAT_KEY_FORMER_FILE names, else none.

    Raises InputError, which never quotes the key, when it cannot be used.
    """
    if os.environ.get("CSAT_KEY_FORMER"):
        return _decode(os.environ["CSAT_KEY_FORMER"], "CSAT_KEY_FORMER")
    if os.environ.get("CSAT_KEY_FORMER_FILE"):
        return _read(Path(os.environ["CSAT_KEY_FORMER_FILE"]), "CSAT_KEY_FORMER_FILE")
    return None


def demo_key(paths: Paths, report: Callable[[str], None] | None = None) -> Path:
    """Create a random key file for the demo under the data folder unless it exists; return its path.

    `report` receives one sentence when the file is created.
    """
    path = _demo_key_file(paths)
    paths.data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(MINIMUM_BYTES) + "\n")
    if report:
        report(f"{path}: made a random key for the demo; real data needs a key of your own in CSAT_KEY_FILE.")
    return path
