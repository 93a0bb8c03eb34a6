"""A deed as it leaves: to be saved and never shown here, kept by no cache."""

from dam.delivery.delivered import Delivered, Stream
from dam.delivery.names import content_disposition
from dam.delivery.ranges import Answer
from dam.rights.deeds import OpenDeed


def deed_file(opened: OpenDeed) -> Delivered:
    """Return the answer that hands an opened deed over; the stream closes it."""
    deed = opened.deed
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": content_disposition(deed.file_name),
        "Content-Length": str(deed.size_bytes),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": deed.media_type.value,
        "X-Content-Type-Options": "nosniff",
    }
    return Delivered(Answer.WHOLE, headers, Stream(opened.body))
