"""Passwords and keys of the embedded stack, made once and kept in `secrets.json` (0600)."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Every secret of one data folder."""

    postgres_superuser: str
    database_owner: str
    database_service: str
    database_log: str
    valkey: str
    s3_access_key: str
    s3_secret_key: str
    secret_key: str
    password_salt: str


def _made() -> Keys:
    made = {field.name: secrets.token_hex(24) for field in fields(Keys)}
    return Keys(**made | {"s3_access_key": secrets.token_hex(10)})


def load_keys(data_dir: Path) -> Keys:
    """Return the folder's secrets, making them the first time.

    Raises: ValueError where the file is not ours.
    """
    path = data_dir / "secrets.json"
    if not path.exists():
        _write(path, asdict(_made()))
    held = json.loads(path.read_text(encoding="utf-8"))
    if "database_log" not in held:  # a folder from before the log had a login of its own
        held |= {"database_log": _made().database_log}
        _write(path, held)
    try:
        return Keys(**held)
    except TypeError as fault:
        msg = f"{path} does not hold the keys of this version; it must be restored together with the data it opens."
        raise ValueError(msg) from fault


def _write(path: Path, held: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(held, file, indent=1)
    part.replace(path)
