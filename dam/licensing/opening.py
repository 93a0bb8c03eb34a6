"""Opening a request: only for who may know of it, and as the clock says it stands."""

from datetime import datetime

from dam.accounts.people import Actor
from dam.database.unit import Unit
from dam.kernel.errors import NotFound
from dam.kernel.ids import RequestId
from dam.licensing import store
from dam.licensing.access import REQUEST, request_scope, require_known
from dam.licensing.reserving import tidy
from dam.licensing.store import Header
from dam.rights.service import RightsService


def known(
    unit: Unit, rights: RightsService, actor: Actor, request_id: RequestId, at: datetime, *, lock: bool = False
) -> Header:
    """Return the request; with `lock`, nobody else changes it before this unit ends.

    Raises: NotAllowed; NotFound, also for the request of another organisation.
    """
    scope = request_scope(actor)
    asked = opened(unit, rights, request_id, at, lock=lock)
    require_known(scope, asked.organisation.organisation_id, REQUEST)
    return asked


def opened(unit: Unit, rights: RightsService, request_id: RequestId, at: datetime, *, lock: bool = True) -> Header:
    """Return the request, with what lapsed tidied up.

    Raises: NotFound.
    """
    asked = store.header(unit, request_id, lock=lock)
    if asked is not None and asked.lapses(at):
        asked = asked if lock else store.header(unit, request_id, lock=True)
        asked = None if asked is None else tidy(unit, rights, asked, at)
    if asked is None:
        raise NotFound(REQUEST)
    return asked
