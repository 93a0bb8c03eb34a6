"""A working archive for tests: real servers, real services, people of every role, and a clock that can be set."""

import hashlib
import io
import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.audit.events import EventType
from dam.catalogue import holdings
from dam.catalogue.asset import Asset
from dam.catalogue.scope import item_range
from dam.catalogue.service import CatalogueService
from dam.database.tables.accounts import organisation, person
from dam.database.tables.audit import event
from dam.database.tables.catalogue import upload_intent
from dam.database.tables.jobs import job
from dam.database.tables.rights import restriction, restriction_line, rights_holder
from dam.discovery.service import DiscoveryService
from dam.imaging.limits import Limits
from dam.ingest.checks import Upload
from dam.ingest.service import IngestService, Policy, Received
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.errors import ServiceFault
from dam.kernel.ids import AssetId, new_id
from dam.kernel.text import Bilingual
from dam.rights.rows import multirange
from dam.rights.service import RightsService
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores

START = datetime.now(UTC)
"""Now: a lock on an original must end in the future, as the object store counts it."""
UPLOAD_LIMIT_BYTES = 20_000_000


class Silence:
    """A broker that is down: every hint is lost, and nothing may depend on one."""

    def hint(self, _kind: JobKind, _job_id: int) -> None:
        raise ServiceFault("broker")


def picture(seed: int, width: int = 640, height: int = 420) -> bytes:
    """Return a JPEG no other seed gives."""
    across, down = width // 20, height // 20
    noise = Image.frombytes("RGB", (across, down), random.Random(seed).randbytes(across * down * 3))
    saved = io.BytesIO()
    noise.resize((width, height), Image.Resampling.BICUBIC).save(saved, "JPEG", quality=85)
    return saved.getvalue()


@dataclass
class Archive:
    """The rooms under test, wired as the house wires them."""

    stack: Any
    at: datetime = START
    made: int = 0
    people: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.museum = self.organisation("holder", "Museum")
        self.other_museum = self.organisation("holder", "Other Museum")
        self.house = self.organisation("archive", "Archive")
        self.archivist = self.person(self.house, Role.ARCHIVIST)
        self.manager = self.person(self.house, Role.RIGHTS_MANAGER)
        self.auditor = self.person(self.house, Role.AUDITOR)
        self.administrator = self.person(self.house, Role.ADMINISTRATOR)
        self.partner = self.person(self.organisation("publisher", "Daily"), Role.PARTNER)
        self.other_partner = self.person(self.organisation("publisher", "Weekly"), Role.PARTNER)
        self.curator = self.person(self.museum, Role.RIGHTS_HOLDER)

    def clock(self) -> datetime:
        return self.at

    @cached_property
    def stores(self) -> Any:
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
    def rights(self) -> RightsService:
        return RightsService(database=self.stack.database, clock=self.clock)

    @cached_property
    def catalogue(self) -> CatalogueService:
        return CatalogueService(
            database=self.stack.database, clock=self.clock, jobs=self.jobs, barred=self.rights.hides_preview
        )

    @cached_property
    def discovery(self) -> DiscoveryService:
        return DiscoveryService(
            database=self.stack.database, clock=self.clock, rights=self.rights, barred=self.rights.hides_preview
        )

    @cached_property
    def ingest(self) -> IngestService:
        return self.ingest_with()

    def ingest_with(self, **ports: Any) -> IngestService:
        policy = Policy(
            institution=Bilingual("The Archive", "档案馆"),
            limits=Limits(),
            upload_limit_bytes=UPLOAD_LIMIT_BYTES,
            retention=timedelta(hours=6),
        )
        given = {
            "database": self.stack.database,
            "originals": self.stores.originals,
            "renditions": self.stores.renditions,
        }
        return IngestService(clock=self.clock, jobs=self.jobs, rights=self.rights, policy=policy, **(given | ports))

    # ---- people

    def organisation(self, kind: str, name: str) -> UUID:
        return self.add(organisation, id=new_id(), kind=kind, name_en=name, name_zh=f"{name}馆")

    def person(self, organisation_id: UUID, *roles: Role) -> Actor:
        self.made += 1
        person_id = self.add(
            person,
            id=new_id(),
            email=f"person{self.made}@example.org",
            password="-",
            name=f"Person {self.made}",
            fs_uniquifier=f"person{self.made}",
            organisation_id=organisation_id,
            roles=[role.value for role in roles],
        )
        return Actor(person_id, organisation_id, frozenset(roles))

    def holder(self, name: str = "Museum", organisation_id: UUID | None = None) -> UUID:
        self.made += 1
        return self.add(
            rights_holder,
            id=new_id(),
            number=self.made,
            name_en=name,
            name_zh=f"{name}馆",
            organisation_id=organisation_id,
            recorded_by=self.manager.person_id,
            recorded_at=START,
        )

    # ---- photographs

    def send(self, data: bytes, name: str = "scan.jpg", **description: object) -> Received:
        return self.ingest.receive(self.archivist, Upload(io.BytesIO(data), name, description))

    def new(self, **description: object) -> AssetId:
        """Take in a photograph nobody has seen before."""
        self.made += 1
        return self.send(picture(self.made + 10_000, 64, 48), **description).asset_id

    def ready(self, **description: object) -> AssetId:
        """Take in a photograph and make it ready, without opening it: for tests that look at rows, not at pixels."""
        asset_id = self.new(**description)
        with self.stack.owner.unit() as unit:
            values = "state='ready', ready_at=created_at, width_px=64, height_px=48"
            unit.connection.execute(text(f"UPDATE asset SET {values} WHERE id=:id"), {"id": asset_id})
            unit.connection.execute(text("UPDATE job SET state='done' WHERE subject_id=:id"), {"id": asset_id})
        return asset_id

    def describe(self, asset_id: AssetId, **patch: object) -> Any:
        return self.catalogue.describe(self.archivist, asset_id, patch, self.asset(asset_id).version)

    def work(self) -> int:
        """Do every job that is due, as a worker would, and return how many there were."""
        due = self.rows(select(job.c.id).where(job.c.state == "queued", job.c.next_at <= func.now()).order_by(job.c.id))
        for row in due:
            self.jobs.run(row.id, self.ingest.prepare)
        return len(due)

    def restrict(self, asset_id: AssetId, *, territory: str = "WORLD", media: str | None = None) -> UUID:
        """Bar the photograph from now on; everything and everywhere unless told otherwise."""
        codes = [media] if media else []
        barred = media_set(codes) if codes else media_set(["all"]).union(media_set(["machine"]))
        restriction_id = self.add(
            restriction,
            id=new_id(),
            kind="embargo",
            media=multirange(barred),
            territory=multirange(territory_set([territory])),
            term=Range(self.at, None),
            media_codes=codes,
            territory_codes=[territory],
            vocabulary="1",
            tz="Asia/Shanghai",
            reason="asked",
            placed_by=self.manager.person_id,
            placed_at=self.at,
        )
        scope = Range(*item_range(self.asset(asset_id).scope_key))
        self.add(restriction_line, restriction_id=restriction_id, asset_id=asset_id, scope=scope)
        return restriction_id

    def lift(self, restriction_id: UUID) -> None:
        values = {"lifted_at": self.at, "lifted_by": self.manager.person_id, "lift_reason": "over"}
        with self.stack.owner.unit() as unit:
            unit.connection.execute(update(restriction).where(restriction.c.id == restriction_id).values(values))

    # ---- looking behind

    def add(self, table: Any, **values: Any) -> Any:
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(insert(table).values(**values).returning(*table.primary_key)).one()[0]

    def rows(self, query: Any) -> list[Any]:
        with self.stack.owner.unit() as unit:
            return list(unit.connection.execute(query))

    def one(self, query: Any) -> Any:
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(query).scalar()

    def asset(self, asset_id: AssetId) -> Asset:
        with self.stack.database.unit() as unit:
            found = holdings.asset(unit, asset_id)
        assert found is not None
        return found

    def events(self, asset_id: AssetId | None, kind: EventType) -> int:
        query = select(func.count()).select_from(event).where(event.c.type == kind.value)
        if asset_id is not None:
            query = query.where(event.c.asset == asset_id)
        return self.one(query)

    def intents(self) -> int:
        return self.one(select(func.count()).select_from(upload_intent))

    def bytes_of(self, bucket: str, key: str) -> bytes | None:
        """Return what the object store holds under the key, or None."""
        with suppress(self.stack.s3.exceptions.NoSuchKey):
            return self.stack.s3.get_object(Bucket=f"test-{bucket}", Key=key)["Body"].read()
        return None


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
