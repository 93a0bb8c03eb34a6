"""The grant: conditions settled, the place claimed, the rights behind it checked, the text written; all or nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dam.audit.events import Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, Reason
from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, PersonId, new_id
from dam.kernel.span import Span, days
from dam.kernel.text import Bilingual
from dam.licensing import asset_store, licence_store
from dam.licensing.announcing import announce
from dam.licensing.asset_store import Named
from dam.licensing.codes import asks_for_machine_use, codes_of
from dam.licensing.conditions import SettledConditions, settle
from dam.licensing.consenting import Needed, ask_consents, needed_consents
from dam.licensing.drafts import ItemDecision
from dam.licensing.licence_store import Grant, GrantItem
from dam.licensing.request import ItemState
from dam.licensing.store import Assessment, Header
from dam.licensing.terms_text import Photograph, TermsFacts, terms_of
from dam.licensing.views import UseView
from dam.rights.claims import LicenceClaim, LineDraft
from dam.rights.facts import Action, Use
from dam.rights.facts import Verdict as Availability
from dam.rights.grounds import contains
from dam.rights.reasons import ReasonCode
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


@dataclass(frozen=True, slots=True)
class Granter:
    """Who grants, for which house; the place of a licence that must wait is held for `hold`."""

    person_id: PersonId
    organisation_id: OrganisationId
    hold: timedelta


@dataclass(frozen=True, slots=True)
class Granted:
    """One photograph's licence, and where that leaves the photograph."""

    licence_id: LicenceId
    state: ItemState


@dataclass(frozen=True, slots=True)
class _Group:
    """Photographs that become one licence; `consents` are what its lines need, with the answer where there is one."""

    decisions: Sequence[ItemDecision]
    state: ItemState
    consents: Mapping[AssetId, Needed]


def grant(
    unit: Unit,
    rights: RightsService,
    granter: Granter,
    asked: Header,
    decisions: Sequence[ItemDecision],
    at: datetime,
) -> dict[AssetId, Granted]:
    """Make one licence of the granted photographs, and hold its place against everybody else.

    Shape: photographs that wait for a consent make a licence of their own; it and any exclusive one are reserved.
    Raises: ExclusivityConflict naming what stands in the way; Conflict `rights_not_held` with the reasons.
    """
    party = asked.organisation.organisation_id
    asset_ids = [decision.asset_id for decision in decisions]
    needed = needed_consents(unit, rights, asked, asset_ids, rights_use(party, asked.use), at)
    made: dict[AssetId, Granted] = {}
    for group in _groups(decisions, needed, exclusive=asked.use.exclusive):
        licence_id = _grant_group(unit, rights, granter, asked, group, at)
        made |= {one.asset_id: Granted(licence_id, group.state) for one in group.decisions}
    require_rights(assess(unit, rights, asset_ids, party, rights_use(party, asked.use), at), needed)
    return made


def _groups(
    decisions: Sequence[ItemDecision], needed: Mapping[AssetId, Needed], *, exclusive: bool
) -> Iterator[_Group]:
    waiting = {asset_id for asset_id, one in needed.items() if one.given is None}
    ready = ItemState.RESERVED if exclusive else ItemState.GRANTED
    for state, some in (
        (ready, [one for one in decisions if one.asset_id not in waiting]),
        (ItemState.CONSENT_PENDING, [one for one in decisions if one.asset_id in waiting]),
    ):
        if some:
            yield _Group(some, state, {one.asset_id: needed[one.asset_id] for one in some if one.asset_id in needed})


def _grant_group(
    unit: Unit, rights: RightsService, granter: Granter, asked: Header, group: _Group, at: datetime
) -> LicenceId:
    asset_ids = [decision.asset_id for decision in group.decisions]
    named = asset_store.named(unit, asset_ids)
    conditions = _settled(unit, rights, asked, group.decisions, named, at)
    until = None if group.state is ItemState.GRANTED else at + granter.hold
    issued = _issue(unit, granter, asked, named, conditions, at=at, until=until)
    lines = rights.claim_lines(unit, _claim(asked, issued, conditions, group.consents), at)
    items = [GrantItem(one, lines[one], conditions[one]) for one in asset_ids]
    licence_store.insert_items(unit, issued.licence_id, items)
    kind = EventType.LICENCE_GRANTED if until is None else EventType.LICENCE_RESERVED
    announce(unit, _granted(kind, granter, issued, asset_ids), at)
    ask_consents(unit, granter.person_id, asked, issued.licence_id, group.consents, lines, at=at)
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
    granter: Granter,
    asked: Header,
    named: Mapping[AssetId, Named],
    conditions: Mapping[AssetId, SettledConditions],
    *,
    at: datetime,
    until: datetime | None,
) -> Grant:
    number = licence_store.next_number(unit, at)
    licensor = licence_store.licensor(unit, granter.organisation_id)
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
        licensor=granter.organisation_id,
        licensee=asked.organisation.organisation_id,
        use=asked.use,
        span=facts.span,
        terms=terms_of(facts),
        granted_by=granter.person_id,
        granted_at=at,
        reserved_until=until,
    )
    licence_store.insert_licence(unit, issued)
    return issued


def _photograph(photo: Named, conditions: SettledConditions) -> Photograph:
    return Photograph(photo.asset.accession_number, photo.asset.title, photo.holder, conditions)


def _claim(
    asked: Header,
    issued: Grant,
    conditions: Mapping[AssetId, SettledConditions],
    consents: Mapping[AssetId, Needed],
) -> LicenceClaim:
    use = rights_use(issued.licensee, asked.use)
    return LicenceClaim(
        licence_id=issued.licence_id,
        number=issued.number,
        licensee=issued.licensee,
        media=use.media,
        territory=use.territory,
        span=issued.span,
        lines=[
            LineDraft(
                one, settled.downloads, settled.max_px, licence_store.conditions_json(settled), _given(consents, one)
            )
            for one, settled in conditions.items()
        ],
        tz=asked.use.time_zone,
        exclusive=asked.use.exclusive,
        reserved_until=issued.reserved_until,
    )


def _given(consents: Mapping[AssetId, Needed], asset_id: AssetId) -> tuple[AgreementId, ...]:
    needed = consents.get(asset_id)
    return () if needed is None or needed.given is None else (needed.agreement_id,)


def grantable(one: Assessment, asked_for: Collection[AssetId]) -> bool:
    """Tell whether nothing stands against the grant but a consent that is asked for."""
    if one.verdict == Availability.AVAILABLE.value:
        return True
    return one.asset_id in asked_for and {reason.code for reason in one.reasons} == {ReasonCode.CONSENT_NEEDED.value}


def require_rights(assessments: Sequence[Assessment], asked_for: Collection[AssetId]) -> None:
    """Go on only where every photograph can be granted.

    Raises: Conflict `rights_not_held` with the reasons.
    """
    without = [one for one in assessments if not grantable(one, asked_for)]
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


def _granted(kind: EventType, granter: Granter, issued: Grant, asset_ids: Sequence[AssetId]) -> Event:
    return Event(
        type=kind,
        actor=granter.person_id,
        organisation=issued.licensee,
        licence=issued.licence_id,
        request=issued.request_id,
        details={
            "number": issued.number,
            "assets": [str(one) for one in asset_ids],
            "terms_sha256": issued.terms.sha256,
        },
    )
