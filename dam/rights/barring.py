"""The restriction that hides even a preview, as an SQL condition; the twin of `Restriction.hides_preview`."""

from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, cast, exists, literal  # noqa: TID251  a condition other stores use
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE  # noqa: TID251  as above

from dam.database.tables.rights import restriction, restriction_line
from dam.rights.facts import COMP
from dam.rights.territories import WORLD


def hides_preview(scope_key: ColumnElement[int], at: datetime) -> ColumnElement[bool]:
    """Return the condition that a live restriction bars looking at the photograph, the world over.

    Shape: said of `scope_key`, at the instant `at`; a photograph it holds for is one `decide` refuses to show.
    """
    return exists().where(
        restriction_line.c.restriction_id == restriction.c.id,
        restriction_line.c.scope.op("@>")(cast(scope_key, BigInteger)),
        restriction.c.lifted_at.is_(None),
        restriction.c.term.op("@>")(literal(at)),
        restriction.c.media.op("@>")(cast(COMP.multirange(), INT4MULTIRANGE)),
        restriction.c.territory.op("@>")(cast(WORLD.multirange(), INT4MULTIRANGE)),
    )
