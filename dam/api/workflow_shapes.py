"""Shapes of what counter-offers, consents and reservations answer."""

from dam.api.shapes import (
    BILINGUAL,
    COUNT,
    DATE,
    FLAG,
    ID,
    INSTANT,
    REASON,
    TEXT,
    USE,
    many,
    maybe,
    members,
    named,
    one_of,
    page,
)
from dam.licensing.views import ConsentState, OfferState
from dam.rights.facts import Verdict

OFFER_ITEM = named(
    "OfferItem",
    members(asset=ID, accession_number=TEXT, verdict=one_of(Verdict), reasons=many(REASON), free_from=maybe(DATE)),
)
OFFER = named(
    "CounterOffer",
    members(
        id=ID,
        state=one_of(OfferState),
        use=USE,
        differs=many(TEXT),
        conditions={"type": "object", "additionalProperties": True},
        message=TEXT,
        valid_until=INSTANT,
        made_by=TEXT,
        made_at=INSTANT,
        items=many(OFFER_ITEM),
    ),
)
CONSENT = named(
    "Consent",
    members(
        id=ID,
        state=one_of(ConsentState),
        licence=ID,
        asset=ID,
        accession_number=TEXT,
        title=BILINGUAL,
        holder=BILINGUAL,
        agreement=TEXT,
        licensee=BILINGUAL,
        use=USE,
        credit_line=TEXT,
        reserved_until=maybe(INSTANT),
        asked_at=INSTANT,
        answered_at=maybe(INSTANT),
        answered_by=maybe(TEXT),
        on_behalf=FLAG,
        words=TEXT,
        answerable=FLAG,
        withdrawable=FLAG,
    ),
)
CONSENT_PAGE = page("ConsentPage", CONSENT)
RESERVATION = named(
    "Reservation",
    members(
        until=maybe(INSTANT),
        consents=many(CONSENT),
        needs_signature=FLAG,
        signed_by=maybe(TEXT),
        signed_at=maybe(INSTANT),
        may_sign=FLAG,
        may_release=FLAG,
        other_signers=COUNT,
    ),
)
