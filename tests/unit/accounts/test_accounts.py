"""The nouns of accounts: drafts, tokens, passwords, doors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dam.accounts.doors import Guarded, Public, declare, door_of
from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.passwords import SHORTEST, hash_password, new_password
from dam.accounts.people import Actor
from dam.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, permissions_of
from dam.accounts.person import PersonDraft
from dam.accounts.tokens import LONGEST_LIFE_DAYS, Token, TokenDraft, new_secret, token_digest
from dam.kernel.errors import Invalid, NotAllowed
from dam.kernel.text import Bilingual

AT = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
ID = UUID(int=1)


def _fields(draft):
    with pytest.raises(Invalid) as refused:
        draft.check()
    assert all(fault.message.en and fault.message.zh for fault in refused.value.faults)
    return {fault.field for fault in refused.value.faults}


def test_a_person_hears_of_every_fault_at_once():
    assert _fields(PersonDraft("nobody", " ", ID, frozenset())) == {"email", "name", "roles"}


@pytest.mark.parametrize("email", ["a@b.c", " A@B.example ", "a+b@x.y.z"])
def test_addresses_that_pass(email):
    PersonDraft(email, "N", ID, frozenset({Role.PARTNER})).check()


@pytest.mark.parametrize("email", ["", "a", "a@b", "a@.c", "a b@c.d", "a@b..c", "a@b.c\n@d", "x" * 251 + "@b.c"])
def test_addresses_that_do_not(email):
    assert _fields(PersonDraft(email, "N", ID, frozenset({Role.PARTNER}))) == {"email"}


def test_a_person_is_stored_trimmed_and_in_lower_case():
    person = PersonDraft(" A@B.Example ", " N ", ID, frozenset({Role.PARTNER})).person(ID, AT)
    assert (person.email, person.name) == ("a@b.example", "N")


def test_an_organisation_needs_an_english_name_and_a_real_country_code():
    assert _fields(OrganisationDraft(OrganisationKind.PUBLISHER, Bilingual(" ", "名"), "cn")) == {"name.en", "country"}
    assert _fields(OrganisationDraft(OrganisationKind.PUBLISHER, Bilingual("x" * 201, "x" * 201))) == {
        "name.en",
        "name.zh-Hans",
    }


@pytest.mark.parametrize("days", [0, -1, LONGEST_LIFE_DAYS + 1])
def test_a_token_has_an_end_within_a_year(days):
    """D21."""
    assert _fields(TokenDraft("n", days)) == {"life_days"}


def test_a_token_lives_until_its_edge_and_not_at_it():
    """D16, D21: exact at the boundary and a second either side."""
    token = Token(ID, ID, "n", AT, TokenDraft("n").expiry(AT), None, None)
    end = AT + timedelta(days=90)
    assert token.live(AT)
    assert token.live(end - timedelta(seconds=1))
    assert not token.live(end)
    assert not token.live(end + timedelta(seconds=1))
    assert not token.live(AT - timedelta(seconds=1))
    assert not Token(ID, ID, "n", AT, end, None, AT).live(AT)


def test_secrets_are_long_and_never_the_same():
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(secret.startswith("imp_") and len(secret) == 47 for secret in made)
    assert len({token_digest(secret) for secret in made}) == 200


def test_passwords_are_argon2id_and_salted():
    pepper = "p" * 32
    first, second = hash_password("同一个密码 long", pepper), hash_password("同一个密码 long", pepper)
    assert first.startswith("$argon2id$")
    assert first != second
    assert len({new_password() for _ in range(200)}) == 200
    assert len(new_password()) >= SHORTEST


def test_no_role_but_the_administrators_manages_people_and_the_administrator_sees_no_photograph():
    managers = {role for role, held in ROLE_PERMISSIONS.items() if Permission.PERSON_MANAGE in held}
    assert managers == {Role.ADMINISTRATOR}
    held = ROLE_PERMISSIONS[Role.ADMINISTRATOR]
    assert not {Permission.RENDITION_VIEW, Permission.COPY_FETCH, Permission.REQUEST_DECIDE} & held


def test_an_auditor_only_reads():
    assert {permission.value.rpartition(".")[2] for permission in ROLE_PERMISSIONS[Role.AUDITOR]} <= {
        "read",
        "read_all",
        "view",
    }


def test_no_role_means_no_permission():
    """D10: nothing configured, nothing allowed."""
    actor = Actor(ID, ID, frozenset())
    assert permissions_of(frozenset()) == frozenset()
    for permission in Permission:
        with pytest.raises(NotAllowed):
            actor.require(permission)


def test_a_door_opens_to_any_one_of_its_permissions():
    door = Guarded((Permission.REQUEST_READ_OWN, Permission.REQUEST_READ_ALL))
    assert door.opens_to(ROLE_PERMISSIONS[Role.PARTNER])
    assert door.opens_to(ROLE_PERMISSIONS[Role.AUDITOR])
    assert not door.opens_to(ROLE_PERMISSIONS[Role.ARCHIVIST])
    assert not Guarded(()).opens_to(frozenset(Permission))


def test_a_view_declares_nothing_until_it_does():
    def view() -> None:
        """Do nothing."""

    assert door_of(view) is None
    declare(view, Public("a reason"))
    assert door_of(view) == Public("a reason")
