"""Who is acting."""

from dataclasses import dataclass

from dam.accounts.permissions import Permission, Role, permissions_of
from dam.kernel.errors import NotAllowed
from dam.kernel.ids import OrganisationId, PersonId


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, acting for one organisation."""

    person_id: PersonId
    organisation_id: OrganisationId
    roles: frozenset[Role]

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the person's roles allow."""
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        """Tell whether the person holds the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Go on only with the permission.

        Raises: NotAllowed.
        """
        if not self.may(permission):
            raise NotAllowed(permission.value)
