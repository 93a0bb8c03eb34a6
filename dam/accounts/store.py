"""The only SQL of the accounts room."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless

from dam.accounts.organisation import Organisation, OrganisationKind
from dam.accounts.permissions import Role
from dam.accounts.person import Account, Person
from dam.accounts.tokens import Token
from dam.database.tables.accounts import api_token, organisation, person
from dam.database.unit import Unit
from dam.kernel.ids import OrganisationId, PersonId
from dam.kernel.text import Bilingual, Language

_ORGANISATION = tuple(column.label(f"org_{column.name}") for column in organisation.c)
_TOKEN = tuple(column.label(f"token_{column.name}") for column in api_token.c if column.name != "sha256")
# One write a minute is enough to tell a used token from a forgotten one.
_TOUCH_EVERY_S = 60


def account_of_person(unit: Unit, person_id: PersonId) -> Account | None:
    """Return the account of the person, active or not."""
    return _one_account(unit, person.c.id == person_id)


def account_of_email(unit: Unit, email: str) -> Account | None:
    """Return the account with this address (as `mailbox` writes it), active or not."""
    if "\x00" in email:  # nobody's, and PostgreSQL has no word for it
        return None
    return _one_account(unit, person.c.email == email)


def account_of_session(unit: Unit, session_key: str) -> Account | None:
    """Return the account whose sessions carry this key, active or not."""
    return _one_account(unit, person.c.fs_uniquifier == session_key)


def account_of_token(unit: Unit, sha256: str) -> tuple[Token, Account] | None:
    """Return the token with this digest and the account it acts for, live or not."""
    wanted = _accounts().add_columns(*_TOKEN).join(api_token, api_token.c.person_id == person.c.id)
    row = unit.connection.execute(wanted.where(api_token.c.sha256 == sha256)).one_or_none()
    return (_token(row), _account(row)) if row else None


def touch_token(unit: Unit, token: Token, at: datetime) -> None:
    """Write down that the token was used, at most once a minute."""
    used = token.last_used_at
    if used is None or (at - used).total_seconds() >= _TOUCH_EVERY_S:
        unit.connection.execute(update(api_token).where(api_token.c.id == token.token_id).values(last_used_at=at))


def somebody_exists(unit: Unit) -> bool:
    """Tell whether any person was ever created."""
    return unit.connection.execute(select(person.c.id).limit(1)).first() is not None


def insert_organisation(unit: Unit, new: Organisation) -> None:
    """Add an organisation."""
    row = {
        "id": new.organisation_id,
        "kind": new.kind.value,
        "name_en": new.name.en,
        "name_zh": new.name.zh,
        "country": new.country,
        "is_active": new.active,
        "created_at": new.created_at,
    }
    unit.connection.execute(insert(organisation).values(row))


def insert_person(unit: Unit, new: Person, password_hash: str, session_key: str) -> bool:
    """Add a person; False when the address is taken."""
    row = {
        "id": new.person_id,
        "email": new.email,
        "password": password_hash,
        "name": new.name,
        "active": new.active,
        "fs_uniquifier": session_key,
        "organisation_id": new.organisation_id,
        "roles": sorted(role.value for role in new.roles),
        "language": new.language,
        "created_at": new.created_at,
    }
    wanted = insert_unless(person).values(row).on_conflict_do_nothing(index_elements=[person.c.email])
    return unit.connection.execute(wanted.returning(person.c.id)).first() is not None


def organisations(unit: Unit, *, visible_to: OrganisationId | None) -> list[Organisation]:
    """Return organisations by name: every one for None, else the archive and that one."""
    wanted = select(*_ORGANISATION).order_by(organisation.c.name_en, organisation.c.id)
    if visible_to is not None:
        archive = organisation.c.kind == OrganisationKind.ARCHIVE.value
        wanted = wanted.where(archive | (organisation.c.id == visible_to))
    return [_organisation(row) for row in unit.connection.execute(wanted)]


def people(unit: Unit) -> list[Account]:
    """Return everybody by organisation and name."""
    wanted = _accounts().order_by(organisation.c.name_en, person.c.name, person.c.id)
    return [_account(row) for row in unit.connection.execute(wanted)]


def set_person_active(unit: Unit, person_id: PersonId, *, active: bool, session_key: str) -> bool:
    """Open or close an account and end its sessions; False when it was so already, or is unknown."""
    changed = (
        update(person)
        .where(person.c.id == person_id, person.c.active != active)
        .values(active=active, fs_uniquifier=session_key)
    )
    return unit.connection.execute(changed).rowcount == 1


def set_organisation_active(unit: Unit, organisation_id: OrganisationId, *, active: bool) -> bool:
    """Open or close an organisation; False when it was so already, or is unknown."""
    asked = (organisation.c.id == organisation_id) & (organisation.c.is_active != active)
    return unit.connection.execute(update(organisation).where(asked).values(is_active=active)).rowcount == 1


def organisation_exists(unit: Unit, organisation_id: OrganisationId) -> bool:
    """Tell whether there is such an organisation."""
    asked = select(organisation.c.id).where(organisation.c.id == organisation_id)
    return unit.connection.execute(asked).first() is not None


def set_language(unit: Unit, person_id: PersonId, language: Language) -> None:
    """Keep the language the person reads in."""
    unit.connection.execute(update(person).where(person.c.id == person_id).values(language=language))


def set_password(unit: Unit, person_id: PersonId, password_hash: str, session_key: str) -> None:
    """Keep a new password and end every session that knew the old one."""
    changed = update(person).where(person.c.id == person_id)
    unit.connection.execute(changed.values(password=password_hash, fs_uniquifier=session_key))


def end_sessions(unit: Unit, person_id: PersonId, session_key: str) -> None:
    """End every session of the person: those to come carry the new key."""
    unit.connection.execute(update(person).where(person.c.id == person_id).values(fs_uniquifier=session_key))


def set_password_hash(unit: Unit, person_id: PersonId, password_hash: str) -> None:
    """Keep another hash of the same password."""
    unit.connection.execute(update(person).where(person.c.id == person_id).values(password=password_hash))


def record_sign_in(unit: Unit, person_id: PersonId, at: datetime, address: str | None) -> None:
    """Keep when and from where the person signed in, and the time before."""
    unit.connection.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(
            last_login_at=person.c.current_login_at,
            last_login_ip=person.c.current_login_ip,
            current_login_at=at,
            current_login_ip=address,
            login_count=person.c.login_count + 1,
        )
    )


def insert_token(unit: Unit, token: Token, sha256: str) -> None:
    """Add a token by its digest."""
    row = {
        "id": token.token_id,
        "person_id": token.person_id,
        "name": token.name,
        "sha256": sha256,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    unit.connection.execute(insert(api_token).values(row))


def tokens(unit: Unit, person_id: PersonId) -> list[Token]:
    """Return the person's tokens, newest first."""
    wanted = select(*_TOKEN).where(api_token.c.person_id == person_id).order_by(api_token.c.id.desc())
    return [_token(row) for row in unit.connection.execute(wanted)]


def revoke_token(unit: Unit, person_id: PersonId, token_id: UUID, at: datetime) -> bool:
    """Stop one token of the person; False when there is none that still lives."""
    asked = (api_token.c.id == token_id) & (api_token.c.person_id == person_id) & api_token.c.revoked_at.is_(None)
    return unit.connection.execute(update(api_token).where(asked).values(revoked_at=at)).rowcount == 1


def _accounts() -> Select[Any]:
    return select(person, *_ORGANISATION).join(organisation, organisation.c.id == person.c.organisation_id)


def _one_account(unit: Unit, asked: ColumnElement[bool]) -> Account | None:
    row = unit.connection.execute(_accounts().where(asked)).one_or_none()
    return _account(row) if row else None


def _account(row: Row[Any]) -> Account:
    return Account(_person(row), _organisation(row), row.password, row.fs_uniquifier)


def _person(row: Row[Any]) -> Person:
    return Person(
        person_id=row.id,
        email=row.email,
        name=row.name,
        organisation_id=row.organisation_id,
        roles=frozenset(Role(role) for role in row.roles),
        language=row.language,
        active=row.active,
        created_at=row.created_at,
        last_sign_in_at=row.current_login_at,
    )


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(
        organisation_id=row.org_id,
        kind=OrganisationKind(row.org_kind),
        name=Bilingual(row.org_name_en, row.org_name_zh),
        country=row.org_country,
        active=row.org_is_active,
        created_at=row.org_created_at,
    )


def _token(row: Row[Any]) -> Token:
    return Token(
        token_id=row.token_id,
        person_id=row.token_person_id,
        name=row.token_name,
        created_at=row.token_created_at,
        expires_at=row.token_expires_at,
        last_used_at=row.token_last_used_at,
        revoked_at=row.token_revoked_at,
    )
