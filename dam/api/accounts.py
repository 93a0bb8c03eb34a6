"""Who the caller is, the organisations they may know, and their own API tokens."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, Schema, fields
from apiflask.validators import Length
from flask.typing import ResponseReturnValue

from dam.accounts.organisation import Organisation
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.accounts.tokens import DEFAULT_LIFE_DAYS, Token, TokenDraft
from dam.api.doors import permission, the_house
from dam.api.schemas import StrictSchema, TextOut, text_out

blueprint = APIBlueprint("api_accounts", __name__, url_prefix="/api/v1", tag="Accounts")


class OrganisationOut(Schema):
    """One organisation, by name."""

    id = fields.UUID()
    kind = fields.String()
    name = fields.Nested(TextOut)
    country = fields.String(allow_none=True)


class OrganisationsOut(Schema):
    """The organisations the caller may know; never more than one page."""

    items = fields.List(fields.Nested(OrganisationOut))
    next = fields.String(allow_none=True)


class MeOut(Schema):
    """The caller."""

    id = fields.UUID()
    name = fields.String()
    email = fields.String()
    language = fields.String(allow_none=True)
    roles = fields.List(fields.String())
    permissions = fields.List(fields.String())
    organisation = fields.Nested(OrganisationOut)


class TokenIn(StrictSchema):
    """A token to be made."""

    name = fields.String(required=True, validate=Length(max=200))
    life_days = fields.Integer(load_default=DEFAULT_LIFE_DAYS, strict=True)


class TokenOut(Schema):
    """One of the caller's tokens, without its secret."""

    id = fields.UUID()
    name = fields.String()
    created_at = fields.DateTime()
    expires_at = fields.DateTime()
    last_used_at = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(allow_none=True)


class NewTokenOut(TokenOut):
    """A token just made; `token` is shown this once."""

    token = fields.String()


class TokensOut(Schema):
    """The caller's tokens, newest first; never more than one page."""

    items = fields.List(fields.Nested(TokenOut))
    next = fields.String(allow_none=True)


@blueprint.get("/me")
@permission(Permission.SELF_READ)
@blueprint.output(MeOut)
def me(actor: Actor) -> dict[str, object]:
    """Tell who the token stands for, and what they may attempt."""
    found = the_house().accounts.me(actor)
    return {
        "id": found.person.person_id,
        "name": found.person.name,
        "email": found.person.email,
        "language": found.person.language,
        "roles": sorted(found.person.roles),
        "permissions": sorted(found.permissions),
        "organisation": organisation_json(found.organisation),
    }


@blueprint.get("/organisations")
@permission(Permission.ORGANISATION_READ)
@blueprint.output(OrganisationsOut)
def organisations(actor: Actor) -> dict[str, object]:
    """List the organisations whose names the caller may know."""
    found = the_house().accounts.organisations(actor)
    return {"items": [organisation_json(organisation) for organisation in found], "next": None}


@blueprint.get("/tokens")
@permission(Permission.SELF_READ)
@blueprint.output(TokensOut)
def tokens(actor: Actor) -> dict[str, object]:
    """List the caller's own tokens, dead ones included."""
    return {"items": [_token_json(token) for token in the_house().accounts.tokens(actor)], "next": None}


@blueprint.post("/tokens")
@permission(Permission.SELF_READ)
@blueprint.input(TokenIn)
@blueprint.output(NewTokenOut, status_code=201)
def create_token(actor: Actor, json_data: dict[str, Any]) -> dict[str, object]:
    """Make a token that acts as the caller; it is shown this once."""
    made = the_house().accounts.create_token(actor, TokenDraft(json_data["name"], json_data["life_days"]))
    return {**_token_json(made.token), "token": made.secret}


@blueprint.post("/tokens/<uuid:token_id>/revocation")
@permission(Permission.SELF_READ)
@blueprint.output({}, status_code=204)
def revoke_token(actor: Actor, token_id: UUID) -> ResponseReturnValue:
    """Stop one of the caller's own tokens at once."""
    the_house().accounts.revoke_token(actor, token_id)
    return ""


def organisation_json(organisation: Organisation) -> dict[str, object]:
    """Return the organisation before dumping, as every room shows it."""
    return {
        "id": organisation.organisation_id,
        "kind": organisation.kind.value,
        "name": text_out(organisation.name),
        "country": organisation.country,
    }


def _token_json(token: Token) -> dict[str, object]:
    return {
        "id": token.token_id,
        "name": token.name,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
