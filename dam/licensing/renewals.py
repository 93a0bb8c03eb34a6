"""The desk for renewals: a further term of the same photographs and use is a new request, judged like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, NotFound, WrongState
from dam.kernel.ids import AssetId, LicenceId
from dam.kernel.text import Bilingual
from dam.licensing import asset_store, licence_store, renewal_store
from dam.licensing.access import LICENCE, PHOTOGRAPH, licence_scope, require_known
from dam.licensing.codes import codes_of
from dam.licensing.drafts import MESSAGE_CHARACTERS, RequestDraft, text_fault
from dam.licensing.licence import STATE_LABELS, LicenceState, state_at
from dam.licensing.licence_store import Record
from dam.licensing.ports import require_none
from dam.licensing.request import RequestAction, RequestState, actions_from
from dam.licensing.requests import RequestDesk
from dam.licensing.views import Renewal, RequestView, UseView

_RENEWABLE = frozenset({LicenceState.ACTIVE, LicenceState.EXPIRED})
_STANDS = frozenset({LicenceState.OFFERED, LicenceState.ACTIVE, LicenceState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class RenewalDraft:
    """What may differ in the next term; a day left out is the proposed one.

    Units: `ends_on` is the last day, included, in the licence's zone.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class NextTerm:
    """The days proposed for the next term, both included."""

    starts_on: date
    ends_on: date


class RenewalDesk(RequestDesk):
    """What a partner does when a licence comes to its end."""

    def renew(self, actor: Actor, licence_id: LicenceId, draft: RenewalDraft) -> RequestView:
        """Ask for the next term of a licence of one's organisation; every photograph is answered at once.

        Raises: NotAllowed; NotFound; WrongState for a licence that cannot be renewed; Invalid; Conflict `renewal_open`
        naming the request that asks already, or `renewed` naming the licence that follows.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        fault = text_fault("message", draft.message, MESSAGE_CHARACTERS, needed=False)
        require_none([fault] if fault else [])
        at = self.clock()
        with self.database.unit() as unit:
            record = _own(unit, actor, licence_id)
            _require_renewable(unit, record, at)
            wanted = self._asked_again(unit, actor, record, draft, at)
            asked = self._submit(unit, actor, wanted, draft.message.strip(), at, renews=licence_id)
            renewal_store.link(unit, asked.request_id, licence_id)
            return self._view(unit, actor, asked, at)

    def renewals(self, actor: Actor, licence_id: LicenceId) -> Sequence[Renewal]:
        """Return every request for a further term of the licence, newest first.

        Raises: NotAllowed; NotFound.
        """
        scope = licence_scope(actor)
        with self.database.unit() as unit:
            record = licence_store.record(unit, licence_id)
            if record is None:
                raise NotFound(LICENCE)
            require_known(scope, record.licensee.organisation_id, LICENCE)
            return renewal_store.renewals(unit, licence_id)

    def _asked_again(self, unit: Unit, actor: Actor, record: Record, draft: RenewalDraft, at: datetime) -> RequestDraft:
        """Return the request for the next term, of those photographs that the partner may still ask for."""
        held = [item.asset.asset_id for item in licence_store.items(unit, record.licence_id)]
        seen = asset_store.visible_to(unit, actor, held, at, self.rights.hides_preview)
        wanted = [one for one in held if one in seen]
        if not wanted:
            raise NotFound(PHOTOGRAPH)
        return renewal_draft(record.use, wanted, draft, at)


def next_term(use: UseView, at: datetime) -> NextTerm:
    """Return as many days again, from the day after the last one, or from today where that day has passed."""
    today = at.astimezone(ZoneInfo(use.time_zone)).date()
    starts_on = max(use.ends_on + timedelta(days=1), today)
    return NextTerm(starts_on, _after(starts_on, use.ends_on - use.starts_on))


def renewal_draft(use: UseView, assets: Sequence[AssetId], draft: RenewalDraft, at: datetime) -> RequestDraft:
    """Return the same use again, in the next term; a first day of one's own moves the last one with it."""
    term = next_term(use, at)
    starts_on = draft.starts_on or term.starts_on
    return RequestDraft(
        asset_ids=assets,
        media=codes_of(use.media),
        territory=codes_of(use.territory),
        territory_except=codes_of(use.territory_except),
        starts_on=starts_on,
        ends_on=draft.ends_on or _after(starts_on, term.ends_on - term.starts_on),
        purpose=use.purpose,
        publication=use.publication,
        print_run=use.print_run,
        max_px=use.max_px,
        time_zone=use.time_zone,
        exclusive=use.exclusive,
    )


def _after(day: date, length: timedelta) -> date:
    """Return the day so long after; the calendar's last day where it would run over."""
    return day + min(length, date.max - day)


def is_open(state: RequestState) -> bool:
    """Tell whether anything but talk can still become of a request."""
    return bool(actions_from(state) - {RequestAction.COMMENT})


def may_be_renewed(state: LicenceState, *, accepted: bool, asked: Sequence[Renewal]) -> bool:
    """Tell whether the next term of a licence may be asked for: it was in force, and nobody asks for it yet."""
    return state in _RENEWABLE and accepted and _in_the_way(asked) is None


def _in_the_way(asked: Sequence[Renewal]) -> Renewal | None:
    return next((one for one in asked if is_open(one.state) or one.licence_state in _STANDS), None)


def _own(unit: Unit, actor: Actor, licence_id: LicenceId) -> Record:
    """Return the licence of one's own organisation, locked: two renewals at once see each other."""
    licence_scope(actor)
    record = licence_store.record(unit, licence_id, lock=True)
    if record is None:
        raise NotFound(LICENCE)
    require_known(actor.organisation_id, record.licensee.organisation_id, LICENCE)
    return record


def _require_renewable(unit: Unit, record: Record, at: datetime) -> None:
    state, asked = state_at(record.stored, record.span, at), renewal_store.renewals(unit, record.licence_id)
    accepted = licence_store.acceptance(unit, record.licence_id) is not None
    if may_be_renewed(state, accepted=accepted, asked=asked):
        return
    blocking = _in_the_way(asked)
    if blocking is None:
        label = STATE_LABELS[state]
        message = Bilingual("This licence cannot be renewed. It is now: {en}.", "此许可证无法续期。目前状态：{zh}。")
        raise WrongState(message.format(en=label.en, zh=label.zh), extra={"state": state.value})
    raise _open(blocking) if is_open(blocking.state) else _renewed(blocking)


def _open(one: Renewal) -> Conflict:
    message = Bilingual(
        "The next term is asked for already, by request {number}.", "已有申请 {number} 请求续期。"
    ).format(number=one.number)
    return Conflict(message, code="renewal_open", extra={"request": str(one.request_id), "number": one.number})


def _renewed(one: Renewal) -> Conflict:
    message = Bilingual(
        "This licence was renewed already, by licence {number}. Renew that one.",
        "此许可证已由许可证 {number} 续期，请对后者申请续期。",
    ).format(number=one.licence_number)
    return Conflict(message, code="renewed", extra={"licence": str(one.licence_id), "number": one.licence_number})
