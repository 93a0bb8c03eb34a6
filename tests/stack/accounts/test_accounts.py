"""The accounts room on real PostgreSQL."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.accounts.person import PersonDraft
from dam.accounts.service import AccountsService
from dam.kernel.clock import utc_now
from dam.kernel.errors import Conflict, NotAllowed, NotFound, NotSignedIn, WrongState
from dam.kernel.ids import new_id
from dam.kernel.text import Bilingual


@pytest.fixture(scope="module")
def accounts(stack):
    return AccountsService(database=stack.database, clock=utc_now, password_pepper="p" * 32)


@pytest.fixture(scope="module")
def administrator(accounts):
    archive = OrganisationDraft(OrganisationKind.ARCHIVE, Bilingual("The Archive", "档案馆"), "CN")
    draft = PersonDraft("admin@archive.example", "Admin", new_id(), frozenset({Role.ADMINISTRATOR}))
    return _actor(accounts.found(archive, draft).person)


def _actor(person):
    return Actor(person.person_id, person.organisation_id, person.roles)


def _draft(administrator, *roles, email=None):
    return PersonDraft(email or f"{new_id().hex}@a.example", "N", administrator.organisation_id, frozenset(roles))


def test_a_house_is_founded_once(accounts, administrator):
    archive = OrganisationDraft(OrganisationKind.ARCHIVE, Bilingual("Another", ""))
    with pytest.raises(WrongState):
        accounts.found(archive, _draft(administrator, Role.ADMINISTRATOR))
    assert [found.name.en for found in accounts.organisations(administrator)] == ["The Archive"]


def test_only_administrators_manage(accounts, administrator):
    archivist = accounts.create_person(administrator, _draft(administrator, Role.ARCHIVIST)).person
    actor = _actor(archivist)
    for attempt in (
        lambda: accounts.people(actor),
        lambda: accounts.create_person(actor, _draft(administrator, Role.ADMINISTRATOR)),
        lambda: accounts.close_person(actor, administrator.person_id),
        lambda: accounts.create_organisation(actor, OrganisationDraft(OrganisationKind.HOLDER, Bilingual("x", ""))),
        lambda: accounts.close_organisation(actor, administrator.organisation_id),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_addresses_are_one_whatever_their_case(accounts, administrator):
    accounts.create_person(administrator, _draft(administrator, Role.PARTNER, email="Same@Desk.Example"))
    with pytest.raises(Conflict) as refused:
        accounts.create_person(administrator, _draft(administrator, Role.PARTNER, email=" same@desk.example"))
    assert refused.value.code == "email_taken"


def test_unknown_ids_are_not_found(accounts, administrator):
    for attempt in (
        lambda: accounts.close_person(administrator, new_id()),
        lambda: accounts.close_organisation(administrator, new_id()),
        lambda: accounts.revoke_token(administrator, new_id()),
        lambda: accounts.create_person(
            administrator, PersonDraft("x@y.example", "N", new_id(), frozenset({Role.PARTNER}))
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotSignedIn):
        accounts.actor_for_token("imp_unknown")


def test_the_service_can_delete_nothing(stack, accounts, administrator):
    """D27: the application's role lacks DELETE on people, organisations and tokens."""
    for table in ("person", "organisation", "api_token"):
        with pytest.raises(ProgrammingError, match="permission denied"), stack.database.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET roles = ARRAY['owner']",
        "UPDATE person SET roles = '{}'",
        "UPDATE person SET email = 'UPPER@desk.example'",
        "UPDATE person SET language = 'fr'",
        "UPDATE organisation SET kind = 'friend'",
        "UPDATE organisation SET country = 'China'",
    ],
)
def test_the_database_knows_the_rules_too(stack, accounts, administrator, statement):
    with pytest.raises(IntegrityError), stack.owner.engine.begin() as connection:
        connection.execute(text(statement))


def test_every_change_is_in_the_log(stack, accounts, administrator):
    made = accounts.create_person(administrator, _draft(administrator, Role.PARTNER)).person
    accounts.close_person(administrator, made.person_id)
    accounts.reopen_person(administrator, made.person_id)
    with stack.owner.unit() as unit:
        logged = (
            unit.connection.execute(
                text("SELECT type FROM au.event WHERE convert_from(entry, 'UTF8') LIKE :subject ORDER BY event_id"),
                {"subject": f"%{made.person_id}%"},
            )
            .scalars()
            .all()
        )
    assert logged == ["accounts.person.created", "accounts.person.deactivated", "accounts.person.reactivated"]
