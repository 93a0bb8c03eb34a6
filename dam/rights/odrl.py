"""A supply agreement as an ODRL 2.2 Agreement: an export; what is enforced is what the database holds.

Every rule is atomic (one action, its own parties and target), every operator a full `@id`, the context is in the
document. Exclusivity is the holder's promise: a Prohibition on the holder to grant the use to anybody else.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dam.kernel.ids import AssetId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights.odrl_terms import (
    CONTEXT,
    CREDIT_LINE,
    PROFILE,
    RIGHTSML,
    SUBLICENSE,
    Iris,
    medium_iri,
    territory_iri,
)
from dam.rights.views import AgreementInFull, AgreementView, ScopePart

MEDIA_TYPE = "application/ld+json"
Node = dict[str, Any]
_AS_WRITTEN = frozenset({"@context", "conditions"})
PUBLISHING = ("reproduce", "display")
"""The actions that together are what this house calls publishing a photograph."""


@dataclass(frozen=True, slots=True)
class Between:
    """Who binds whom, and over which photographs: what every atomic rule repeats."""

    assigner: Node
    assignee: Node
    target: Node

    def turned(self) -> "Between":
        """Return the same photographs with the two parties changed over."""
        return Between(self.assignee, self.assigner, self.target)


def agreement_policy(found: AgreementInFull, iris: Iris) -> Node:
    """Return the agreement as a JSON-LD document.

    Shape: an agreement that was ended carries an unconditional prohibition, which beats its permissions.
    """
    view = found.agreement
    holder = party(iris.holder(view.holder_id), view.holder_name)
    grantee = party(iris.organisation(view.grantee_id), view.grantee_name)
    bounds = [
        *within(view.span, view.tz),
        *used_in(view.media, view.territory, view.territory_except),
    ]
    all_between = [Between(holder, grantee, target) for target in _targets(found.scope, view, iris)]
    return policy(
        "Agreement",
        iris.agreement(view.agreement_id),
        view.number,
        view.recorded_at,
        permission=[told for each in all_between for told in _permissions(view, each, bounds)],
        prohibition=[told for each in all_between for told in _prohibitions(view, each, bounds)],
        timeZone=view.tz,
        conditions=dict(view.conditions),
        **{"dct:source": [{"@id": hash_iri(sha256)} for sha256 in found.deeds]},
    )


def hash_iri(sha256: str) -> str:
    """Return the name of a file that is its SHA-256; whoever holds the deed can tell that it is this one.

    Source: RFC 6920 section 3.
    """
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def policy(kind: str, iri: str, number: str, issued: datetime, **parts: object) -> Node:
    """Return a document around its rules; what is empty is left out, and nothing is described twice."""
    document = {
        "@context": dict(CONTEXT),
        "@id": iri,
        "@type": kind,
        "profile": [{"@id": PROFILE}, {"@id": RIGHTSML}],
        "conflict": {"@id": "odrl:prohibit"},
        "dct:identifier": number,
        "dct:issued": {"@value": issued.isoformat(), "@type": "xsd:dateTime"},
        **{name: part for name, part in parts.items() if part},
    }
    told: set[str] = set()
    return {name: part if name in _AS_WRITTEN else _once(part, told) for name, part in document.items()}


def rule(kind: str, between: Between, action: str | Node, constraints: Sequence[Node] = (), **more: object) -> Node:
    """Return one atomic rule; an action is the name of an ODRL action, a full IRI, or a refined action."""
    return {
        "@type": kind,
        "assigner": between.assigner,
        "assignee": between.assignee,
        "target": between.target,
        "action": _action(action),
        **({"constraint": list(constraints)} if constraints else {}),
        **{name: part for name, part in more.items() if part},
    }


def constraint(left: str, operator: str, right: object, unit: str | None = None) -> Node:
    """Return one constraint; `left` is the name of an ODRL left operand or a full IRI."""
    said: Node = {
        "@type": "Constraint",
        "leftOperand": {"@id": _named(left)},
        "operator": {"@id": f"odrl:{operator}"},
        "rightOperand": right,
    }
    return said if unit is None else {**said, "unit": {"@id": unit}}


def within(span: Span, tz: str) -> list[Node]:
    """Return the constraints of a term: from its first instant, up to but not including its end."""
    edges = [("gteq", span.start)] if span.end is None else [("gteq", span.start), ("lt", span.end)]
    return [constraint("dateTime", operator, instant(edge, tz)) for operator, edge in edges]


def used_in(media: Iterable[str], territory: Iterable[str], without: Iterable[str]) -> list[Node]:
    """Return the constraints of media and places; each code stands for all that lies below it."""
    excepted = [{"@id": territory_iri(code)} for code in without]
    return [
        constraint("media", "isAnyOf", [{"@id": medium_iri(code)} for code in media]),
        constraint("spatial", "isAnyOf", [{"@id": territory_iri(code)} for code in territory]),
        *([constraint("spatial", "isNoneOf", excepted)] if excepted else []),
    ]


def credit_duty(between: Between, credit_line: str) -> Node:
    """Return the duty to print the credit line, word for word."""
    refined = {
        "rdf:value": {"@id": "odrl:attribute"},
        "refinement": [constraint(CREDIT_LINE, "eq", credit_line)],
    }
    return rule("Duty", between, refined)


def instant(at: datetime, tz: str) -> Node:
    """Return an instant as a typed literal, written in the contract's own zone."""
    return {"@value": at.astimezone(ZoneInfo(tz)).isoformat(), "@type": "xsd:dateTime"}


def party(iri: str, name: Bilingual | None) -> Node:
    """Return a party, named in the languages its name is known in."""
    return {"@id": iri, "@type": "Party", **_labels(name)}


def photographs(assets: Sequence[tuple[AssetId, str, Bilingual]], group: str, iris: Iris) -> Node:
    """Return one photograph, or several as the collection `group` with its members."""
    members = [
        {"@id": iris.asset(asset_id), "@type": "Asset", "dct:identifier": number, **_labels(title)}
        for asset_id, number, title in assets
    ]
    return members[0] if len(members) == 1 else {"@id": group, "@type": "AssetCollection", "members": members}


def _once(part: object, told: set[str]) -> object:
    """Return the part with every party and photograph described where it first stands, and only named after that."""
    if isinstance(part, list):
        return [_once(each, told) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("@id") in told:
        return {"@id": part["@id"]}
    if len(part) > 1 and "@id" in part:
        told.add(part["@id"])
    return {name: _once(value, told) for name, value in part.items()}


def _permissions(view: AgreementView, between: Between, bounds: Sequence[Node]) -> list[Node]:
    duties = [credit_duty(between, view.credit_line)] if view.credit_line is not None else []
    if view.consent_required:
        duties.append(rule("Duty", between, "obtainConsent", consentingParty=between.assigner))
    if view.grantee_id is None:
        actions = ["grantUse", *([SUBLICENSE] if view.sublicensable else [])]
    else:
        actions = [*PUBLISHING, *(["grantUse"] if view.sublicensable else [])]
    return [rule("Permission", between, action, bounds, duty=duties) for action in actions]


def _prohibitions(view: AgreementView, between: Between, bounds: Sequence[Node]) -> list[Node]:
    told = []
    if not view.sublicensable:
        told.append(rule("Prohibition", between, SUBLICENSE if view.grantee_id is None else "grantUse"))
    if view.exclusive:
        nobody_else = constraint("recipient", "neq", {"@id": between.assignee["@id"]})
        told.append(rule("Prohibition", between.turned(), "grantUse", [nobody_else, *bounds]))
    if view.state != "active":
        told.append(rule("Prohibition", between, "use"))
    return told


def _targets(scope: Sequence[ScopePart], view: AgreementView, iris: Iris) -> Iterator[Node]:
    for part in scope:
        if part.collection_id is not None:
            yield {"@id": iris.collection(part.collection_id), "@type": "AssetCollection", **_labels(part.title)}
    named = [(part.asset_id, part.accession_number or "", part.title) for part in scope if part.asset_id is not None]
    if named:
        yield photographs(named, f"{iris.agreement(view.agreement_id)}#photographs", iris)


def _labels(name: Bilingual | None) -> Mapping[str, object]:
    said = [] if name is None else [("en", name.en), ("zh-Hans", name.zh)]
    labels = [{"@value": text, "@language": language} for language, text in said if text]
    return {"rdfs:label": labels} if labels else {}


def _action(action: str | Node) -> Node:
    return {"@id": _named(action)} if isinstance(action, str) else action


def _named(name: str) -> str:
    return name if ":" in name else f"odrl:{name}"
