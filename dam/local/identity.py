"""Whose account the embedded servers run under: never root, because PostgreSQL refuses and the others need no power."""

import ctypes
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

Hook = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user and group for a child process; `reach` lets it pass folders that are closed to that user."""

    uid: int
    gid: int
    reach: bool = False

    @classmethod
    def current(cls) -> "Identity":
        """Return the account this process runs under."""
        return cls(os.geteuid(), os.getegid())

    @classmethod
    def for_servers(cls, *needed: Path) -> "Identity":
        """Return the present account, or `nobody` for root.

        Where a folder above one of the needed paths is closed to `nobody` (a checkout in root's home), the servers keep
        one capability, to pass it: less than root has, and no folder's permissions are widened.
        """
        if os.geteuid() != 0:
            return cls.current()
        account = pwd.getpwnam("nobody")
        return cls(account.pw_uid, account.pw_gid, reach=not all(open_to_others(path) for path in needed))

    def own(self, folder: Path) -> Path:
        """Make the folder if needed, private to this account."""
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        return folder

    def write(self, path: Path, text: str) -> Path:
        """Write a file that this account alone may read."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), self.uid, self.gid)
            file.write(text)
        return path

    def wrap(self, then: Hook | None) -> Hook | None:
        """Return what a child runs before exec: become this account, then go on with the other hook."""
        if (self.uid, self.gid) == (os.geteuid(), os.getegid()):
            return then
        libc = ctypes.CDLL(None, use_errno=True)

        def become() -> None:
            if self.reach:
                libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)
            if self.reach:
                _keep_reach(libc)
            if then is not None:
                then()

        return become


def open_to_others(path: Path) -> bool:
    """Whether an account with no claim on these folders can pass through all of them."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def _keep_reach(libc: ctypes.CDLL) -> None:
    """Hold CAP_DAC_OVERRIDE alone across exec.

    Source: capabilities(7), "Ambient"; capset(2): header (version, pid), then two (effective, permitted, inheritable).
    """
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << _CAP_DAC_OVERRIDE
    libc.capset(header, (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0))
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
