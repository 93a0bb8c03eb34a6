"""A small archive for the gate, built row by row, so that every fact is known."""

import hashlib
import io
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.audit.receipt import Receipts
from dam.audit.usage.nouns import UsageFilter
from dam.audit.usage.service import AuditService
from dam.catalogue.asset import WHOLE_PICTURES, RenditionKind
from dam.catalogue.scope import item_range, scope_key
from dam.database.tables.accounts import organisation, person
from dam.database.tables.audit import event
from dam.database.tables.catalogue import asset, rendition
from dam.database.tables.delivery import delivery
from dam.database.tables.jobs import job
from dam.database.tables.licensing import licence, licence_acceptance, licence_item, permission_request
from dam.database.tables.rights import (
    agreement,
    agreement_line,
    grant_line,
    restriction,
    restriction_line,
    rights_holder,
)
from dam.delivery.options import DeliveryOptions
from dam.delivery.service import DeliveryService
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import utc_now
from dam.kernel.errors import ServiceFault
from dam.kernel.ids import new_id
from dam.kernel.span import days
from dam.metadata.c2pa import Signer, make_signer
from dam.rights.rows import multirange, term
from dam.rights.service import RightsService
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set
from dam.storage.keys import rendition_key
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""Noon of a spring day in Beijing."""
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)
TERM = days(FIRST_DAY, LAST_DAY, "Asia/Shanghai")
NEWS = ["editorial.news.web"]


class Silence:
    """A broker that is down: every hint is lost, and nothing may depend on one."""

    def hint(self, kind: JobKind, job_id: int) -> None:
        raise ServiceFault("broker")


@dataclass
class Photograph:
    asset_id: UUID
    scope: int
    original: bytes
    renditions: dict[str, bytes]
    original_key: str


@dataclass
class World:
    """The archive, its people and its clock."""

    stack: Any
    NOON = NOON
    TERM = TERM

    at: datetime = NOON
    people: dict[str, Actor] = field(default_factory=dict)
    numbers: int = 0
    ticks: int = 0
    first: date = FIRST_DAY
    last: date = LAST_DAY

    def clock(self) -> datetime:
        """Return the instant, a microsecond later each time it is asked: events of one test sort as they happened."""
        self.ticks += 1
        return self.at + timedelta(microseconds=self.ticks)

    # ---- services, each with real adapters

    @cached_property
    def stores(self):
        settings = self.stack.settings
        return open_stores(
            S3Access(
                settings.s3_endpoint,
                settings.s3_region,
                settings.s3_access_key.get_secret_value(),
                settings.s3_secret_key.get_secret_value(),
                settings.s3_bucket_prefix,
            )
        )

    @cached_property
    def jobs(self) -> JobService:
        return JobService(database=self.stack.database, queue=Silence())

    @cached_property
    def signer(self) -> Signer:
        folder = self.stack.settings.credentials_dir
        return make_signer((folder / "signing.key").read_bytes(), (folder / "chain.pem").read_bytes(), utc_now)

    @cached_property
    def rights(self) -> RightsService:
        return RightsService(database=self.stack.database, clock=self.clock)

    @cached_property
    def delivery(self) -> DeliveryService:
        return self.delivery_with()

    @cached_property
    def audit(self) -> AuditService:
        return AuditService(database=self.stack.database, clock=self.clock)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts.of("test.example/log", "a secret of the web process, long enough")

    def delivery_with(self, **options: Any) -> DeliveryService:
        return DeliveryService(
            database=self.stack.database,
            clock=self.clock,
            rights=self.rights,
            jobs=self.jobs,
            originals=self.stores.originals,
            renditions=self.stores.renditions,
            copies=self.stores.copies,
            options=DeliveryOptions(
                **{"sweep_grace": timedelta(0), "signer": self.signer, "receipts": self.receipts, **options}
            ),
        )

    # ---- rows

    def add(self, table: Any, **values: Any) -> Any:
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(insert(table).values(**values).returning(*table.primary_key)).one()[0]

    def change(self, table: Any, key: Any, **values: Any) -> None:
        with self.stack.owner.unit() as unit:
            unit.connection.execute(update(table).where(table.c.id == key).values(**values))

    def one(self, query: Any) -> Any:
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(query).scalar()

    def rows(self, query: Any) -> list[Any]:
        with self.stack.owner.unit() as unit:
            return list(unit.connection.execute(query))

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def organisation(self, kind: str, name: str) -> UUID:
        return self.add(organisation, id=new_id(), kind=kind, name_en=name, name_zh=f"{name}社")

    def person(self, name: str, organisation_id: UUID, *roles: Role) -> Actor:
        number = self.next_number()
        person_id = self.add(
            person,
            id=new_id(),
            email=f"{name}{number}@example.org",
            password="-",
            name=name,
            fs_uniquifier=f"{name}{number}",
            organisation_id=organisation_id,
            roles=[role.value for role in roles],
        )
        return Actor(person_id, organisation_id, frozenset(roles))

    def photograph(self, *, state: str = "ready", holder: UUID | None = None, side: int = 900) -> Photograph:
        asset_id, item = new_id(), self.next_number()
        key = scope_key(1, 0, item)
        original = picture(item, side)
        sha = hashlib.sha256(original).hexdigest()
        stored = self.stores.originals.put(sha, io.BytesIO(original), len(original), "image/jpeg")
        self.add(
            asset,
            id=asset_id,
            scope_key=key,
            accession_number=f"IMP-2026-{item:06d}",
            state=state,
            reason_code="asked" if state in ("quarantined", "withdrawn") else None,
            file_name="scan.jpg",
            media_type="image/jpeg",
            width_px=side,
            height_px=side * 2 // 3,
            size_bytes=len(original),
            sha256=sha,
            original_key=stored.key,
            original_version=stored.version,
            holder_id=holder or self.holder,
            description={"title": {"en": 'Officers; "1942"\r\nX: y', "zh-Hans": "军官合影"}, "creator": "Unknown"},
            credit_line="[Photo exclusively provided to chinadaily.com.cn]",
            created_at=NOON,
            updated_at=NOON,
            ready_at=NOON if state == "ready" else None,
        )
        small = {kind.value: b"\xff\xd8" + f"{kind.value} of {asset_id}".encode() * 50 for kind in WHOLE_PICTURES}
        for kind, data in small.items():
            self._rendition(asset_id, kind, data)
        return Photograph(asset_id, key, original, small, stored.key)

    def _rendition(self, asset_id: UUID, kind: str, data: bytes) -> None:
        sha = hashlib.sha256(data).hexdigest()
        key = rendition_key(asset_id, kind, 1, sha)
        self.stores.renditions.put(key, data, "image/jpeg")
        with self.stack.owner.unit() as unit:
            unit.connection.execute(
                insert(rendition).values(
                    asset_id=asset_id,
                    kind=kind,
                    recipe_version=1,
                    key=key,
                    sha256=sha,
                    media_type="image/jpeg",
                    width_px=4,
                    height_px=3,
                    size_bytes=len(data),
                    created_at=NOON,
                )
            )

    def agreement(self, photo: Photograph, media: list[str] = NEWS, territory: list[str] | None = None) -> UUID:
        codes = territory or ["WORLD"]
        agreement_id = self.add(
            agreement,
            id=new_id(),
            number=f"AGR-2026-{self.next_number():06d}",
            holder_id=self.holder,
            media=multirange(media_set(media)),
            territory=multirange(territory_set(codes)),
            term=term(days(self.first, self.last, "Asia/Shanghai")),
            media_codes=media,
            territory_codes=codes,
            territory_except=[],
            vocabulary="1",
            starts_on=self.first,
            ends_on=self.last,
            tz="Asia/Shanghai",
            exclusive=False,
            sublicensable=False,
            conditions={},
            state="active",
            recorded_by=self.people["manager"].person_id,
            recorded_at=NOON,
        )
        self.add(
            agreement_line,
            agreement_id=agreement_id,
            asset_id=photo.asset_id,
            scope=Range(*item_range(photo.scope)),
        )
        return agreement_id

    def licence(
        self,
        photo: Photograph,
        partner: Actor | None = None,
        *,
        cap: int = 3,
        max_px: int = 600,
        accepted: bool = True,
        state: str = "active",
        first: date | None = None,
        last: date | None = None,
    ) -> UUID:
        first, last = first or self.first, last or self.last
        who, span = partner or self.people["partner"], days(first, last, "Asia/Shanghai")
        use = {
            "media": NEWS,
            "territory": ["WORLD"],
            "territory_except": [],
            "starts_on": first,
            "ends_on": last,
            "time_zone": "Asia/Shanghai",
            "purpose": "A page",
            "publication": "The paper",
        }
        request_id = self.add(
            permission_request,
            id=new_id(),
            number=f"REQ-2026-{self.next_number():06d}",
            organisation_id=who.organisation_id,
            requested_by=who.person_id,
            state="decided",
            created_at=NOON,
            updated_at=NOON,
            **use,
        )
        number = f"LIC-2026-{self.next_number():06d}"
        why = {"state_reason": "asked", "state_changed_at": NOON, "state_changed_by": self.people["manager"].person_id}
        licence_id = self.add(
            licence,
            id=new_id(),
            number=number,
            request_id=request_id,
            licensor_id=self.archive,
            organisation_id=who.organisation_id,
            state="offered",  # as every licence begins
            starts_at=span.start,
            ends_at=span.end,
            terms_en="terms",
            terms_zh="条款",
            terms_sha256="0" * 64,
            granted_by=self.people["manager"].person_id,
            granted_at=NOON,
            **use,
        )
        line_id = self.add(
            grant_line,
            space="out",
            licence_id=licence_id,
            number=number,
            asset_id=photo.asset_id,
            licensee_id=who.organisation_id,
            slot_owner=who.organisation_id,
            scope=Range(*item_range(photo.scope)),
            media=multirange(media_set(NEWS)),
            territory=multirange(territory_set(["WORLD"])),
            term=term(span),
            tz="Asia/Shanghai",
            exclusive=False,
            state=state,
            accepted=accepted,
            cap=cap,
            max_px=max_px,
            created_at=NOON,
        )
        self.add(
            licence_item,
            licence_id=licence_id,
            asset_id=photo.asset_id,
            position=1,
            line_id=line_id,
            max_px=max_px,
            downloads=cap,
            no_alteration=True,
            no_ai_training=True,
            credit_line="[Photo exclusively provided to chinadaily.com.cn]",
        )
        if accepted:
            self.add(
                licence_acceptance,
                licence_id=licence_id,
                terms_sha256="0" * 64,
                person_id=who.person_id,
                accepted_at=NOON,
            )
            self.change(licence, licence_id, state="active")
        if state in ("suspended", "revoked"):
            self.change(licence, licence_id, state=state, **why)
        return licence_id

    def revoke(self, licence_id: UUID, state: str = "revoked") -> None:
        self.change(
            licence,
            licence_id,
            state=state,
            state_reason="asked",
            state_changed_at=self.at,
            state_changed_by=self.people["manager"].person_id,
        )
        with self.stack.owner.unit() as unit:
            lines = update(grant_line).where(grant_line.c.licence_id == licence_id)
            unit.connection.execute(lines.values(state=state))

    def restrict(self, photo: Photograph, territory: str = "WORLD", *, media: list[str] | None = None) -> UUID:
        codes = media or ["all", "machine"]
        restriction_id = self.add(
            restriction,
            id=new_id(),
            kind="takedown",
            media=multirange(media_set(codes)),
            territory=multirange(territory_set([territory])),
            term=Range(NOON - timedelta(days=1), None),
            media_codes=[],
            territory_codes=[],
            vocabulary="1",
            tz="Asia/Shanghai",
            reason="asked",
            placed_by=self.people["manager"].person_id,
            placed_at=NOON,
        )
        self.add(
            restriction_line,
            restriction_id=restriction_id,
            asset_id=photo.asset_id,
            scope=Range(*item_range(photo.scope)),
        )
        return restriction_id

    # ---- what happened

    @staticmethod
    def read(delivered: Any) -> bytes:
        """Return every byte of an answer and let the store go."""
        data = b"".join(delivered.stream)
        if delivered.stream:
            delivered.stream.close()
        return data

    def work(self) -> int:
        """Do every queued job of copies as a worker would, and return how many there were."""
        handlers = {JobKind.MAKE_COPY: self.delivery.make_copy, JobKind.DELETE_COPY: self.delivery.delete_copy}
        waiting = select(job.c.id, job.c.kind).where(job.c.state == "queued", job.c.kind.in_(handlers))
        queued = self.rows(waiting.order_by(job.c.id))
        for job_id, kind in queued:
            self.jobs.run(job_id, handlers[JobKind(kind)])
        return len(queued)

    def made_copy(self, licence_id: UUID, photo: Photograph, partner: Actor | None = None) -> None:
        self.fetch(licence_id, photo, partner)
        self.work()

    def fetch(self, licence_id: UUID, photo: Photograph, partner: Actor | None = None, **terms: Any) -> Any:
        who = partner or self.people["partner"]
        return self.delivery.fetch_copy(who, licence_id, photo.asset_id, **terms)

    def view(self, who: str, photo: Photograph, kind: str = "preview", **terms: Any) -> Any:
        return self.delivery.view_rendition(self.people[who], photo.asset_id, RenditionKind(kind), **terms)

    def used(self, licence_id: UUID) -> int:
        return self.one(select(grant_line.c.used).where(grant_line.c.licence_id == licence_id))

    def deliveries(self, licence_id: UUID) -> list[Any]:
        rows = select(delivery).where(delivery.c.licence_id == licence_id).order_by(delivery.c.started_at)
        return self.rows(rows)

    def events(self, **where: Any) -> list[dict[str, Any]]:
        """Return logged entries, oldest first, narrowed by generated columns."""
        query = select(func.au.j(event.c.entry)).order_by(event.c.event_id)
        for name, value in where.items():
            query = query.where(event.c[name] == value)
        with self.stack.owner.unit() as unit:
            found = unit.connection.execute(query).scalars()
            return [entry if isinstance(entry, dict) else json.loads(entry) for entry in found]

    def usage(self, **wanted: Any) -> Any:
        return self.audit.usage(self.people["auditor"], UsageFilter(**wanted))


def picture(seed: int, side: int) -> bytes:
    """Return a JPEG that carries what must not leave: an EXIF thumbnail, a place, somebody's rights."""
    grid = (side // 8, side * 2 // 3 // 8)
    noise = random.Random(seed).randbytes(grid[0] * grid[1] * 3)
    image = Image.frombytes("RGB", grid, noise).resize((side, side * 2 // 3))
    exif = Image.Exif()
    exif[0x8298] = "OTHER PEOPLE'S RIGHTS"
    exif[0x8825] = {1: "N", 2: (39.0, 54.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def open_world(stack: Any) -> World:
    """Return the archive with its people; tests bring their own photographs and licences."""
    made = World(stack)
    made.archive = made.organisation("archive", "The Archive")
    made.publisher = made.organisation("publisher", "China Daily")
    made.rival = made.organisation("publisher", "Another Daily")
    made.museum = made.organisation("holder", "The Museum")
    people = made.people
    people["manager"] = made.person("manager", made.archive, Role.RIGHTS_MANAGER)
    people["archivist"] = made.person("archivist", made.archive, Role.ARCHIVIST)
    people["auditor"] = made.person("auditor", made.archive, Role.AUDITOR)
    people["administrator"] = made.person("administrator", made.archive, Role.ADMINISTRATOR)
    people["partner"] = made.person("partner", made.publisher, Role.PARTNER)
    people["colleague"] = made.person("colleague", made.publisher, Role.PARTNER)
    people["rival"] = made.person("rival", made.rival, Role.PARTNER)
    people["holder"] = made.person("holder", made.museum, Role.RIGHTS_HOLDER)
    made.holder = made.add(
        rights_holder,
        id=new_id(),
        number=1,
        name_en="The Museum",
        name_zh="博物馆",
        organisation_id=made.museum,
        recorded_by=people["manager"].person_id,
        recorded_at=NOON,
    )
    return made
