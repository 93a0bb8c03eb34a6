"""Reading objects, the store's commonest work, over kept connections and with nothing in between."""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, Full, LifoQueue
from urllib.parse import urlsplit

from dam.kernel.clock import Clock, utc_now
from dam.kernel.errors import IntegrityFault, ServiceFault
from dam.storage.ports import CHUNK_BYTES, Body, HandOver
from dam.storage.signing import object_path, signed_get

_SERVICE = "s3"
_CONNECT_WAIT_S = 3
_READ_WAIT_S = 30
_KEPT_CONNECTIONS = 32
_LARGEST_REFUSAL = 4096


class Reader:
    """Opens objects of one store; safe for threads, and for a fork before or after first use."""

    def __init__(self, endpoint: str, *, region: str, access_key: str, secret_key: str, clock: Clock = utc_now) -> None:
        self._address = urlsplit(endpoint)
        self._region = region
        self._access_key = access_key
        self._secret_key = secret_key
        self._clock = clock
        self._tls = ssl.create_default_context() if self._address.scheme == "https" else None
        self._idle: LifoQueue[tuple[int, HTTPConnection]] = LifoQueue(_KEPT_CONNECTIONS)

    def open(self, bucket: str, key: str, start: int = 0, end: int | None = None) -> Body:
        """Open the half-open range `[start, end)` of the object; close the body when done.

        Raises: ServiceFault; IntegrityFault when the object is missing.
        """
        path = object_path(bucket, key)
        headers = dict(self._signed(path))
        if start or end is not None:
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        connection, answer = self._ask(path, headers)
        if answer.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            answer.read(_LARGEST_REFUSAL)
            connection.close()
            raise (IntegrityFault if answer.status == HTTPStatus.NOT_FOUND else ServiceFault)(_SERVICE)
        return self._body(connection, answer)

    def hand_over(self, bucket: str, key: str) -> HandOver:
        """Return what a front server needs to fetch the object in our stead, now."""
        path = object_path(bucket, key)
        headers = self._signed(path)
        return HandOver(path, headers["Authorization"], headers["X-Amz-Date"])

    def _signed(self, path: str) -> Mapping[str, str]:
        return signed_get(
            path,
            host=self._address.netloc,
            region=self._region,
            access_key=self._access_key,
            secret_key=self._secret_key,
            at=self._clock(),
        )

    def _ask(self, path: str, headers: Mapping[str, str]) -> tuple[HTTPConnection, HTTPResponse]:
        """Ask over a kept connection; one the store has closed meanwhile is replaced once.

        A store that keeps silent is not asked again: the person has waited long enough.
        """
        kept = self._kept()
        if kept is not None:
            try:
                return kept, _answer(kept, path, headers)
            except TimeoutError as error:
                kept.close()
                raise ServiceFault(_SERVICE) from error
            except (HTTPException, OSError):
                kept.close()
        fresh = self._fresh()
        try:
            return fresh, _answer(fresh, path, headers)
        except (HTTPException, OSError) as error:
            fresh.close()
            raise ServiceFault(_SERVICE) from error

    def _kept(self) -> HTTPConnection | None:
        while True:
            try:
                made_in, connection = self._idle.get_nowait()
            except Empty:
                return None
            if made_in == os.getpid():
                return connection

    def _fresh(self) -> HTTPConnection:
        host, port = self._address.hostname or "", self._address.port
        try:
            if self._tls is None:
                connection = HTTPConnection(host, port, timeout=_CONNECT_WAIT_S)
            else:
                connection = HTTPSConnection(host, port, timeout=_CONNECT_WAIT_S, context=self._tls)
            connection.connect()
            connection.sock.settimeout(_READ_WAIT_S)
        except OSError as error:
            raise ServiceFault(_SERVICE) from error
        return connection

    def _body(self, connection: HTTPConnection, answer: HTTPResponse) -> Body:
        size = int(answer.getheader("Content-Length", "0"))
        ranged = answer.getheader("Content-Range")
        total = int(ranged.rpartition("/")[2]) if ranged else size
        chunks = _Chunks(answer, size, keep=lambda: self._keep(connection, answer), drop=connection.close)
        return Body(size, total, chunks, chunks.close)

    def _keep(self, connection: HTTPConnection, answer: HTTPResponse) -> None:
        answer.close()
        try:
            self._idle.put_nowait((os.getpid(), connection))
        except Full:
            connection.close()


class _Chunks:
    """The bytes of one answer; its connection is kept once every one was read, and dropped whatever else happens."""

    def __init__(
        self, answer: HTTPResponse, size_bytes: int, *, keep: Callable[[], None], drop: Callable[[], None]
    ) -> None:
        self._answer = answer
        self._left = size_bytes
        self._keep = keep
        self._drop = drop
        self._over = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return the next bytes.

        Raises: ServiceFault when fewer come than were promised.
        """
        if self._over:
            raise StopIteration
        if self._left == 0:
            self._end(self._keep)
            raise StopIteration
        try:
            chunk = self._answer.read(min(CHUNK_BYTES, self._left))
        except (HTTPException, OSError) as error:
            self.close()
            raise ServiceFault(_SERVICE) from error
        if not chunk:
            self.close()
            raise ServiceFault(_SERVICE)
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Stop reading; after the end this changes nothing, for the connection may serve somebody else by then."""
        self._end(self._drop)

    def _end(self, what: Callable[[], None]) -> None:
        if not self._over:
            self._over = True
            what()


def _answer(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> HTTPResponse:
    connection.request("GET", path, headers=dict(headers))
    return connection.getresponse()
