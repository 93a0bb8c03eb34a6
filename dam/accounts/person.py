"""People: who they are, what the sign-in needs of them, and what a new one must have."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from dam.accounts.faults import fault_if, refuse
from dam.accounts.organisation import Organisation
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission, Role
from dam.kernel.ids import OrganisationId, PersonId
from dam.kernel.text import Language

NAME_LENGTH = 120
EMAIL_LENGTH = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Person:
    """One person, without anything secret."""

    person_id: PersonId
    email: str
    name: str
    organisation_id: OrganisationId
    roles: frozenset[Role]
    language: Language | None
    active: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person with what the sign-in needs: kept inside, never shown.

    Shape: `password_hash` is an argon2id string; `session_key` changes whenever all sessions must end.
    """

    person: Person
    organisation: Organisation
    password_hash: str
    session_key: str

    @property
    def active(self) -> bool:
        """Tell whether the person and their organisation may act at all."""
        return self.person.active and self.organisation.active

    @property
    def actor(self) -> Actor:
        """The person as the services know them."""
        return Actor(self.person.person_id, self.organisation.organisation_id, self.person.roles)


@dataclass(frozen=True, slots=True)
class Me:
    """What the signed-in person may know of themselves."""

    person: Person
    organisation: Organisation
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What an administrator writes about a new person."""

    email: str
    name: str
    organisation_id: OrganisationId
    roles: frozenset[Role]
    language: Language | None = None

    def check(self) -> None:
        """Go on only with a sound draft.

        Raises: Invalid, with every fault.
        """
        refuse(
            fault_if(
                not _EMAIL.fullmatch(mailbox(self.email)) or len(self.email) > EMAIL_LENGTH,
                "email",
                "invalid",
                "Write an email address, such as name@example.org.",
                "请填写电子邮件地址，例如 name@example.org。",
            ),
            fault_if(
                not 0 < len(self.name.strip()) <= NAME_LENGTH,
                "name",
                "required",
                "Write the person's name, at most 120 characters.",
                "请填写姓名，最多 120 个字符。",
            ),
            fault_if(not self.roles, "roles", "required", "Choose at least one role.", "请至少选择一个角色。"),
        )

    def at(self, organisation_id: OrganisationId) -> "PersonDraft":
        """Return the same draft for another organisation."""
        return replace(self, organisation_id=organisation_id)

    def person(self, person_id: PersonId, at: datetime) -> Person:
        """Return the person this draft makes."""
        return Person(
            person_id=person_id,
            email=mailbox(self.email),
            name=self.name.strip(),
            organisation_id=self.organisation_id,
            roles=self.roles,
            language=self.language,
            active=True,
            created_at=at,
            last_sign_in_at=None,
        )


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person just created; `password` is shown to the administrator once and kept nowhere."""

    person: Person
    password: str


def mailbox(email: str) -> str:
    """Return the address as it is stored and compared: trimmed, lower case."""
    return email.strip().lower()
