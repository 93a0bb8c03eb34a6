"""The desk for reports of use: state what was published, read what was stated, see what is still due."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Fault, Invalid, NotFound, WrongState
from dam.kernel.ids import LicenceId, ReportId, new_id
from dam.kernel.text import Bilingual
from dam.licensing import licence_store, report_store
from dam.licensing.access import LICENCE, licence_scope, require_known
from dam.licensing.announcing import announce
from dam.licensing.conditions import SettledConditions
from dam.licensing.licence import LicenceState
from dam.licensing.licence_store import Record
from dam.licensing.paging import DEFAULT_LIMIT, bounded, page_of, place_of
from dam.licensing.ports import Desk, require_none
from dam.licensing.report_store import DuePlace
from dam.licensing.reports import DueRow, Licensed, ReportDraft, ReportView, flags_of, report_faults
from dam.licensing.views import Page

REPORT = Bilingual("report", "报告")


class ReportDesk(Desk):
    """What partners state about publications, and what everybody concerned sees of it."""

    def report_use(self, actor: Actor, licence_id: LicenceId, draft: ReportDraft) -> ReportView:
        """State where a licensed photograph was published, or that it was not used.

        What lies outside the licence is taken down all the same, and flagged.
        Raises: NotAllowed; NotFound; WrongState while nobody has accepted the licence; Invalid, field by field.
        """
        actor.require(Permission.USE_REPORT)
        at, report_id = self.clock(), ReportId(new_id())
        with self.database.unit() as unit:
            record = _licence(unit, actor, licence_id)
            require_known(actor.organisation_id, record.licensee.organisation_id, LICENCE)
            _require_accepted(unit, record)
            today = _day(at, record)
            licensed = Licensed(record.use, _checked(unit, record, draft, today), _revoked_on(record))
            flags = flags_of(draft, licensed, today=today)
            report_store.insert_report(unit, report_id, licence_id, actor, draft, flags=flags, at=at)
            announce(unit, _event(actor, record, draft, report_id, [flag.value for flag in flags]), at)
            return _known_report(unit, licence_id, report_id)

    def reports(
        self, actor: Actor, licence_id: LicenceId, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
    ) -> Page[ReportView]:
        """Return one page of what was stated about a licence, newest first, amended statements too.

        Raises: NotAllowed; NotFound; Invalid.
        """
        limit = bounded(limit)
        with self.database.unit() as unit:
            _licence(unit, actor, licence_id)
            found = report_store.page(unit, licence_id, after=place_of(cursor), limit=limit + 1)
        return page_of(found, limit, report_store.placed)

    def report(self, actor: Actor, licence_id: LicenceId, report_id: ReportId) -> ReportView:
        """Return one statement about a licence.

        Raises: NotAllowed; NotFound.
        """
        with self.database.unit() as unit:
            _licence(unit, actor, licence_id)
            return _known_report(unit, licence_id, report_id)

    def reports_due(self, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT) -> Page[DueRow]:
        """Return one page of the licences one may see whose reports are due, the earliest day first.

        Raises: NotAllowed; Invalid.
        """
        of, limit = licence_scope(actor), bounded(limit)
        with self.database.unit() as unit:
            found = report_store.due(unit, of=of, at=self.clock(), after=_place_of(cursor), limit=limit + 1)
        shown = found[:limit]
        return Page(shown, _cursor_of(shown[-1]) if len(found) > limit else None)

    def report_due_of(self, actor: Actor, licence_id: LicenceId) -> Sequence[DueRow]:
        """Return what is due under one licence, the earliest day first.

        Raises: NotAllowed; NotFound.
        """
        with self.database.unit() as unit:
            _licence(unit, actor, licence_id)
            return report_store.due(unit, of=None, at=self.clock(), only=licence_id, limit=DEFAULT_LIMIT)


def _licence(unit: Unit, actor: Actor, licence_id: LicenceId) -> Record:
    scope = licence_scope(actor)
    record = licence_store.record(unit, licence_id)
    if record is None:
        raise NotFound(LICENCE)
    require_known(scope, record.licensee.organisation_id, LICENCE)
    return record


def _known_report(unit: Unit, licence_id: LicenceId, report_id: ReportId) -> ReportView:
    found = report_store.report(unit, report_id)
    if found is None or found.licence_id != licence_id:
        raise NotFound(REPORT)
    return found


def _require_accepted(unit: Unit, record: Record) -> None:
    if licence_store.acceptance(unit, record.licence_id) is None:
        message = Bilingual(
            "Nobody has accepted this licence, so nothing was delivered under it.",
            "此许可证尚未被接受，因此未依其提供过任何副本。",
        )
        raise WrongState(message)


def _checked(unit: Unit, record: Record, draft: ReportDraft, today: date) -> SettledConditions:
    """Return the conditions the statement is held against.

    Raises: Invalid.
    """
    faults = report_faults(draft, today=today)
    conditions = report_store.conditions(unit, record.licence_id, draft.asset_id)
    if conditions is None:
        message = Bilingual("This licence holds no such photograph.", "此许可证不包括该照片。")
        faults.append(Fault("asset", "not_in_licence", message))
    if draft.amends is not None:
        faults += _amendment_faults(unit, record, draft, draft.amends)
    require_none(faults)
    if conditions is None:
        raise LookupError("a missing photograph is a fault")
    return conditions


def _amendment_faults(unit: Unit, record: Record, draft: ReportDraft, amends: ReportId) -> list[Fault]:
    amended = report_store.report(unit, amends)
    if amended is None or (amended.licence_id, amended.asset.asset_id) != (record.licence_id, draft.asset_id):
        message = Bilingual("There is no such report about this photograph.", "找不到关于该照片的此份报告。")
        return [Fault("amends", "unknown", message)]
    if amended.amended_by is not None:
        message = Bilingual(
            "This report was amended already; amend the later one.", "该报告已有更正，请更正较新的一份。"
        )
        return [Fault("amends", "amended", message)]
    return []


def _day(at: datetime, record: Record) -> date:
    return at.astimezone(ZoneInfo(record.use.time_zone)).date()


def _revoked_on(record: Record) -> date | None:
    if record.stored is not LicenceState.REVOKED or record.state_changed_at is None:
        return None
    return _day(record.state_changed_at, record)


def _event(actor: Actor, record: Record, draft: ReportDraft, report_id: ReportId, flags: list[str]) -> Event:
    return Event(
        type=EventType.USE_REPORTED,
        actor=actor.person_id,
        organisation=record.licensee.organisation_id,
        asset=draft.asset_id,
        licence=record.licence_id,
        details={
            "number": record.number,
            "report": str(report_id),
            "unused": draft.unused,
            "flags": flags,
            **({"amends": str(draft.amends)} if draft.amends else {}),
        },
    )


def _cursor_of(row: DueRow) -> str:
    written = f"{row.due_on.isoformat()}|{row.licence_id}".encode()
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def _place_of(cursor: str | None) -> DuePlace | None:
    if not cursor:
        return None
    try:
        day, licence_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        return DuePlace(date.fromisoformat(day), UUID(licence_id))
    except (binascii.Error, ValueError):
        message = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", message)]) from None
