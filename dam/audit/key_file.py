"""The signing key of the log, in a file that only the sequencer's account may read."""

import os
from pathlib import Path

from dam.audit.checkpoint import Signer, valid_name

_SEED_BYTES = 32
_OTHERS = 0o077


class BadKeyFile(Exception):
    """The key cannot be used; the message says why and never shows it."""


def load_signer(path: Path, origin: str) -> Signer:
    """Return the signer of the log of that name, making its key the first time.

    A key made anew for a log that already exists is noticed: what was published is not signed by it.
    Raises: BadKeyFile; OSError.
    """
    if not valid_name(origin):
        raise BadKeyFile(f"{origin!r} cannot name a log: no spaces, no plus sign")
    if not path.exists():
        _write(path, Signer(origin, os.urandom(_SEED_BYTES)).text + "\n")
    if path.stat().st_mode & _OTHERS:
        raise BadKeyFile(f"{path} can be read by others; the key of the log is for its sequencer alone (chmod 600)")
    try:
        signer = Signer.of(path.read_text(encoding="utf-8").strip())
    except ValueError as fault:
        raise BadKeyFile(f"{path} does not hold a key: {fault}") from None
    if signer.name != origin:
        raise BadKeyFile(f"{path} holds the key of {signer.name}, and this log is called {origin} (LOG_ORIGIN)")
    return signer


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
