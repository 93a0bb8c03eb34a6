"""Which consents a grant needs, which of them were given before, and the asking for the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dam.audit.events import Detail, Event, EventType
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, LicenceId, PersonId
from dam.licensing import consents_store
from dam.licensing.announcing import announce
from dam.licensing.consents_store import Asked
from dam.licensing.store import Header
from dam.licensing.views import ConsentView
from dam.rights.facts import Use
from dam.rights.service import RightsService


@dataclass(frozen=True, slots=True)
class Needed:
    """The agreement whose holder must consent; `given` is the answer where the very same use was consented to."""

    agreement_id: AgreementId
    given: Mapping[str, object] | None


def needed_consents(
    unit: Unit, rights: RightsService, asked: Header, asset_ids: Sequence[AssetId], use: Use, at: datetime
) -> dict[AssetId, Needed]:
    """Return the consents the photographs need for the use, with those that stand from an earlier try of the request.

    Shape: a consent to one use says nothing of another, so only the same use, to the word, takes it over.
    """
    agreements = rights.consents_needed(unit, asset_ids, use, at)
    if not agreements:
        return {}
    stands = {
        (one.asset_id, one.agreement_id): one.answer
        for one in consents_store.given(unit, asked.request_id, list(agreements))
        if one.use == asked.use
    }
    return {asset_id: Needed(one, stands.get((asset_id, one))) for asset_id, one in agreements.items()}


def ask_consents(
    unit: Unit,
    by: PersonId,
    asked: Header,
    licence_id: LicenceId,
    needed: Mapping[AssetId, Needed],
    lines: Mapping[AssetId, int],
    *,
    at: datetime,
) -> None:
    """Ask the rights holders, once for each line that needs it."""
    if not needed:
        return
    wanted = [Asked(asset_id, lines[asset_id], one.agreement_id, one.given) for asset_id, one in needed.items()]
    consents_store.ask(unit, licence_id, wanted, by, at)
    open_ones = [one for one in consents_store.of_licence(unit, licence_id, at) if one.answerable]
    for holder in dict.fromkeys(one.holder for one in open_ones):
        announce(unit, _asked_of([one for one in open_ones if one.holder == holder], by, asked), at)


def _asked_of(consents: Sequence[ConsentView], by: PersonId, asked: Header) -> Event:
    first = consents[0]
    details: dict[str, Detail] = {
        "number": first.licence_number,
        "photographs": len(consents),
        "consents": [str(one.consent_id) for one in consents],
    }
    if first.holder_organisation is not None:
        details["holder_organisation"] = str(first.holder_organisation)
    return Event(
        type=EventType.CONSENT_ASKED,
        actor=by,
        organisation=asked.organisation.organisation_id,
        licence=first.licence_id,
        request=asked.request_id,
        details=details,
    )
