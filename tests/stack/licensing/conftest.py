"""An archive and two publishers on a real PostgreSQL; photographs row by row, rights through their room."""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.event import listen, remove

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.catalogue.scope import scope_key
from dam.database.tables.accounts import organisation, person
from dam.database.tables.audit import event
from dam.database.tables.catalogue import asset
from dam.database.tables.rights import grant_line
from dam.kernel.ids import new_id
from dam.kernel.text import Bilingual
from dam.licensing.drafts import RequestDraft
from dam.licensing.service import LicensingService
from dam.rights.agreement import AgreementDraft, HolderDraft, RestrictionDraft, Scope
from dam.rights.facts import RestrictionKind
from dam.rights.service import RightsService

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""Noon of a spring day in Beijing."""
NEWS = ("editorial.news.web",)


@dataclass
class Archive:
    """The archive, its partners and a clock that stands where a test puts it."""

    stack: object
    at: datetime = NOON
    numbers: int = 0
    people: dict = field(default_factory=dict)

    def __post_init__(self):
        house = self.organisation("archive", "The Archive", "CN")
        self.archivist = self.person(house, Role.ARCHIVIST)
        self.manager = self.person(house, Role.RIGHTS_MANAGER)
        self.second_manager = self.person(house, Role.RIGHTS_MANAGER)
        self.auditor = self.person(house, Role.AUDITOR)
        self.daily = self.person(self.organisation("publisher", "China Daily", "CN"), Role.PARTNER)
        self.herald = self.person(self.organisation("publisher", "The Herald", "FR"), Role.PARTNER)
        self.holder = self.rights.record_holder(self.archivist, HolderDraft(Bilingual("Museum", "博物馆")))

    def clock(self):
        return self.at

    @cached_property
    def rights(self):
        return RightsService(database=self.stack.database, clock=self.clock)

    @cached_property
    def licensing(self):
        return LicensingService(database=self.stack.database, clock=self.clock, rights=self.rights)

    # ---- people and photographs

    def add(self, table, **values):
        with self.stack.owner.unit() as unit:
            unit.connection.execute(insert(table).values(**values))
        return values["id"]

    def number(self):
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(text("SELECT nextval('asset_number')")).scalar_one()

    def organisation(self, kind, name, country):
        return self.add(organisation, id=new_id(), kind=kind, name_en=name, name_zh=f"{name}社", country=country)

    def person(self, organisation_id, *roles):
        person_id = new_id()
        self.add(
            person,
            id=person_id,
            email=f"{person_id}@example.org",
            password="-",
            name=f"{roles[0].value} {str(person_id)[-4:]}",
            fs_uniquifier=str(person_id),
            organisation_id=organisation_id,
            roles=[role.value for role in roles],
        )
        return Actor(person_id, organisation_id, frozenset(roles))

    def photograph(self, *, state="ready", credit_line="Museum collection", title="Officers"):
        number = self.number()
        return self.add(
            asset,
            id=new_id(),
            scope_key=scope_key(1, 0, number),
            accession_number=f"IMP-2026-{number:06d}",
            state=state,
            reason_code="asked" if state in ("quarantined", "withdrawn") else None,
            file_name="scan.jpg",
            media_type="image/jpeg",
            width_px=3000,
            height_px=2000,
            size_bytes=10,
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            original_key=f"sha256/{number}",
            holder_id=self.holder,
            description={"title": {"en": title, "zh-Hans": "军官合影"}},
            credit_line=credit_line,
            created_at=NOON,
            updated_at=NOON,
            ready_at=NOON if state == "ready" else None,
        )

    # ---- rights

    def supply(self, *photos, grantee=None, exclusive=False, media=NEWS, territory=("WORLD",), **more):
        """Record a supply agreement for 2026."""
        draft = AgreementDraft(
            holder=self.holder,
            scope=Scope(tuple(photos)),
            media=media,
            territory=territory,
            starts_on=more.pop("starts_on", date(2026, 1, 1)),
            ends_on=more.pop("ends_on", date(2026, 12, 31)),
            exclusive=exclusive,
            grantee=None if grantee is None else grantee.organisation_id,
            **more,
        )
        return self.rights.record_agreement(self.archivist, draft)

    def bar(self, *photos, kind=RestrictionKind.TAKEDOWN):
        return self.rights.place_restriction(self.manager, RestrictionDraft(kind, Scope(tuple(photos)), "asked"))

    # ---- asking

    def draft(self, *photos, **changes):
        asked = {
            "media": NEWS,
            "territory": ("CN",),
            "starts_on": date(2026, 3, 10),
            "ends_on": date(2026, 6, 30),
            "purpose": "The anniversary page",
            "publication": "chinadaily.com.cn",
        }
        return RequestDraft(asset_ids=list(photos), **asked | changes)

    def ask(self, actor, *photos, **changes):
        return self.licensing.submit(actor, self.draft(*photos, **changes))

    # ---- looking behind the back of the service

    def count(self, table, *conditions):
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()

    def events(self, request_id=None, licence_id=None):
        """Return the types of what was logged about a request or licence, in order."""
        said = [("req", request_id), ("lic", licence_id)]
        wanted = " AND ".join(f"au.j(entry) ->> '{key}' = '{value}'" for key, value in said if value)
        with self.stack.owner.unit() as unit:
            rows = unit.connection.execute(select(event.c.type).where(text(wanted)).order_by(event.c.event_id))
            return list(rows.scalars())

    def line_states(self, licence_id):
        with self.stack.owner.unit() as unit:
            rows = unit.connection.execute(
                select(grant_line.c.state, grant_line.c.accepted).where(grant_line.c.licence_id == licence_id)
            )
            return [tuple(row) for row in rows]

    def later(self, **delta):
        self.at += timedelta(**delta)


@pytest.fixture
def archive(stack):
    return Archive(stack)


@pytest.fixture
def fresh_archive(fresh_stack):
    """An archive in a database of its own, for tests that count everything."""
    return Archive(fresh_stack)


@pytest.fixture
def queries(archive):
    """Count the statements sent to PostgreSQL inside a block."""

    @contextmanager
    def counting():
        sent = []

        def note(connection, cursor, statement, *rest):
            sent.append(statement)

        listen(archive.stack.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            remove(archive.stack.database.engine, "before_cursor_execute", note)

    return counting
