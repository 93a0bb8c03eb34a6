"""Everything people do with licences: the desks of the room in one place."""

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.licensing import licence_store, store
from dam.licensing.access import licence_scope, request_scope
from dam.licensing.certificates import CertificateDesk
from dam.licensing.lightboxes import LightboxDesk
from dam.licensing.notice_desk import NoticeDesk
from dam.licensing.requests import RequestDesk
from dam.licensing.views import Counts


class LicensingService(RequestDesk, CertificateDesk, LightboxDesk, NoticeDesk):
    """Requests, licences and lightboxes.

    `submit request requests decide return_for_changes resubmit withdraw comment`, `licence licences accept suspend
    reinstate revoke`, `certificate licence_with_sources confirm`, `lightbox collect drop entitle`, and the `counts`
    beside the menu.
    """

    def counts(self, actor: Actor) -> Counts:
        """Return the figures beside the menu entries; nought for what the person may not read."""
        waiting = returned = offered = active = 0
        with self.database.unit() as unit:
            if actor.may(Permission.REQUEST_READ_ALL) or actor.may(Permission.REQUEST_READ_OWN):
                waiting, returned = store.count_waiting(unit, request_scope(actor))
            if actor.may(Permission.LICENCE_READ_ALL) or actor.may(Permission.LICENCE_READ_OWN):
                offered, active = licence_store.count_live(unit, licence_scope(actor), self.clock())
        return Counts(waiting, returned, offered, active)
