"""The desk for what leaves the house about a licence: its certificate, its ODRL document, and their confirmation."""

from collections.abc import Sequence

from dam.accounts.people import Actor
from dam.database.unit import Unit
from dam.kernel.errors import WrongState
from dam.kernel.ids import AgreementId, LicenceId
from dam.kernel.text import Bilingual
from dam.licensing import licence_store
from dam.licensing.certificate import certificate
from dam.licensing.granting import rights_use
from dam.licensing.licence_store import Record
from dam.licensing.licences import LicenceDesk
from dam.licensing.verification import Confirmation, is_number, matches, standing
from dam.licensing.views import LicenceView
from dam.rights.grounds import contains

_NOT_ACCEPTED = Bilingual("There is no certificate before the terms are accepted.", "条款被接受之前，不出具证书。")


class CertificateDesk(LicenceDesk):
    """What a licence shows to others."""

    def certificate(self, actor: Actor, licence_id: LicenceId, *, base_url: str) -> tuple[str, bytes]:
        """Return the number of the licence and its certificate as PDF, with its state of this moment.

        Raises: NotAllowed; NotFound, also for the licence of another organisation; WrongState before acceptance.
        """
        view = self.licence(actor, licence_id)
        if view.acceptance is None:
            raise WrongState(_NOT_ACCEPTED, extra={"state": view.state.value})
        return view.number, certificate(view, view.acceptance, base_url=base_url, at=self.clock())

    def licence_with_sources(self, actor: Actor, licence_id: LicenceId) -> tuple[LicenceView, Sequence[AgreementId]]:
        """Return the licence, and the supply agreements whose rights it stands on.

        Raises: NotAllowed; NotFound, also for the licence of another organisation.
        """
        view = self.licence(actor, licence_id)
        with self.database.unit() as unit:
            return view, self._sources(unit, view)

    def confirm(self, number: str, given: str) -> Confirmation | None:
        """Return what a certificate's holder may know; None alike for an unknown number and for a wrong fingerprint."""
        if not is_number(number):
            return None
        at = self.clock()
        with self.database.unit() as unit:
            found = licence_store.record_numbered(unit, number)
        if found is None or not matches(found.terms_sha256, given):
            return None
        return _confirmation(found, standing(found.stored, found.span, at, found.reserved_until))

    def _sources(self, unit: Unit, view: LicenceView) -> list[AgreementId]:
        party, at = view.licensee.organisation_id, self.clock()
        use = rights_use(party, view.use)
        found = {
            right.number: right.agreement_id
            for item in view.items
            for right in self.rights.facts(unit, item.asset.asset_id, party=party, at=at).rights_in
            if right.grantee in {None, party} and contains(right, use, at)
        }
        return [found[number] for number in sorted(found)]


def _confirmation(record: Record, stands: tuple[bool, Bilingual]) -> Confirmation:
    valid, state = stands
    return Confirmation(
        number=record.number,
        valid=valid,
        state=state,
        licensee=record.licensee.name,
        starts_on=record.use.starts_on,
        ends_on=record.use.ends_on,
        time_zone=record.use.time_zone,
    )
