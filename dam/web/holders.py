"""The page of rights holders and collections, which the rooms of rights and of the catalogue both show again."""

from collections.abc import Mapping, Sequence

from flask import render_template

from dam.accounts.people import Actor
from dam.kernel.errors import Fault
from dam.web.i18n import say
from dam.web.session import the_house

Faults = Mapping[str, Sequence[Fault]]


def holders_page(actor: Actor, *, holder_faults: Faults | None = None, collection_faults: Faults | None = None) -> str:
    """Return the page; a form with faults keeps what was typed into it."""
    house = the_house()
    if collection_faults:
        # The room speaks of the title as a whole; the form shows that at its first line.
        collection_faults = {"title.en" if name == "title" else name: one for name, one in collection_faults.items()}
    holders, organisations = house.rights.holders(actor), house.accounts.organisations(actor)
    return render_template(
        "rights/holders.html",
        holders=holders,
        collections=house.catalogue.collections(actor),
        organisation_names={each.organisation_id: each.name for each in organisations},
        organisation_options=[(str(each.organisation_id), say(each.name)) for each in organisations if each.active],
        holder_names={each.holder_id: each.name for each in holders},
        holder_options=[(str(each.holder_id), say(each.name)) for each in holders],
        holder_faults=holder_faults,
        collection_faults=collection_faults,
    )
