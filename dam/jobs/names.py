"""Every kind of background work; the value is also the name of its Celery task."""

from enum import StrEnum


class JobKind(StrEnum):
    """What is to be done to the subject."""

    PREPARE_ASSET = "ingest.prepare"
    """Read a received original and make its renditions; the subject is the asset."""
    MAKE_COPY = "delivery.make_copy"
    """Make the licensed copy of a delivery; the subject is the delivery."""
    DELETE_COPY = "delivery.delete_copy"
    """Delete the licensed copy of a lapsed delivery; the subject is the delivery."""
    SEND_LETTER = "mail.send"
    """Send a letter of the outbox; the subject is the letter."""
