"""From an event to the exact bytes that are logged."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from dam.audit.canonical import canonical_bytes
from dam.audit.events import Event, EventType
from dam.kernel.ids import EventId

_ENTRY_VERSION = 1


def entry_of(event: Event, event_id: EventId, at: datetime) -> bytes:
    """Return the bytes of the event; what it does not say is left out.

    Raises: ValueError when it lacks what its type must say.
    """
    require_fields(event)
    said = {
        "v": _ENTRY_VERSION,
        "id": str(event_id),
        "at": instant_text(at),
        "type": event.type.value,
        "dec": event.decision,
        "why": list(event.reasons) or None,
        "actor": _text(event.actor),
        "org": _text(event.organisation),
        "asset": _text(event.asset),
        "lic": _text(event.licence),
        "agr": _text(event.agreement),
        "req": _text(event.request),
        "dlv": _text(event.delivery),
        "rend": event.rendition,
        "bytes": event.size_bytes,
        "more": dict(event.details) or None,
    }
    return canonical_bytes({name: value for name, value in said.items() if value is not None})


def instant_text(at: datetime) -> str:
    """Return the instant as RFC 3339 in UTC, always with six decimals.

    Raises: ValueError when it is naive.
    """
    if at.tzinfo is None:
        raise ValueError("an event needs an aware instant")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def require_fields(event: Event) -> None:
    """Go on only if the event says what its type must.

    Raises: ValueError naming the missing fields.
    """
    missing = [name for name in REQUIRED_FIELDS[event.type] if getattr(event, name) is None]
    if event.decision in ("deny", "error") and not event.reasons:
        missing.append("reasons")
    if missing:
        raise ValueError(f"{event.type} lacks {', '.join(missing)}")


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


_BY_SOMEBODY = ("actor",)
_ON_ASSET = ("asset",)
_ON_REQUEST = ("actor", "organisation", "request")
_ON_LICENCE = ("licence",)
_VIEW = ("asset", "rendition", "decision")
_COPY = ("asset", "licence", "delivery")

REQUIRED_FIELDS: Mapping[EventType, tuple[str, ...]] = {
    EventType.PERSON_CREATED: (),
    EventType.PERSON_DEACTIVATED: (),
    EventType.PERSON_REACTIVATED: (),
    EventType.PERSON_ROLES_CHANGED: (),
    EventType.PERSON_PASSWORD_CHANGED: _BY_SOMEBODY,
    EventType.PERSON_SIGNED_IN: _BY_SOMEBODY,
    EventType.PERSON_SIGNED_OUT: _BY_SOMEBODY,
    EventType.SIGN_IN_REFUSED: (),
    EventType.ORGANISATION_CREATED: (),
    EventType.ORGANISATION_DEACTIVATED: (),
    EventType.ORGANISATION_REACTIVATED: (),
    EventType.TOKEN_CREATED: (),
    EventType.TOKEN_REVOKED: (),
    EventType.ASSET_RECEIVED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.ASSET_PREPARED: _ON_ASSET,
    EventType.ASSET_QUARANTINED: _ON_ASSET,
    EventType.ASSET_RELEASED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.ASSET_REMARKED: _ON_ASSET,
    EventType.UPLOAD_DISCARDED: (),
    EventType.ASSET_DESCRIBED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.ASSET_PUBLISHED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.ASSET_WITHDRAWN: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.COLLECTION_CREATED: _BY_SOMEBODY,
    EventType.HOLDER_RECORDED: _BY_SOMEBODY,
    EventType.AGREEMENT_RECORDED: (*_BY_SOMEBODY, "agreement"),
    EventType.AGREEMENT_ENDING: ("agreement",),
    EventType.AGREEMENT_ENDED: (*_BY_SOMEBODY, "agreement"),
    EventType.DEED_ATTACHED: (*_BY_SOMEBODY, "agreement", "size_bytes"),
    EventType.DEED_READ: (*_BY_SOMEBODY, "agreement", "size_bytes"),
    EventType.DEED_DISCARDED: (),
    EventType.RESTRICTION_PLACED: _BY_SOMEBODY,
    EventType.RESTRICTION_LIFTED: _BY_SOMEBODY,
    EventType.PROPOSAL_MADE: _ON_ASSET,
    EventType.PROPOSAL_CONFIRMED: _ON_ASSET,
    EventType.PROPOSAL_DISMISSED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.TWINS_FOUND: _ON_ASSET,
    EventType.TWINS_RULED: (*_BY_SOMEBODY, *_ON_ASSET),
    EventType.REQUEST_SUBMITTED: _ON_REQUEST,
    EventType.REQUEST_RETURNED: _ON_REQUEST,
    EventType.REQUEST_RESUBMITTED: _ON_REQUEST,
    EventType.REQUEST_DECIDED: _ON_REQUEST,
    EventType.REQUEST_WITHDRAWN: _ON_REQUEST,
    EventType.REQUEST_COMMENTED: _ON_REQUEST,
    EventType.REQUEST_COUNTERED: _ON_REQUEST,
    EventType.OFFER_ACCEPTED: _ON_REQUEST,
    EventType.OFFER_DECLINED: _ON_REQUEST,
    EventType.OFFER_TAKEN_BACK: _ON_REQUEST,
    EventType.OFFER_LAPSED: ("organisation", "request"),
    EventType.CONSENT_ASKED: (*_ON_REQUEST, *_ON_LICENCE),
    EventType.CONSENT_GIVEN: (*_ON_REQUEST, *_ON_LICENCE, *_ON_ASSET),
    EventType.CONSENT_REFUSED: (*_ON_REQUEST, *_ON_LICENCE, *_ON_ASSET),
    EventType.CONSENT_WITHDRAWN: (*_ON_REQUEST, *_ON_LICENCE, *_ON_ASSET),
    EventType.LICENCE_RESERVED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_SIGNED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_RELEASED: ("organisation", *_ON_LICENCE),
    EventType.LICENCE_GRANTED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_ACCEPTED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_REVOKED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_SUSPENDED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_RESUMED: (*_BY_SOMEBODY, *_ON_LICENCE),
    EventType.LICENCE_ENDING: ("organisation", *_ON_LICENCE),
    EventType.USE_REPORTED: (*_BY_SOMEBODY, "organisation", *_ON_LICENCE, *_ON_ASSET),
    EventType.REPORT_DUE: ("organisation", *_ON_LICENCE),
    EventType.REPORT_OVERDUE: ("organisation", *_ON_LICENCE),
    EventType.OUTBOX_LETTER_REOPENED: _BY_SOMEBODY,
    EventType.RENDITION_VIEWED: _VIEW,  # by nobody, where the page is public
    EventType.RENDITION_REFUSED: ("rendition", "decision"),
    EventType.COPY_STARTED: (*_BY_SOMEBODY, *_COPY),
    EventType.COPY_MADE: (*_COPY, "size_bytes"),
    EventType.COPY_DELIVERED: (*_BY_SOMEBODY, *_COPY, "decision", "size_bytes"),
    EventType.COPY_REFUSED: ("decision",),
    EventType.COPY_FAILED: _COPY,
    EventType.COPY_DELETED: _COPY,
    EventType.USAGE_READ: _BY_SOMEBODY,
    EventType.USAGE_EXPORTED: _BY_SOMEBODY,
    EventType.LOG_READ: _BY_SOMEBODY,
    EventType.LOG_EXPORTED: (),
    EventType.KEY_ANNOUNCED: (),
}
