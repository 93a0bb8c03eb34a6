"""What an error of PostgreSQL means to the house."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dam.kernel.errors import ExclusivityConflict, ImprimaturError, ServiceFault
from dam.kernel.text import Bilingual

_SERVICE = "postgresql"
_EXCLUSION_VIOLATION = "23P01"
_CONTENTION = frozenset({"40001", "40P01", "55P03"})
_EXCLUSIVE = Bilingual(
    "Another live grant holds this photograph, territory, media and time.",
    "另一项有效授权已占用该照片在此地区、媒体和期限内的权利。",
)


class Contended(ServiceFault):
    """Two units of work wanted the same rows in opposite order; doing the whole unit again is expected to succeed."""

    code = "contended"

    def __init__(self) -> None:
        super().__init__(_SERVICE)


def translate(error: SQLAlchemyError) -> ImprimaturError | None:
    """Return the house's word for the error, or None where the error is a defect of ours and should be seen as one."""
    if isinstance(error, PoolTimeout | PendingRollbackError):
        return ServiceFault(_SERVICE)
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state == _EXCLUSION_VIOLATION:
        return ExclusivityConflict(_EXCLUSIVE, extra={"constraint": constraint_of(error)})
    if state in _CONTENTION:
        return Contended()
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return ServiceFault(_SERVICE)
    return None


def constraint_of(error: DBAPIError) -> str | None:
    """Return the name of the constraint the statement broke, if it broke one."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return name if isinstance(name, str) else None
