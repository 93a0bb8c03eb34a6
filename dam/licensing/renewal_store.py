"""The only SQL about renewals: which request asks for the term after which licence."""

from sqlalchemy import insert, select

from dam.database.tables.licensing import licence, permission_request
from dam.database.tables.reports import renewal
from dam.database.unit import Unit
from dam.kernel.ids import LicenceId, RequestId
from dam.licensing.licence import LicenceState
from dam.licensing.request import RequestState
from dam.licensing.views import LicenceLink, Renewal


def link(unit: Unit, request_id: RequestId, licence_id: LicenceId) -> None:
    """Write down that the request asks for the term after the licence's."""
    unit.connection.execute(insert(renewal).values(request_id=request_id, licence_id=licence_id))


def renewals(unit: Unit, licence_id: LicenceId) -> list[Renewal]:
    """Return every request for a further term, newest first; one that came to several licences stands once for each."""
    query = (
        select(
            permission_request.c.id,
            permission_request.c.number,
            permission_request.c.state,
            licence.c.id.label("licence_id"),
            licence.c.number.label("licence_number"),
            licence.c.state.label("licence_state"),
        )
        .join_from(renewal, permission_request, permission_request.c.id == renewal.c.request_id)
        .outerjoin(licence, licence.c.request_id == renewal.c.request_id)
        .where(renewal.c.licence_id == licence_id)
        .order_by(permission_request.c.created_at.desc(), permission_request.c.id, licence.c.id)
    )
    return [
        Renewal(
            RequestId(row.id),
            row.number,
            RequestState(row.state),
            row.licence_id,
            row.licence_number,
            LicenceState(row.licence_state) if row.licence_state else None,
        )
        for row in unit.connection.execute(query)
    ]


def renewed(unit: Unit, request_id: RequestId) -> LicenceLink | None:
    """Return the licence whose next term the request asks for, None where it asks for a first one."""
    query = select(licence.c.id, licence.c.number).join(renewal, renewal.c.licence_id == licence.c.id)
    row = unit.connection.execute(query.where(renewal.c.request_id == request_id)).first()
    return None if row is None else LicenceLink(LicenceId(row.id), row.number)
