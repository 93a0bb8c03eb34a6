"""Agreements as the database would give them back, for tests without one."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

from rdflib import Graph

from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, OrganisationId
from dam.kernel.span import days
from dam.kernel.text import Bilingual
from dam.rights.agreement import AgreementDraft, Scope
from dam.rights.odrl import agreement_policy
from dam.rights.odrl_terms import Iris
from dam.rights.views import AgreementInFull, AgreementView, ScopePart

IRIS = Iris("https://dam.example", OrganisationId(UUID(int=99)))
AGREEMENT, MUSEUM = AgreementId(UUID(int=1)), HolderId(UUID(int=2))
DAILY, RIVAL = OrganisationId(UUID(int=3)), OrganisationId(UUID(int=4))
ASSETS = tuple(AssetId(UUID(int=number)) for number in (10, 11, 12))
FONDS = CollectionId(UUID(int=20))
RECORDED = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)


def draft(**changes):
    """The agreement of the first photographs: news, the world but Japan, one year, exclusive."""
    return AgreementDraft(
        **{
            "holder": MUSEUM,
            "grantee": DAILY,
            "scope": Scope(ASSETS[:2]),
            "media": ("editorial.news", "editorial.book.cover"),
            "territory": ("WORLD",),
            "territory_except": ("JP",),
            "starts_on": date(2025, 8, 1),
            "ends_on": date(2026, 7, 31),
            "exclusive": True,
            "credit_line": "[Photo exclusively provided to chinadaily.com.cn] 柴世荣",
            "conditions": {"prints": 2, "deed": {"pages": [1, 2.5, None]}},
            **changes,
        }
    )


def in_full(said, state="active"):
    """Return the draft as an agreement that was recorded."""
    parts = [ScopePart(one, f"IMP-{one.int}", None, Bilingual("Officers", "军官合影")) for one in said.scope.asset_ids]
    if said.scope.collection_id:
        parts.append(ScopePart(None, None, said.scope.collection_id, Bilingual("1942", "一九四二")))
    view = AgreementView(
        agreement_id=AGREEMENT,
        number="AGR-2026-000001",
        holder_id=said.holder,
        holder_name=Bilingual("Museum", "博物馆"),
        grantee_id=said.grantee,
        grantee_name=Bilingual("China Daily", "中国日报") if said.grantee else None,
        media=tuple(said.media),
        territory=tuple(said.territory),
        territory_except=tuple(said.territory_except),
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        span=days(said.starts_on, said.ends_on, said.tz),
        tz=said.tz,
        exclusive=said.exclusive,
        sublicensable=said.sublicensable,
        credit_line=said.credit_line,
        conditions=said.conditions,
        state=state,
        over=False,
        recorded_at=RECORDED,
        end_reason="",
        consent_required=said.consent_required,
    )
    return AgreementInFull(view, tuple(parts))


def policy(said, state="active"):
    """Return the document as a client would get it: JSON and nothing else."""
    return json.loads(json.dumps(agreement_policy(in_full(said, state), IRIS)))


def graph(document):
    """Return the document as RDF."""
    return Graph().parse(data=json.dumps(document), format="json-ld")
