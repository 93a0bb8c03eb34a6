"""Who is told of something, where it leads, and in which words: one line of the table of notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from uuid import UUID

from dam.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from dam.audit.events import Detail, Event
from dam.kernel.ids import NoticeId, OrganisationId
from dam.kernel.text import Bilingual


class Audience(StrEnum):
    """Who is told."""

    MANAGERS = "managers"
    """Everybody who decides requests."""
    PARTNER = "partner"
    """Everybody of the event's organisation who asks for licences."""
    HOLDER = "holder"
    """Everybody of the organisation named in the event's detail `holder_organisation`."""


class Place(StrEnum):
    """The page a notice leads to, with the id of the event that fills it."""

    REQUEST = "/requests/{request}"
    LICENCE = "/licences/{licence}"
    CONSENTS = "/consents"
    REPORTS = "/licences/{licence}/reports"
    AGREEMENT = "/rights/agreements/{agreement}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One line of the table.

    Shape: the placeholders of `sentence` are details of the event. Whoever did it is never told; with `across`, nobody
    of their organisation is.
    """

    audience: Audience
    place: Place
    subject: Bilingual
    sentence: Bilingual
    across: bool = False

    def facts(self, details: Mapping[str, Detail]) -> dict[str, str]:
        """Return what the sentence needs of the details, and nothing else of them."""
        wanted = {name for _, name, _, _ in Formatter().parse(self.subject.en + self.sentence.en) if name}
        return {name: str(details[name]) for name in sorted(wanted)}

    def path(self, event: Event) -> str:
        """Return the page of ours that it leads to."""
        return self.place.format(request=event.request, licence=event.licence, agreement=event.agreement)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What one person was told; `path` is the page it leads to."""

    notice_id: NoticeId
    subject: Bilingual
    sentence: Bilingual
    path: str
    at: datetime
    read: bool


_NEEDED: Mapping[Audience, Permission] = MappingProxyType(
    {
        Audience.MANAGERS: Permission.REQUEST_DECIDE,
        Audience.PARTNER: Permission.REQUEST_SUBMIT,
        Audience.HOLDER: Permission.CONSENT_ANSWER,
    }
)


def roles_of(audience: Audience) -> frozenset[Role]:
    """Return the roles that belong to the audience."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if _NEEDED[audience] in held)


def concerns(audience: Audience, event: Event) -> bool:
    """Tell whether there is anybody to tell: a rights holder may have no organisation of their own here."""
    return audience is not Audience.HOLDER or "holder_organisation" in event.details


def organisation_of(audience: Audience, event: Event) -> OrganisationId | None:
    """Return the organisation whose people are told, None where it may be any."""
    match audience:
        case Audience.MANAGERS:
            return None
        case Audience.PARTNER:
            return event.organisation
        case Audience.HOLDER:
            return OrganisationId(UUID(str(event.details["holder_organisation"])))
