"""A connection that stops waiting: the server's own time-outs do not help when the server itself has stalled."""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

_ANSWER_WAIT_S = 20.0
_INTERVAL_S = 0.1

RV = TypeVar("RV")


class PatientConnection(psycopg.Connection[Any]):
    """A psycopg connection that gives up on a server silent for 20 s, which is longer than any statement may take."""

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL_S, timeout: float | None = None) -> RV:
        """Wait for the server, and close the connection when it stays silent: nothing can be known of it then.

        Raises: psycopg.OperationalError.
        """
        try:
            return super().wait(gen, interval, timeout or _ANSWER_WAIT_S)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
