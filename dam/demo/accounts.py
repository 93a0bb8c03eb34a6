"""The people of the demo: their passwords and tokens lie in one file that only its owner reads."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.passwords import new_password
from dam.accounts.people import Actor
from dam.accounts.person import PersonDraft
from dam.accounts.service import AccountsService
from dam.accounts.tokens import LONGEST_LIFE_DAYS, TokenDraft
from dam.demo.story import ORGANISATIONS, PEOPLE, DemoOrganisation, DemoPerson
from dam.kernel.errors import NotSignedIn
from dam.kernel.ids import OrganisationId, new_id

FILE_NAME = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the file, as `API.md` names its members."""

    role: str
    email: str
    password: str
    token: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of the demo as actors, by email, and the organisations by their key."""

    actors: Mapping[str, Actor]
    organisations: Mapping[str, OrganisationId]

    def first(self, role: str) -> Actor:
        """Return the first person of a role."""
        return self.actors[next(person.email for person in PEOPLE if person.role == role)]


def settle(accounts: AccountsService, file: Path) -> Cast:
    """Make sure that everybody exists and can sign in with what the file says; safe to repeat after a stop half-way."""
    passwords = _passwords(file)
    administrator = _administrator(accounts, passwords)
    organisations = _organisations(accounts, administrator)
    for person in PEOPLE:
        if accounts.account_by_email(person.email) is None:
            accounts.create_person(administrator, _draft(person, organisations), passwords[person.email])
    actors = {person.email: _actor(accounts, person.email) for person in PEOPLE}
    _write(file, [_account(accounts, person, actors[person.email], file) for person in PEOPLE])
    return Cast(actors, organisations)


def _passwords(file: Path) -> dict[str, str]:
    """Return everybody's password, writing new ones down before anybody has them."""
    known = {account.email: account.password for account in _read(file)}
    missing = [person for person in PEOPLE if person.email not in known]
    known |= {person.email: new_password() for person in missing}
    if missing:
        _write(file, [DemoAccount(p.role.value, p.email, known[p.email], "", _names()[p.organisation]) for p in PEOPLE])
    return known


def _administrator(accounts: AccountsService, passwords: Mapping[str, str]) -> Actor:
    person = next(person for person in PEOPLE if person.role == "administrator")
    if accounts.account_by_email(person.email) is None:
        archive = next(organisation for organisation in ORGANISATIONS if organisation.key == person.organisation)
        # `found` replaces the organisation by the archive it founds.
        draft = PersonDraft(person.email, person.name, OrganisationId(new_id()), frozenset({person.role}))
        accounts.found(_organisation_draft(archive), draft, passwords[person.email])
    return _actor(accounts, person.email)


def _organisations(accounts: AccountsService, administrator: Actor) -> dict[str, OrganisationId]:
    known = {
        organisation.name.en: organisation.organisation_id for organisation in accounts.organisations(administrator)
    }
    for organisation in ORGANISATIONS:
        if organisation.name.en not in known:
            made = accounts.create_organisation(administrator, _organisation_draft(organisation))
            known[organisation.name.en] = made.organisation_id
    return {organisation.key: known[organisation.name.en] for organisation in ORGANISATIONS}


def _account(accounts: AccountsService, person: DemoPerson, actor: Actor, file: Path) -> DemoAccount:
    before = next(account for account in _read(file) if account.email == person.email)
    token = before.token if _opens(accounts, before.token) else _new_token(accounts, actor)
    return DemoAccount(person.role.value, person.email, before.password, token, _names()[person.organisation])


def _opens(accounts: AccountsService, token: str) -> bool:
    try:
        accounts.actor_for_token(token)
    except NotSignedIn:
        return False
    return True


def _new_token(accounts: AccountsService, actor: Actor) -> str:
    return accounts.create_token(actor, TokenDraft("Demo", LONGEST_LIFE_DAYS)).secret


def _actor(accounts: AccountsService, email: str) -> Actor:
    account = accounts.account_by_email(email)
    if account is None:
        raise NotSignedIn
    return account.actor


def _draft(person: DemoPerson, organisations: Mapping[str, OrganisationId]) -> PersonDraft:
    return PersonDraft(person.email, person.name, organisations[person.organisation], frozenset({person.role}))


def _organisation_draft(organisation: DemoOrganisation) -> OrganisationDraft:
    return OrganisationDraft(OrganisationKind(organisation.kind), organisation.name, organisation.country)


def _names() -> dict[str, str]:
    return {organisation.key: organisation.name.en for organisation in ORGANISATIONS}


def _read(file: Path) -> list[DemoAccount]:
    if not file.exists():
        return []
    return [DemoAccount(**line) for line in json.loads(file.read_text(encoding="utf-8"))]


def _write(file: Path, people: list[DemoAccount]) -> None:
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump([asdict(person) for person in people], out, indent=1, ensure_ascii=False)
    part.replace(file)
