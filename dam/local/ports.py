"""Free loopback ports, found by asking the kernel."""

import socket
from contextlib import ExitStack, closing

LOOPBACK = "127.0.0.1"
GRPC_OFFSET = 10_000
"""SeaweedFS listens for gRPC this far above each HTTP port."""

_LOWEST_PAIR = 20_000
_HIGHEST_PAIR = 32_000
_HIGHEST_PORT = 65_535


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def first_free(wanted: int) -> int:
    """Return the wanted port, or the next free one above it.

    Raises: OSError where none is left.
    """
    for port in range(wanted, _HIGHEST_PORT):
        if is_free(port):
            return port
    msg = f"No free port from {wanted} on."
    raise OSError(msg)


def free_ports(count: int) -> list[int]:
    """Return that many free ports, all different."""
    with ExitStack() as held:
        found = []
        for _ in range(count):
            probe = held.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)))
            probe.bind((LOOPBACK, 0))
            found.append(int(probe.getsockname()[1]))
        return found


def free_pairs(count: int, seed: int) -> list[int]:
    """Return ports N whose N + 10000 is free too; the seed spreads stacks that start at the same moment."""
    found: list[int] = []
    span = _HIGHEST_PAIR - _LOWEST_PAIR
    for step in range(span):
        port = _LOWEST_PAIR + (seed * 97 + step) % span
        if is_free(port) and is_free(port + GRPC_OFFSET):
            found.append(port)
        if len(found) == count:
            return found
    msg = "No free pair of ports is left for the object store."
    raise OSError(msg)


def accepts(port: int) -> bool:
    """Whether something on loopback answers this port."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
