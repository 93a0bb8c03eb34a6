"""A small archive: a museum, a newspaper, its rivals, and as many photographs as a test asks for."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.catalogue.scope import scope_key
from dam.database.tables.accounts import organisation, person
from dam.database.tables.catalogue import asset, collection
from dam.database.tables.licensing import licence, permission_request
from dam.database.tables.rights import grant_line
from dam.kernel.ids import AssetId, CollectionId, HolderId, LicenceId, OrganisationId, new_id
from dam.kernel.span import Span, days
from dam.kernel.text import Bilingual
from dam.rights.agreement import AgreementDraft, HolderDraft, Scope
from dam.rights.claims import LicenceClaim, LineDraft
from dam.rights.exclusivity import Claim, Space
from dam.rights.facts import LineState
from dam.rights.service import RightsService
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set

_numbers = itertools.count(1)
SHANGHAI = "Asia/Shanghai"
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
YEAR = days(date(2025, 8, 1), date(2026, 7, 31), SHANGHAI)
AFTER = days(date(2026, 8, 1), date(2027, 7, 31), SHANGHAI)
NEWS, WEB, BOOK = (media_set([code]) for code in ("editorial.news", "editorial.news.web", "editorial.book.interior"))
WORLD, FRANCE = territory_set(["WORLD"]), territory_set(["FR"])


@dataclass
class Archive:
    stack: Any
    at: datetime = NOON

    def __post_init__(self) -> None:
        self.database = self.stack.database
        self.rights = RightsService(database=self.database, clock=lambda: self.at)
        self.house = self.organisation("archive")
        self.daily, self.rival, self.third = (self.organisation("publisher") for _ in range(3))
        self.manager = self.person(self.house, Role.RIGHTS_MANAGER)
        self.archivist = self.person(self.house, Role.ARCHIVIST)
        self.auditor = self.person(self.house, Role.AUDITOR)
        self.partner = self.person(self.rival, Role.PARTNER)
        self.desk = self.person(self.daily, Role.PARTNER)
        self.museum = self.holder()

    # ---- rows of other rooms, written by the owner

    def add(self, table: Any, **values: Any) -> UUID:
        made = new_id()
        with self.stack.owner.unit() as unit:
            unit.connection.execute(insert(table).values(id=made, **values))
        return made

    def number(self) -> int:
        return next(_numbers)

    def organisation(self, kind: str) -> OrganisationId:
        return OrganisationId(self.add(organisation, kind=kind, name_en=f"{kind} {self.number()}"))

    def person(self, of: OrganisationId, role: Role) -> Actor:
        name = f"{role.value}{self.number()}"
        made = self.add(
            person,
            email=f"{name}@example.org",
            password="-",
            name=name,
            fs_uniquifier=name,
            organisation_id=of,
            roles=[role.value],
        )
        return Actor(made, of, frozenset({role}))

    def holder(self, of: OrganisationId | None = None) -> HolderId:
        name = Bilingual("Museum of the War of Resistance", "中国人民抗日战争纪念馆")
        return self.rights.record_holder(self.manager, HolderDraft(name, of))

    def collection(self) -> tuple[CollectionId, int]:
        number = self.number()
        made = self.add(collection, number=number, holder_id=self.museum, title_en="1942", title_zh="一九四二")
        return CollectionId(made), number

    def key(self, fonds: int = 0) -> int:
        holder = next(one.number for one in self.rights.holders(self.manager) if one.holder_id == self.museum)
        return scope_key(holder, fonds, self.number())

    def photograph(self, *, fonds: int = 0, state: str = "ready", **values: Any) -> AssetId:
        number = self.number()
        return AssetId(
            self.add(
                asset,
                **{
                    "scope_key": self.key(fonds),
                    "accession_number": f"IMP-2026-{number:06d}",
                    "state": state,
                    "reason_code": "asked" if state in ("withdrawn", "quarantined") else None,
                    "file_name": "scan.jpg",
                    "media_type": "image/jpeg",
                    "width_px": 900,
                    "height_px": 600,
                    "size_bytes": 1,
                    "sha256": hashlib.sha256(f"{number} {new_id()}".encode()).hexdigest(),
                    "original_key": "-",
                    "holder_id": self.museum,
                    "created_at": NOON,
                    "updated_at": NOON,
                    "ready_at": NOON,
                    **values,
                },
            )
        )

    def move(self, asset_id: AssetId, fonds: int) -> None:
        """Move a photograph into a collection, as the service's role does."""
        with self.database.unit() as unit:
            moved = {"key": self.key(fonds), "asset": asset_id}
            unit.connection.execute(text("UPDATE asset SET scope_key = :key WHERE id = :asset"), moved)

    # ---- agreements and licences

    def seed(self, scope: Scope, **changes: Any) -> AgreementDraft:
        return AgreementDraft(
            **{
                "holder": self.museum,
                "grantee": self.daily,
                "scope": scope,
                "media": ["editorial.news"],
                "territory": ["WORLD"],
                "starts_on": date(2025, 8, 1),
                "ends_on": date(2026, 7, 31),
                "exclusive": True,
                **changes,
            }
        )

    def open_supply(self, *assets: AssetId, **changes: Any) -> UUID:
        changes = {"media": ["all"], "starts_on": date(2020, 1, 1), "ends_on": date(2030, 12, 31), **changes}
        return self.rights.record_agreement(
            self.manager, self.seed(Scope(assets), grantee=None, exclusive=False, **changes)
        )

    def licence_row(self, of: OrganisationId) -> tuple[LicenceId, str]:
        number = self.number()
        use = {
            "media": ["editorial.news.web"],
            "territory": ["WORLD"],
            "territory_except": [],
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 12, 31),
            "time_zone": SHANGHAI,
            "purpose": "A page",
            "publication": "The paper",
        }
        request_id = self.add(
            permission_request,
            number=f"REQ-2026-{number:06d}",
            organisation_id=of,
            requested_by=self.partner.person_id,
            state="decided",
            created_at=NOON,
            updated_at=NOON,
            **use,
        )
        name = f"LIC-2026-{number:06d}"
        made = self.add(
            licence,
            number=name,
            request_id=request_id,
            licensor_id=self.house,
            organisation_id=of,
            state="offered",
            starts_at=YEAR.start,
            ends_at=YEAR.end,
            terms_en="terms",
            terms_zh="条款",
            terms_sha256="0" * 64,
            granted_by=self.manager.person_id,
            granted_at=NOON,
            **use,
        )
        return LicenceId(made), name

    def claim_of(
        self,
        of: OrganisationId,
        assets: Sequence[AssetId],
        *,
        media: Any = WEB,
        territory: Any = WORLD,
        span: Span = YEAR,
        cap: int | None = 10,
        **changes: Any,
    ) -> LicenceClaim:
        licence_id, number = self.licence_row(of)
        lines = [LineDraft(asset_id, cap, 4000) for asset_id in assets]
        return LicenceClaim(licence_id, number, of, media, territory, span, lines, **changes)

    def grant(self, claim: LicenceClaim, *, accept: bool = True) -> dict[AssetId, int]:
        def work(unit: Any) -> dict[AssetId, int]:
            lines = self.rights.claim_lines(unit, claim, self.at)
            if accept:
                self.rights.set_lines(unit, claim.licence_id, LineState.ACTIVE, accepted=True)
            return lines

        return self.database.repeat(work)

    def set_lines(self, claim: LicenceClaim, state: LineState) -> None:
        with self.database.unit() as unit:
            self.rights.set_lines(unit, claim.licence_id, state)

    # ---- looking

    def violations(self) -> int:
        """Count pairs of live lines that may not both be, by comparing every pair; no index is asked."""
        one, other = grant_line.alias("one").c, grant_line.alias("other").c
        pairs = select(func.count()).where(
            one.id < other.id,
            one.live,
            other.live,
            one.space == other.space,
            one.slot_owner != other.slot_owner,
            one.exclusive | other.exclusive,
            one.scope.overlaps(other.scope),
            one.term.overlaps(other.term),
            one.media.overlaps(other.media),
            one.territory.overlaps(other.territory),
        )
        blind = (
            "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off"
        )
        with self.stack.owner.unit() as unit:
            unit.connection.execute(text(blind))
            return unit.connection.execute(pairs).scalar_one()

    def scalar(self, query: str, **values: Any) -> Any:
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(text(query), values).scalar()


@pytest.fixture
def archive(stack: Any) -> Archive:
    return Archive(stack)


def raw_claim(archive: Archive, claim: LicenceClaim, asset_id: AssetId) -> Claim:
    """The claim a licence makes, outside the service."""
    key = archive.scalar("SELECT scope_key FROM asset WHERE id = :id", id=asset_id)
    return Claim(
        space=Space.OUT,
        slot_owner=claim.licensee,
        licensee=claim.licensee,
        scope=(key, key + 1),
        media=claim.media,
        territory=claim.territory,
        span=claim.span,
        exclusive=claim.exclusive,
        number=claim.number,
        licence_id=claim.licence_id,
        asset_id=asset_id,
    )
