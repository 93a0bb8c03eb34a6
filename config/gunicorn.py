"""What the web server does beyond its command line: it does not wait for ever for a client that stands still.

A thread is bound to its client while it reads a request or sends a file, and gunicorn sets no limit to that: as many
silent clients as there are threads would stop the whole service.
"""

import socket
import struct
from typing import Any

CLIENT_WAIT_S = 30
"""How long a client may neither send nor take one byte; a download cut off for it can be resumed."""


def post_fork(_arbiter: object, worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Bound the waiting on every connection this worker accepts: they inherit it from the listening socket."""
    seconds = int(CLIENT_WAIT_S)
    limit = struct.pack("@ll", seconds, round((CLIENT_WAIT_S - seconds) * 1_000_000))
    for listener in worker.sockets:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, limit)
