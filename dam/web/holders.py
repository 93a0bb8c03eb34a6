"""The pages of rights holders and collections, which the rooms of rights and of the catalogue both show again."""

from collections.abc import Mapping, Sequence

from flask import render_template, request
from flask_babel import gettext as _

from dam.accounts.people import Actor
from dam.imaging.mark import Strength
from dam.kernel.errors import Fault
from dam.kernel.ids import HolderId, OrganisationId
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from dam.web.forms import named, text
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
        mark_options=mark_options(),
    )


def holder_page(actor: Actor, holder_id: HolderId, faults: Faults | None = None) -> str:
    """Return the page of one rights holder, as recorded or, with faults, as typed."""
    found, organisations = the_house().rights.holder(actor, holder_id), the_house().accounts.organisations(actor)
    recorded = {
        "name.en": found.name.en,
        "name.zh-Hans": found.name.zh,
        "organisation": str(found.organisation_id or ""),
        "statement": found.statement,
        "contact": found.contact,
        "mark": found.mark.value,
    }
    return render_template(
        "rights/holder.html",
        holder=found,
        kept=request.form if faults else recorded,
        organisation_options=[(str(each.organisation_id), say(each.name)) for each in organisations if each.active],
        mark_options=mark_options(),
        holder_faults=faults,
    )


def holder_draft() -> HolderDraft:
    """Return what the form says of a rights holder."""
    organisation = named("organisation")
    return HolderDraft(
        name=Bilingual(text("name.en"), text("name.zh-Hans")),
        organisation_id=None if organisation is None else OrganisationId(organisation),
        statement=text("statement"),
        contact=text("contact"),
        mark=text("mark") or Strength.NORMAL.value,
    )


def mark_options() -> list[tuple[str, str]]:
    """Return the strengths of the mark, in words."""
    return [
        (Strength.SUBTLE.value, _("subtle")),
        (Strength.NORMAL.value, _("normal")),
        (Strength.STRONG.value, _("strong")),
    ]
