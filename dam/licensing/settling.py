"""Settling photographs of a request: what is granted and what is refused, written down together or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dam.audit.events import Detail
from dam.database.unit import Unit
from dam.kernel.errors import Conflict
from dam.kernel.ids import AssetId, LicenceId, RequestId
from dam.kernel.text import Bilingual
from dam.licensing import store
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.granting import Granted, Granter, assess, grant, rights_use
from dam.licensing.request import AWAITED, ItemState
from dam.licensing.store import Assessment, Header, Settled
from dam.rights.service import RightsService


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the decisions came to: the licences they made, and how many photographs are open or held after them."""

    licences: Sequence[LicenceId]
    undecided: int
    awaited: int


def settle_decisions(
    unit: Unit, rights: RightsService, granter: Granter, asked: Header, decisions: Sequence[ItemDecision], at: datetime
) -> Settlement:
    """Grant and refuse the photographs for the use of `asked`, which need not be the use that is stored.

    Raises: ExclusivityConflict naming what stands in the way; Conflict `rights_not_held` or `already_decided`.
    """
    party = asked.organisation.organisation_id
    asset_ids = [one.asset_id for one in decisions]
    told = assess(unit, rights, asset_ids, party, rights_use(party, asked.use), at)
    wanted = [one for one in decisions if one.decision is Verdict.GRANT]
    granted = grant(unit, rights, granter, asked, wanted, at) if wanted else {}
    settled = [_settled(one, what, granted) for one, what in zip(decisions, told, strict=True)]
    if store.settle(unit, asked.request_id, settled, decided_by=granter.person_id, at=at) != len(settled):
        raise already_decided(asset_ids)
    return _settlement(unit, asked.request_id, granted)


def decided_details(decisions: Sequence[ItemDecision]) -> dict[str, Detail]:
    """Return the decisions as an event tells them."""
    return {
        "granted": [str(one.asset_id) for one in decisions if one.decision is Verdict.GRANT],
        "refused": [str(one.asset_id) for one in decisions if one.decision is Verdict.REFUSE],
    }


def already_decided(asset_ids: Sequence[AssetId]) -> Conflict:
    """Return the refusal of whoever decides second."""
    message = Bilingual(
        "Somebody has already decided some of these photographs. Load the request again.",
        "其中部分照片已由他人审批。请重新载入该申请。",
    )
    return Conflict(message, code="already_decided", extra={"assets": [str(one) for one in asset_ids]})


def _settled(decision: ItemDecision, told: Assessment, granted: Mapping[AssetId, Granted]) -> Settled:
    made = granted.get(decision.asset_id)
    if made is None:
        return Settled(told, ItemState.REFUSED, decision.reason.strip(), None)
    return Settled(told, made.state, "", made.licence_id)


def _settlement(unit: Unit, request_id: RequestId, granted: Mapping[AssetId, Granted]) -> Settlement:
    states = store.item_states(unit, request_id).values()
    return Settlement(
        licences=list(dict.fromkeys(one.licence_id for one in granted.values())),
        undecided=sum(one is ItemState.UNDECIDED for one in states),
        awaited=sum(one in AWAITED for one in states),
    )
