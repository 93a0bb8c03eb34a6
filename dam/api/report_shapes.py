"""What the operations on renewals and reports answer, as JSON Schema."""

from dam.api.shapes import (
    BILINGUAL,
    COUNT,
    DATE,
    FLAG,
    ID,
    INSTANT,
    REQUEST,
    TEXT,
    many,
    maybe,
    members,
    named,
    one_of,
    page,
)
from dam.licensing.reports import Flag
from dam.licensing.request import RequestState

__all__ = ["DUE_PAGE", "RENEWALS", "REPORT", "REPORT_PAGE", "REQUEST"]

RENEWALS = named(
    "Renewals",
    members(
        items=many(
            members(request=ID, number=TEXT, state=one_of(RequestState), licence=maybe(ID), licence_number=maybe(TEXT))
        )
    ),
)
REPORT = named(
    "UseReport",
    members(
        id=ID,
        licence=ID,
        asset=ID,
        accession_number=TEXT,
        unused=FLAG,
        medium=maybe(TEXT),
        territory=many(TEXT),
        title=TEXT,
        url=TEXT,
        published_on=maybe(DATE),
        print_run=maybe(COUNT),
        note=TEXT,
        outside=many(one_of(Flag)),
        amends=maybe(ID),
        amended_by=maybe(ID),
        reported_by=TEXT,
        reported_at=INSTANT,
    ),
)
REPORT_PAGE = page("UseReportPage", REPORT)
DUE_PAGE = page(
    "ReportsDuePage",
    named(
        "ReportDue",
        members(
            licence=ID, number=TEXT, licensee=BILINGUAL, due_on=DATE, time_zone=TEXT, photographs=COUNT, overdue=FLAG
        ),
    ),
)
