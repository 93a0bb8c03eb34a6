"""Whose requests and licences a person may know of; others do not exist for them."""

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import NotFound
from dam.kernel.ids import OrganisationId
from dam.kernel.text import Bilingual
from dam.licensing.licence import LicenceAction, LicenceState
from dam.licensing.licence import actions_from as licence_actions
from dam.licensing.request import RequestAction, RequestState
from dam.licensing.request import actions_from as request_actions

REQUEST = Bilingual("request", "申请")
LICENCE = Bilingual("licence", "许可证")
PHOTOGRAPH = Bilingual("photograph", "照片")

_PARTNER_STEPS = frozenset(
    {RequestAction.RESUBMIT, RequestAction.WITHDRAW, RequestAction.ACCEPT_OFFER, RequestAction.DECLINE_OFFER}
)
_MANAGER_STEPS = frozenset(
    {
        RequestAction.DECIDE_IN_PART,
        RequestAction.DECIDE,
        RequestAction.RETURN_FOR_CHANGES,
        RequestAction.COUNTER,
        RequestAction.TAKE_BACK,
    }
)
"""The other steps follow from something else: a decision, an answer, a signature, the clock."""


_REVOKERS_STEPS = frozenset({LicenceAction.SUSPEND, LicenceAction.REINSTATE, LicenceAction.REVOKE})


def request_scope(actor: Actor) -> OrganisationId | None:
    """Return the organisation whose requests the person reads, None for all of them.

    Raises: NotAllowed.
    """
    return _scope(actor, Permission.REQUEST_READ_ALL, Permission.REQUEST_READ_OWN)


def licence_scope(actor: Actor) -> OrganisationId | None:
    """Return the organisation whose licences the person reads, None for all of them.

    Raises: NotAllowed.
    """
    return _scope(actor, Permission.LICENCE_READ_ALL, Permission.LICENCE_READ_OWN)


def require_known(scope: OrganisationId | None, owner: OrganisationId, noun: Bilingual) -> None:
    """Go on only where the owner is in the scope.

    Raises: NotFound.
    """
    if scope is not None and scope != owner:
        raise NotFound(noun)


def request_actions_of(actor: Actor, owner: OrganisationId, state: RequestState) -> frozenset[RequestAction]:
    """Return what the person may do to the request now."""
    asks = actor.organisation_id == owner and actor.may(Permission.REQUEST_SUBMIT)
    decides = actor.may(Permission.REQUEST_DECIDE)
    mine = _PARTNER_STEPS if asks else frozenset()
    mine |= _MANAGER_STEPS if decides else frozenset()
    mine |= {RequestAction.COMMENT} if asks or decides else frozenset()
    return request_actions(state) & mine


def licence_actions_of(actor: Actor, owner: OrganisationId, state: LicenceState) -> frozenset[LicenceAction]:
    """Return what the person may do to the licence now."""
    accepts = actor.organisation_id == owner and actor.may(Permission.LICENCE_ACCEPT)
    mine = frozenset({LicenceAction.ACCEPT}) if accepts else frozenset()
    mine |= _REVOKERS_STEPS if actor.may(Permission.LICENCE_REVOKE) else frozenset()
    mine |= {LicenceAction.RELEASE} if actor.may(Permission.REQUEST_DECIDE) else frozenset()
    return licence_actions(state) & mine


def _scope(actor: Actor, everything: Permission, own: Permission) -> OrganisationId | None:
    if actor.may(everything):
        return None
    actor.require(own)
    return actor.organisation_id
