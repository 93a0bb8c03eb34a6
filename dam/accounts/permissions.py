"""Every role and every permission, and who holds which.

A permission says what a role may attempt; rights alone say what may be delivered. No role overrides rights.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is here to do."""

    ARCHIVIST = "archivist"
    RIGHTS_MANAGER = "rights_manager"
    PARTNER = "partner"
    RIGHTS_HOLDER = "rights_holder"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing a person may attempt, as `room.noun.verb`."""

    SELF_READ = "accounts.self.read"
    """Read one's own name, organisation and permissions, and keep one's own API tokens."""
    ORGANISATION_READ = "accounts.organisation.read"
    """Read the names of the organisations one may see."""
    PERSON_MANAGE = "accounts.person.manage"
    """Create and deactivate organisations and people."""

    ASSET_READ = "catalogue.asset.read"
    """Search the catalogue and read descriptions."""
    ASSET_UPLOAD = "catalogue.asset.upload"
    """Bring photographs in."""
    ASSET_DESCRIBE = "catalogue.asset.describe"
    """Change descriptions, holder and collection."""
    ASSET_INSPECT = "catalogue.asset.inspect"
    """See photographs that are not ready, and every claim found in a file."""
    ASSET_WITHDRAW = "catalogue.asset.withdraw"
    """Take a photograph out of use."""

    HOLDER_RECORD = "rights.holder.record"
    """Record a rights holder."""
    AGREEMENT_RECORD = "rights.agreement.record"
    """Record a supply agreement."""
    AGREEMENT_READ = "rights.agreement.read"
    """Read supply agreements."""
    RESTRICTION_PLACE = "rights.restriction.place"
    """Place or lift an embargo, takedown or other bar."""
    TWINS_RULE = "rights.twins.rule"
    """Rule whether two photographs that look alike are the same picture."""
    AVAILABILITY_READ = "rights.availability.read"
    """Ask whether a use would be available."""

    LIGHTBOX_KEEP = "licensing.lightbox.keep"
    """Collect photographs in a lightbox."""
    REQUEST_SUBMIT = "licensing.request.submit"
    """Ask for a licence, answer, and withdraw the asking."""
    REQUEST_READ_OWN = "licensing.request.read_own"
    """Read the requests of one's own organisation."""
    REQUEST_READ_ALL = "licensing.request.read_all"
    """Read every request."""
    REQUEST_DECIDE = "licensing.request.decide"
    """Grant, refuse, or return a request for changes."""
    CONSENT_ANSWER = "licensing.consent.answer"
    """Give, refuse or withdraw the consent of one's own organisation to a use."""
    LICENCE_READ_OWN = "licensing.licence.read_own"
    """Read the licences of one's own organisation."""
    LICENCE_READ_ALL = "licensing.licence.read_all"
    """Read every licence."""
    LICENCE_ACCEPT = "licensing.licence.accept"
    """Accept the terms of a licence for one's organisation."""
    LICENCE_REVOKE = "licensing.licence.revoke"
    """Revoke or suspend a licence."""

    RENDITION_VIEW = "delivery.rendition.view"
    """See marked previews and thumbnails of what one may see."""
    COPY_FETCH = "delivery.copy.fetch"
    """Download the licensed copies of one's organisation."""

    USE_REPORT = "licensing.use.report"
    """Report where photographs of one's organisation's licences were published."""

    OUTBOX_READ = "mail.outbox.read"
    """See which letters went out and which were refused, and have those tried again."""

    LOG_READ = "audit.log.read"
    """Read the transparency log, and ask it for proofs."""
    USAGE_READ = "audit.usage.read"
    """Read, chart and export the usage log."""


_EVERYBODY = frozenset({Permission.SELF_READ, Permission.ORGANISATION_READ})
_VIEWER = _EVERYBODY | {Permission.ASSET_READ, Permission.RENDITION_VIEW, Permission.AVAILABILITY_READ}
_RIGHTS_CLERK = frozenset(
    {
        Permission.HOLDER_RECORD,
        Permission.AGREEMENT_RECORD,
        Permission.AGREEMENT_READ,
        Permission.RESTRICTION_PLACE,
        Permission.TWINS_RULE,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ARCHIVIST: _VIEWER
        | _RIGHTS_CLERK
        | {
            Permission.ASSET_UPLOAD,
            Permission.ASSET_DESCRIBE,
            Permission.ASSET_INSPECT,
            Permission.ASSET_WITHDRAW,
        },
        Role.RIGHTS_MANAGER: _VIEWER
        | _RIGHTS_CLERK
        | {
            Permission.ASSET_INSPECT,
            Permission.REQUEST_READ_ALL,
            Permission.REQUEST_DECIDE,
            Permission.LICENCE_READ_ALL,
            Permission.LICENCE_REVOKE,
        },
        Role.PARTNER: _VIEWER
        | {
            Permission.LIGHTBOX_KEEP,
            Permission.REQUEST_SUBMIT,
            Permission.REQUEST_READ_OWN,
            Permission.LICENCE_READ_OWN,
            Permission.LICENCE_ACCEPT,
            Permission.USE_REPORT,
            Permission.COPY_FETCH,
        },
        Role.RIGHTS_HOLDER: _VIEWER | {Permission.CONSENT_ANSWER},
        Role.AUDITOR: _VIEWER
        | {
            Permission.AGREEMENT_READ,
            Permission.REQUEST_READ_ALL,
            Permission.LICENCE_READ_ALL,
            Permission.LOG_READ,
            Permission.USAGE_READ,
        },
        Role.ADMINISTRATOR: _EVERYBODY | {Permission.PERSON_MANAGE, Permission.OUTBOX_READ},
    }
)


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything the roles allow together; no role, no permission."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
