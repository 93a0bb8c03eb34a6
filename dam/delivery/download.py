"""From a permit to an answer: status, headers, and bytes or nginx's internal path to them."""

from collections.abc import Mapping
from types import MappingProxyType

from dam.audit.receipt import HEADER, Receipts
from dam.delivery.asks import Method
from dam.delivery.delivered import Delivered, Stream
from dam.delivery.gate import Admitted, Shelf, etag
from dam.delivery.names import content_disposition
from dam.delivery.ranges import Answer
from dam.kernel.errors import IntegrityFault
from dam.storage.ports import Body, Copies, HandOver, Renditions

ACCEL_ROOT = "/_objects"
"""The internal location of `config/deploy/nginx.conf`, which alone reads these headers and passes none of them on."""

_FIXED: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
    }
)


def deliver(
    admitted: Admitted,
    *,
    renditions: Renditions,
    copies: Copies,
    accel: bool = False,
    receipts: Receipts | None = None,
) -> Delivered:
    """Return the answer to an admitted ask; with `accel`, nginx sends the bytes of copies.

    Raises: ServiceFault when the store does not answer, IntegrityFault when what it holds is not what was admitted.
    """
    headers = _headers(admitted)
    if receipts is not None and admitted.shelf is Shelf.COPIES:
        headers[HEADER] = receipts.sign(*admitted.logged)
    answer = admitted.extent.answer
    if admitted.method is Method.HEAD or admitted.extent.size_bytes == 0:
        return Delivered(answer, headers)
    if accel and admitted.shelf is Shelf.COPIES:
        return Delivered(Answer.WHOLE, _for_nginx(headers, admitted, copies.hand_over(admitted.key)))
    shelf = renditions if admitted.shelf is Shelf.RENDITIONS else copies
    return Delivered(answer, headers, Stream(_open(admitted, shelf)))


def _open(admitted: Admitted, shelf: Renditions) -> Body:
    meant = admitted.extent
    whole = meant.answer is Answer.WHOLE
    body = shelf.open(admitted.key) if whole else shelf.open(admitted.key, meant.start, meant.end)
    if (body.size_bytes, body.total_bytes) != (meant.size_bytes, meant.total_bytes):
        body.close()
        raise IntegrityFault("s3")
    return body


def _headers(admitted: Admitted) -> dict[str, str]:
    meant = admitted.extent
    headers = {**_FIXED, "ETag": etag(admitted.sha256)}
    if admitted.file_name is not None:
        headers["Content-Disposition"] = content_disposition(admitted.file_name)
    match meant.answer:
        case Answer.WHOLE:
            headers |= {"Content-Type": admitted.media_type, "Content-Length": str(meant.size_bytes)}
        case Answer.PART:
            headers |= {
                "Content-Type": admitted.media_type,
                "Content-Length": str(meant.size_bytes),
                "Content-Range": f"bytes {meant.start}-{meant.end - 1}/{meant.total_bytes}",
            }
        case Answer.UNSATISFIABLE:
            headers |= {"Content-Length": "0", "Content-Range": f"bytes */{meant.total_bytes}"}
        case Answer.UNCHANGED:
            pass
    return headers


def _for_nginx(headers: Mapping[str, str], admitted: Admitted, handed: HandOver) -> dict[str, str]:
    """Nginx asks the store for exactly the admitted part, whatever the client's own headers say."""
    meant = admitted.extent
    kept = {name: value for name, value in headers.items() if name not in ("Content-Length", "Content-Range")}
    return kept | {
        "X-Accel-Redirect": ACCEL_ROOT + handed.path,
        "X-Object-Authorization": handed.authorization,
        "X-Object-Date": handed.date,
        "X-Object-Range": f"bytes={meant.start}-{meant.end - 1}" if meant.answer is Answer.PART else "",
    }
