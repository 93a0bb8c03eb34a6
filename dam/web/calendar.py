"""When a photograph is free, as a page: month by month, by medium in one territory and by territory for one medium."""

from uuid import UUID

from babel.dates import format_skeleton
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AssetId
from dam.rights.calendar import MEDIA_GROUPS, TERRITORY_GROUPS, Column, Month, product
from dam.rights.territories import territory_name
from dam.rights.vocabularies import MEDIA
from dam.web.doors import permission
from dam.web.forms import faults_by_field
from dam.web.i18n import say
from dam.web.session import the_house
from dam.web.uses import territory_groups

blueprint = Blueprint("calendar", __name__)

_TERRITORY, _MEDIUM = "WORLD", "editorial.news"


@blueprint.get("/assets/<uuid:asset_id>/calendar")
@permission(Permission.AVAILABILITY_READ)
def availability(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Show the next two years of one photograph; a code that is none is said, and the usual use shown."""
    territory, medium = request.args.get("territory") or _TERRITORY, request.args.get("media") or _MEDIUM
    try:
        return _page(actor, AssetId(asset_id), territory, medium)
    except Invalid as error:
        faults = [Fault(fault.field.partition(".")[0], fault.code, fault.message) for fault in error.faults]
        return _page(actor, AssetId(asset_id), _TERRITORY, _MEDIUM, faults=faults_by_field(Invalid(faults))), 422


def _page(actor: Actor, asset_id: AssetId, territory: str, medium: str, **said: object) -> str:
    house = the_house()
    photo = house.catalogue.asset(actor, asset_id)
    by_medium = product([territory], MEDIA_GROUPS)
    by_territory = product(TERRITORY_GROUPS, [medium])
    found = house.rights.availability_calendar(actor, asset_id, [*by_medium, *by_territory])
    split = len(by_medium)
    rows = list(zip(map(_month_name, found.months), found.cells, strict=True))
    tables = [
        ("media", [_medium_name(column) for column in by_medium], [(name, cells[:split]) for name, cells in rows]),
        (
            "territory",
            [say(territory_name(column.territory)) for column in by_territory],
            [(name, cells[split:]) for name, cells in rows],
        ),
    ]
    return render_template(
        "catalogue/calendar.html",
        photo=photo,
        tables=tables,
        territory=territory,
        medium=medium,
        territory_label=say(territory_name(territory)),
        medium_label=say(MEDIA[medium].name),
        territory_options=[(one.code, say(one.label)) for _, choices in territory_groups() for one in choices],
        media_options=[(node.code, "\u2003" * max(0, node.depth - 1) + say(node.name)) for node in MEDIA.values()],
        **said,
    )


def _medium_name(column: Column) -> str:
    return say(MEDIA[column.media].name)


def _month_name(month: Month) -> str:
    return str(format_skeleton("yMMM", month.first, locale=get_locale()))
