"""Lines that only hold their place, and the consents that lines carry: what the licensing room asks of this one."""

from collections.abc import Iterable
from datetime import datetime

from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, LicenceId
from dam.rights import facts_store, grants_store
from dam.rights.facts import RightsIn, Use
from dam.rights.grounds import rights_behind


class Reservations:
    """What becomes of lines between a manager's decision and a licence that can be offered."""

    def consents_needed(
        self, unit: Unit, asset_ids: Iterable[AssetId], use: Use, at: datetime
    ) -> dict[AssetId, AgreementId]:
        """Return, for each photograph that has no right without one, the agreement whose holder must consent."""
        found = facts_store.facts(unit, asset_ids, party=use.party, licence_id=None, at=at)
        behind = {asset_id: rights_behind(use, known, at) for asset_id, known in found.items()}
        return {
            asset_id: min(rights, key=_number).agreement_id
            for asset_id, rights in behind.items()
            if rights and all(right.consent_required for right in rights)
        }

    def complete_lines(self, unit: Unit, licence_id: LicenceId, at: datetime) -> int:
        """Offer every line of a licence that still holds its place, and return how many did."""
        return grants_store.complete(unit, licence_id, at)

    def set_consent(self, unit: Unit, line_id: int, agreement_id: AgreementId, *, stands: bool) -> None:
        """Write on a line that the agreement's holder consents to it, or no longer does; the next decision sees it."""
        grants_store.set_consent(unit, line_id, agreement_id, stands=stands)


def _number(right: RightsIn) -> str:
    return right.number
