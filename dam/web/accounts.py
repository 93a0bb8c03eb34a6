"""A person's own profile and keys, and the administrator's pages on people and organisations."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission, Role
from dam.accounts.person import PersonDraft
from dam.accounts.tokens import DEFAULT_LIFE_DAYS, NewToken, TokenDraft
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import OrganisationId, PersonId
from dam.kernel.text import Bilingual
from dam.web.doors import permission
from dam.web.forms import faults_by_field, text, texts
from dam.web.i18n import language_of
from dam.web.session import the_house

blueprint = Blueprint("accounts", __name__)

ROLE_NAMES = {
    Role.ARCHIVIST: _l("Archivist"),
    Role.RIGHTS_MANAGER: _l("Rights manager"),
    Role.PARTNER: _l("Partner"),
    Role.RIGHTS_HOLDER: _l("Rights holder"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}
KIND_NAMES = {
    OrganisationKind.ARCHIVE: _l("Archive"),
    OrganisationKind.PUBLISHER: _l("Publisher"),
    OrganisationKind.HOLDER: _l("Rights holder"),
}


@blueprint.app_template_global()
def role_name(role: Role) -> str:
    """Return the role's name in the language of the page."""
    return str(ROLE_NAMES[role])


@blueprint.app_template_global()
def kind_name(kind: OrganisationKind) -> str:
    """Return what the organisation is to the archive, in the language of the page."""
    return str(KIND_NAMES[kind])


@blueprint.get("/profile")
@permission(Permission.SELF_READ)
def profile(actor: Actor) -> ResponseReturnValue:
    """Show a person their own account and keys."""
    return _profile_page(actor)


@blueprint.post("/profile/tokens")
@permission(Permission.SELF_READ)
def create_token(actor: Actor) -> ResponseReturnValue:
    """Make an API token and show it, this once."""
    try:
        draft = TokenDraft(text("name"), _days(text("life_days")))
        made = the_house().accounts.create_token(actor, draft)
    except Invalid as error:
        return _profile_page(actor, faults=faults_by_field(error)), 422
    return _profile_page(actor, made=made), 201


@blueprint.post("/profile/tokens/<uuid:token_id>/revocation")
@permission(Permission.SELF_READ)
def revoke_token(actor: Actor, token_id: UUID) -> ResponseReturnValue:
    """Stop one of the person's own tokens."""
    the_house().accounts.revoke_token(actor, token_id)
    flash(_("The token is revoked. It opens nothing from now on."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.get("/people")
@permission(Permission.PERSON_MANAGE)
def people(actor: Actor) -> ResponseReturnValue:
    """Show everybody, and the form for a new person."""
    return _people_page(actor)


@blueprint.post("/people")
@permission(Permission.PERSON_MANAGE)
def create_person(actor: Actor) -> ResponseReturnValue:
    """Add a person and show the generated password, this once."""
    try:
        made = the_house().accounts.create_person(actor, _person_draft())
    except Invalid as error:
        return _people_page(actor, faults=faults_by_field(error)), 422
    except Conflict as error:
        return _people_page(actor, faults={"email": [Fault("email", error.code, error.message)]}), 409
    return _people_page(actor, made=made), 201


@blueprint.post("/people/<uuid:person_id>/deactivation")
@permission(Permission.PERSON_MANAGE)
def close_person(actor: Actor, person_id: UUID) -> ResponseReturnValue:
    """Deactivate a person."""
    the_house().accounts.close_person(actor, PersonId(person_id))
    flash(_("The account is deactivated. Its sessions and tokens have stopped."))
    return redirect(url_for("accounts.people"), 303)


@blueprint.post("/people/<uuid:person_id>/activation")
@permission(Permission.PERSON_MANAGE)
def reopen_person(actor: Actor, person_id: UUID) -> ResponseReturnValue:
    """Activate a person again."""
    the_house().accounts.reopen_person(actor, PersonId(person_id))
    flash(_("The account is active again."))
    return redirect(url_for("accounts.people"), 303)


@blueprint.get("/organisations")
@permission(Permission.PERSON_MANAGE)
def organisations(actor: Actor) -> ResponseReturnValue:
    """Show every organisation, and the form for a new one."""
    return _organisations_page(actor)


@blueprint.post("/organisations")
@permission(Permission.PERSON_MANAGE)
def create_organisation(actor: Actor) -> ResponseReturnValue:
    """Add an organisation."""
    try:
        made = the_house().accounts.create_organisation(actor, _organisation_draft())
    except Invalid as error:
        return _organisations_page(actor, faults=faults_by_field(error)), 422
    flash(_("%(name)s is added.", name=made.name.en))
    return redirect(url_for("accounts.organisations"), 303)


@blueprint.post("/organisations/<uuid:organisation_id>/deactivation")
@permission(Permission.PERSON_MANAGE)
def close_organisation(actor: Actor, organisation_id: UUID) -> ResponseReturnValue:
    """Deactivate an organisation."""
    the_house().accounts.close_organisation(actor, OrganisationId(organisation_id))
    flash(_("The organisation is deactivated. None of its people can act any more."))
    return redirect(url_for("accounts.organisations"), 303)


@blueprint.post("/organisations/<uuid:organisation_id>/activation")
@permission(Permission.PERSON_MANAGE)
def reopen_organisation(actor: Actor, organisation_id: UUID) -> ResponseReturnValue:
    """Activate an organisation again."""
    the_house().accounts.reopen_organisation(actor, OrganisationId(organisation_id))
    flash(_("The organisation is active again."))
    return redirect(url_for("accounts.organisations"), 303)


def _profile_page(actor: Actor, *, made: NewToken | None = None, faults: dict[str, list[Fault]] | None = None) -> str:
    accounts, at = the_house().accounts, the_house().clock()
    me, tokens = accounts.me(actor), accounts.tokens(actor)
    live = [token for token in tokens if token.live(at)]
    return render_template(
        "accounts/profile.html", me=me, tokens=live, made=made, faults=faults, days=DEFAULT_LIFE_DAYS
    )


def _people_page(actor: Actor, **shown: object) -> str:
    accounts = the_house().accounts
    choices = [(org.organisation_id, org.name) for org in accounts.organisations(actor) if org.active]
    return render_template(
        "accounts/people.html", people=accounts.people(actor), choices=choices, roles=list(Role), **shown
    )


def _organisations_page(actor: Actor, **shown: object) -> str:
    organisations_ = the_house().accounts.organisations(actor)
    return render_template(
        "accounts/organisations.html", organisations=organisations_, kinds=list(OrganisationKind), **shown
    )


def _person_draft() -> PersonDraft:
    try:
        organisation_id = OrganisationId(UUID(text("organisation")))
        roles = frozenset(Role(role) for role in texts("roles"))
    except ValueError:
        message = Bilingual("Choose one from the list.", "请从列表中选择。")
        raise Invalid([Fault("organisation", "invalid", message)]) from None
    return PersonDraft(text("email"), text("name"), organisation_id, roles, language_of(text("language")))


def _organisation_draft() -> OrganisationDraft:
    kind = text("kind")
    if kind not in set(OrganisationKind):
        raise Invalid([Fault("kind", "invalid", Bilingual("Choose one from the list.", "请从列表中选择。"))])
    name = Bilingual(text("name.en"), text("name.zh-Hans"))
    return OrganisationDraft(OrganisationKind(kind), name, text("country").upper() or None)


def _days(sent: str) -> int:
    if not sent:
        return DEFAULT_LIFE_DAYS
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= len("9999") else 0
