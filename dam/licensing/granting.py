"""The grant: conditions settled, the place claimed, the rights behind it checked, the text written; all or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dam.accounts.people import Actor
from dam.audit.events import Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, Reason
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, new_id
from dam.kernel.span import Span, days
from dam.kernel.text import Bilingual
from dam.licensing import asset_store, licence_store
from dam.licensing.announcing import announce
from dam.licensing.asset_store import Named
from dam.licensing.codes import asks_for_machine_use, codes_of
from dam.licensing.conditions import SettledConditions, settle
from dam.licensing.drafts import ItemDecision
from dam.licensing.licence_store import Grant, GrantItem
from dam.licensing.store import Assessment, Header
from dam.licensing.terms_text import Photograph, TermsFacts, terms_of
from dam.licensing.views import UseView
from dam.rights.claims import LicenceClaim, LineDraft
from dam.rights.facts import Action, Use
from dam.rights.facts import Verdict as Availability
from dam.rights.grounds import contains
from dam.rights.service import RightsService
from dam.rights.territories import territory_name, territory_set
from dam.rights.vocabularies import media_set


def span_of(use: UseView) -> Span:
    """Return the use's days as instants."""
    return days(use.starts_on, use.ends_on, use.time_zone)


def rights_use(party: OrganisationId, use: UseView) -> Use:
    """Return the use as the rights room judges it."""
    return Use(
        action=Action.PUBLISH,
        party=party,
        media=media_set(codes_of(use.media)),
        territory=territory_set(codes_of(use.territory), codes_of(use.territory_except)),
        span=span_of(use),
        print_run=use.print_run,
    )


def assess(
    unit: Unit,
    rights: RightsService,
    asset_ids: Sequence[AssetId],
    party: OrganisationId,
    use: Use,
    at: datetime,
) -> list[Assessment]:
    """Return what rights say of each photograph for the use, in one round trip and in the same order."""
    found = rights.availability_many(unit, asset_ids, party, at, use)
    return [Assessment(one, found[one].verdict.value, found[one].reasons, found[one].free_from) for one in asset_ids]


def grant(
    unit: Unit,
    rights: RightsService,
    actor: Actor,
    asked: Header,
    decisions: Sequence[ItemDecision],
    at: datetime,
) -> LicenceId:
    """Make one licence of the granted photographs of a request, and hold its place against everybody else.

    Raises: ExclusivityConflict naming what stands in the way; Conflict `rights_not_held` with the reasons.
    """
    asset_ids = [decision.asset_id for decision in decisions]
    named = asset_store.named(unit, asset_ids)
    conditions = _settled(unit, rights, asked, decisions, named, at)
    issued = _issue(unit, actor, asked, named, conditions, at)
    lines = rights.claim_lines(unit, _claim(asked, issued, conditions), at)
    _require_rights(assess(unit, rights, asset_ids, issued.licensee, rights_use(issued.licensee, asked.use), at))
    items = [GrantItem(one, lines[one], conditions[one]) for one in asset_ids]
    licence_store.insert_items(unit, issued.licence_id, items)
    announce(unit, _granted(actor, issued, asset_ids), at)
    return issued.licence_id


def _settled(
    unit: Unit,
    rights: RightsService,
    asked: Header,
    decisions: Sequence[ItemDecision],
    named: Mapping[AssetId, Named],
    at: datetime,
) -> dict[AssetId, SettledConditions]:
    machine = asks_for_machine_use(codes_of(asked.use.media))
    return {
        one.asset_id: settle(
            one.conditions,
            max_px=asked.use.max_px,
            print_run=asked.use.print_run,
            credit_line=_credit_line(unit, rights, asked, named[one.asset_id], at),
            asks_for_machine_use=machine,
        )
        for one in decisions
    }


def _credit_line(unit: Unit, rights: RightsService, asked: Header, photo: Named, at: datetime) -> str:
    """Return the photograph's own credit line, else that of the agreement behind the use, else its rights holder."""
    if photo.asset.credit_line:
        return photo.asset.credit_line
    party = asked.organisation.organisation_id
    use = rights_use(party, asked.use)
    found = rights.facts(unit, photo.asset.asset_id, party=party, at=at).rights_in
    behind = sorted(
        (right for right in found if right.grantee in {None, party} and right.live and contains(right, use, at)),
        key=lambda right: right.number,
    )
    agreed = next((right.credit_line for right in behind if right.credit_line), None)
    return agreed or (photo.holder.pick("en") if photo.holder else photo.asset.accession_number)


def _issue(
    unit: Unit,
    actor: Actor,
    asked: Header,
    named: Mapping[AssetId, Named],
    conditions: Mapping[AssetId, SettledConditions],
    at: datetime,
) -> Grant:
    number = licence_store.next_number(unit, at)
    licensor = licence_store.licensor(unit, actor.organisation_id)
    facts = TermsFacts(
        number=number,
        request_number=asked.number,
        licensor=licensor.name,
        licensee=asked.organisation.name,
        seat=territory_name(licensor.country) if licensor.country else None,
        granted_on=at.astimezone(ZoneInfo(asked.use.time_zone)).date(),
        use=asked.use,
        span=span_of(asked.use),
        photographs=[_photograph(named[one], settled) for one, settled in conditions.items()],
    )
    issued = Grant(
        licence_id=LicenceId(new_id()),
        number=number,
        request_id=asked.request_id,
        licensor=actor.organisation_id,
        licensee=asked.organisation.organisation_id,
        use=asked.use,
        span=facts.span,
        terms=terms_of(facts),
        granted_by=actor.person_id,
        granted_at=at,
    )
    licence_store.insert_licence(unit, issued)
    return issued


def _photograph(photo: Named, conditions: SettledConditions) -> Photograph:
    return Photograph(photo.asset.accession_number, photo.asset.title, photo.holder, conditions)


def _claim(asked: Header, issued: Grant, conditions: Mapping[AssetId, SettledConditions]) -> LicenceClaim:
    use = rights_use(issued.licensee, asked.use)
    return LicenceClaim(
        licence_id=issued.licence_id,
        number=issued.number,
        licensee=issued.licensee,
        media=use.media,
        territory=use.territory,
        span=issued.span,
        lines=[
            LineDraft(one, settled.downloads, settled.max_px, licence_store.conditions_json(settled))
            for one, settled in conditions.items()
        ],
        tz=asked.use.time_zone,
    )


def _require_rights(assessments: Sequence[Assessment]) -> None:
    without = [one for one in assessments if one.verdict != Availability.AVAILABLE.value]
    if not without:
        return
    message = Bilingual(
        "The archive cannot license {count} of these photographs for this use. Nothing was granted.",
        "档案馆无权就此用途授权其中 {count} 张照片。未授予任何许可。",
    )
    raise Conflict(
        message.format(count=len(without)),
        code="rights_not_held",
        extra={
            "items": [
                {"asset": str(one.asset_id), "verdict": one.verdict, "reasons": list(map(_json, one.reasons))}
                for one in without
            ],
            "reasons": [_json(reason) for reason in dict.fromkeys(why for one in without for why in one.reasons)],
        },
    )


def _json(reason: Reason) -> dict[str, str]:
    return {
        "code": reason.code,
        "message": reason.message.en,
        "message_zh": reason.message.zh,
        "next_step": reason.next_step.en,
        "next_step_zh": reason.next_step.zh,
    }


def _granted(actor: Actor, issued: Grant, asset_ids: Sequence[AssetId]) -> Event:
    return Event(
        type=EventType.LICENCE_GRANTED,
        actor=actor.person_id,
        organisation=issued.licensee,
        licence=issued.licence_id,
        request=issued.request_id,
        details={
            "number": issued.number,
            "assets": [str(one) for one in asset_ids],
            "terms_sha256": issued.terms.sha256,
        },
    )
