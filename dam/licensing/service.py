"""Everything people do with licences: the desks of the room in one place."""

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.licensing import consents_store, licence_store, store
from dam.licensing.access import licence_scope, request_scope
from dam.licensing.certificates import CertificateDesk
from dam.licensing.consents import ConsentDesk
from dam.licensing.countering import OfferDesk
from dam.licensing.lightboxes import LightboxDesk
from dam.licensing.notice_desk import NoticeDesk
from dam.licensing.reminders import ReminderDesk
from dam.licensing.renewals import RenewalDesk
from dam.licensing.report_desk import ReportDesk
from dam.licensing.signing import ReservationDesk
from dam.licensing.views import Counts


class LicensingService(
    RenewalDesk,
    OfferDesk,
    CertificateDesk,
    ReservationDesk,
    ConsentDesk,
    LightboxDesk,
    NoticeDesk,
    ReportDesk,
    ReminderDesk,
):
    """Requests, licences and lightboxes.

    `submit request requests decide return_for_changes resubmit withdraw comment`, `licence licences accept suspend
    reinstate revoke`, `counter take_back_offer accept_offer decline_offer`, `reservation sign release`,
    `consents consent give_consent refuse_consent withdraw_consent`, `certificate licence_with_sources confirm`,
    `lightbox collect drop entitle`, and the `counts` beside the menu.
    """

    def counts(self, actor: Actor) -> Counts:
        """Return the figures beside the menu entries; nought for what the person may not read."""
        waiting = returned = offered = active = 0
        with self.database.unit() as unit:
            if actor.may(Permission.REQUEST_READ_ALL) or actor.may(Permission.REQUEST_READ_OWN):
                waiting, returned = store.count_waiting(unit, request_scope(actor))
            if actor.may(Permission.LICENCE_READ_ALL) or actor.may(Permission.LICENCE_READ_OWN):
                offered, active = licence_store.count_live(unit, licence_scope(actor), self.clock())
            consents = 0
            if actor.may(Permission.CONSENT_ANSWER):
                consents = consents_store.count_asked(unit, actor.organisation_id, self.clock())
        return Counts(waiting, returned, offered, active, consents)
