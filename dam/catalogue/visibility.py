"""Who may know of which photographs, as one SQL condition that search, facets and every asset page share."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission, Role
from dam.catalogue.asset import AssetState
from dam.database.tables.catalogue import asset
from dam.database.tables.rights import rights_holder

Barred = Callable[[ColumnElement[int], datetime], ColumnElement[bool]]
"""Says, of a scope key at an instant, whether a live restriction hides even the preview; rights owns the rule."""


scope_key: ColumnElement[int] = asset.c.scope_key
"""What `barred` is asked about."""


def visible(actor: Actor, at: datetime, barred: Barred) -> ColumnElement[bool]:
    """Return the condition on `asset` that holds for the photographs this person may know of.

    Who inspects sees all; auditors what is ready; partners what is ready and not barred; people of a rights holder what
    is ready and theirs. A role not named here sees nothing.
    """
    if actor.may(Permission.ASSET_INSPECT):
        return true()
    return and_(asset.c.state == AssetState.READY.value, or_(false(), *_grounds(actor, at, barred)))


def _grounds(actor: Actor, at: datetime, barred: Barred) -> list[ColumnElement[bool]]:
    grounds: list[ColumnElement[bool]] = []
    if Role.AUDITOR in actor.roles:
        grounds.append(true())
    if Role.PARTNER in actor.roles:
        grounds.append(not_(barred(scope_key, at)))
    if Role.RIGHTS_HOLDER in actor.roles:
        theirs = select(rights_holder.c.id).where(rights_holder.c.organisation_id == actor.organisation_id)
        grounds.append(asset.c.holder_id.in_(theirs))
    return grounds
