"""An ODRL Agreement as the draft of a supply agreement, or every fault that keeps it from being one, field by field.

What our draft cannot hold is a fault and never left out: an agreement recorded from a document says what the document
says. The order of codes and photographs, which a graph does not keep, is that of the vocabulary and of their ids.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.term import Node

from dam.kernel.ids import AssetId, CollectionId, HolderId, OrganisationId
from dam.kernel.text import Bilingual
from dam.rights import odrl_graph
from dam.rights.agreement import AgreementDraft, Scope
from dam.rights.facts import DEFAULT_TZ
from dam.rights.odrl import PUBLISHING
from dam.rights.odrl_bounds import Bounds, bounds_of, zone_known
from dam.rights.odrl_graph import Ledger
from dam.rights.odrl_rules import Rule, rules_of
from dam.rights.odrl_terms import DCT, IMP, ODRL, PROFILE, RIGHTSML, SUBLICENSE, Iris, curie

_USE, _GRANT_USE = f"{ODRL}use", f"{ODRL}grantUse"
_PUBLISHING = frozenset(f"{ODRL}{action}" for action in PUBLISHING)
_RECIPIENT, _NEQ = f"{ODRL}recipient", f"{ODRL}neq"

_NOT_ONE = Bilingual("The document must hold exactly one ODRL Agreement.", "文档必须恰好包含一份 ODRL 协议。")
_UNKNOWN_PROFILE = Bilingual(
    "This profile is not known, so its words cannot be read: {name}", "无法识别该规范，故无法解读其用语：{name}"
)
_CONFLICT = Bilingual("Where rules clash, the prohibition must win.", "规则冲突时必须以禁止为准。")
_UNKNOWN_PARTY = Bilingual(
    "This party is not known here. Say with same_as who it is: {name}",
    "此处不认识该当事方，请用 same_as 指明：{name}",
)
_UNKNOWN_TARGET = Bilingual(
    "This is no photograph or collection of ours. Say with same_as which one it is: {name}",
    "这不是本馆的照片或专题，请用 same_as 指明：{name}",
)
_RULES_DIFFER = Bilingual(
    "All permissions must have the same parties, bounds and duties, for every photograph.",
    "全部许可的当事方、范围与义务必须一致，且适用于每张照片。",
)
_EXCLUSIVITY = Bilingual(
    "Exclusivity must cover the media, places, time and photographs of the permission, and keep out everybody else.",
    "独家范围须与许可的媒体、地域、期限和照片一致，并排除其他任何人。",
)
_NO_PERMISSION = Bilingual(
    "It must permit the grantee to reproduce and to display, or the archive to grant use.",
    "须许可被授权方复制并展示，或许可本馆对外授权。",
)
_ONE_CREDIT = Bilingual("Only one credit line can be asked for.", "只能要求一种署名。")
_SAID_TWICE = Bilingual("It permits and forbids the same.", "同一事项既被许可又被禁止。")
_UNKNOWN_ZONE = Bilingual("This time zone is not known.", "无法识别该时区。")


def read_agreement(document: object, iris: Iris, same_as: Mapping[str, str] | None = None) -> AgreementDraft:
    """Return the draft that a JSON-LD document describes.

    Shape: `same_as` gives our IRI for an IRI of the document.
    Raises: Invalid with every fault.
    """
    ledger = odrl_graph.read(document, iris.base)
    found = odrl_graph.of_type(ledger, "Agreement")
    if len(found) != 1:
        ledger.fault("@type", "not_one_agreement", _NOT_ONE)
        ledger.open.clear()
    draft = _Reading(ledger, iris, same_as or {}).agreement(found[0]) if len(found) == 1 else None
    ledger.close()
    if draft is None:
        raise ValueError("a document without faults is an agreement")
    return draft


@dataclass(frozen=True, slots=True)
class _Reading:
    """One document while it is read; faults go to the ledger."""

    ledger: Ledger
    iris: Iris
    same_as: Mapping[str, str]

    def agreement(self, policy: Node) -> AgreementDraft | None:
        """Return what the policy says, None where it permits nothing that could be read."""
        self._around(policy)
        permissions, prohibitions = rules_of(self.ledger, policy)
        tz, conditions = self._zone(policy), self._conditions(policy)
        first = self._shared(permissions)
        if first is None:
            return None
        bounds = bounds_of(self.ledger, first.bounds, tz)
        archive = self._is_archive(first.assignee)
        self._require_publishing({rule.action for rule in permissions}, archive=archive)
        forbidden = self._exclusivity(first, permissions, prohibitions)
        others = [rule for rule in prohibitions if rule not in forbidden]
        return self._draft(
            first,
            bounds,
            scope=self._scope({rule.target for rule in permissions}),
            grantee=None if archive else self._party("organisations", "grantee", first.assignee),
            exclusive=first.exclusive or bool(forbidden),
            sublicensable=self._passes_on(SUBLICENSE if archive else _GRANT_USE, permissions, others),
            conditions=conditions,
        )

    def _draft(
        self,
        first: Rule,
        bounds: Bounds,
        *,
        scope: Scope,
        grantee: OrganisationId | None,
        exclusive: bool,
        sublicensable: bool,
        conditions: Mapping[str, object],
    ) -> AgreementDraft:
        holder = self._party("rights-holders", "holder", first.assigner)
        if len(first.credit_lines) > 1:
            self.ledger.fault("credit_line", "more_than_one", _ONE_CREDIT)
        return AgreementDraft(
            holder=None if holder is None else HolderId(holder),
            scope=scope,
            media=bounds.media,
            territory=bounds.territory,
            territory_except=bounds.territory_except,
            starts_on=bounds.starts_on,
            ends_on=bounds.ends_on,
            exclusive=exclusive,
            grantee=grantee,
            sublicensable=sublicensable,
            credit_line=next(iter(first.credit_lines), None),
            conditions=conditions,
            tz=bounds.tz,
            consent_required=first.consented,
        )

    # ---- around the rules

    def _around(self, policy: Node) -> None:
        """Take what stands around the rules: number, date and deeds are the other side's, the rest must be known."""
        self.ledger.paths[policy] = ""
        for described in ("identifier", "issued", "title", "description", "creator", "source"):
            self.ledger.take(policy, f"{DCT}{described}")
        odrl_graph.take_types(self.ledger, policy, "Agreement", "Policy")
        for profile in self.ledger.take(policy, f"{ODRL}profile"):
            if str(profile) not in {PROFILE, RIGHTSML}:
                self.ledger.fault("profile", "unknown_profile", _UNKNOWN_PROFILE.format(name=profile))
        for strategy in self.ledger.take(policy, f"{ODRL}conflict"):
            if strategy not in {URIRef(f"{ODRL}prohibit"), URIRef(f"{ODRL}invalid")}:
                self.ledger.fault("conflict", "conflict_strategy", _CONFLICT)

    def _zone(self, policy: Node) -> str | None:
        found = self.ledger.take(policy, f"{IMP}timeZone")
        for name in found:
            if len(found) == 1 and zone_known(str(name)):
                return str(name)
            self.ledger.fault("tz", "unknown_time_zone", _UNKNOWN_ZONE)
            return DEFAULT_TZ
        return None

    def _conditions(self, policy: Node) -> Mapping[str, object]:
        for said in self.ledger.take(policy, f"{IMP}conditions"):
            conditions = json.loads(str(said)) if isinstance(said, Literal) else None
            if isinstance(conditions, dict):
                return conditions
            self.ledger.not_understood("conditions", str(said))
        return {}

    # ---- what the rules come to

    def _shared(self, permissions: Sequence[Rule]) -> Rule | None:
        """Return the first permission; all others must say the same, and all actions hold for every target."""
        first = next(iter(permissions), None)
        if first is None:
            self.ledger.fault("permission", "no_permission", _NO_PERMISSION)
            return None
        targets = {rule.target for rule in permissions}
        said = {(rule.action, rule.target) for rule in permissions}
        complete = said == {(rule.action, target) for rule in permissions for target in targets}
        if not complete or any(rule.terms != first.terms for rule in permissions):
            self.ledger.fault("permission", "rules_differ", _RULES_DIFFER)
        return first

    def _require_publishing(self, actions: Iterable[str], *, archive: bool) -> None:
        known = {_GRANT_USE, SUBLICENSE} if archive else {_USE, *_PUBLISHING, _GRANT_USE}
        given = set(actions)
        enough = _GRANT_USE in given if archive else _USE in given or given >= _PUBLISHING
        for action in sorted(given - known):
            self.ledger.not_understood("permission.action", curie(action))
        if not enough:
            self.ledger.fault("permission", "no_permission", _NO_PERMISSION)

    def _exclusivity(self, first: Rule, permissions: Sequence[Rule], prohibitions: Sequence[Rule]) -> list[Rule]:
        """Return the prohibitions that keep the assigner from granting the same to anybody else."""
        found = [
            rule
            for rule in prohibitions
            if (rule.action, rule.assigner, rule.assignee) == (_GRANT_USE, first.assignee, first.assigner)
        ]
        for rule in found:
            others = {bound for bound in rule.bounds if bound.left == _RECIPIENT}
            keeps_out = {(bound.operator, frozenset(map(str, bound.right))) for bound in others}
            if keeps_out != {(_NEQ, frozenset({first.assignee}))} or rule.bounds - others != first.bounds:
                self.ledger.fault("exclusive", "exclusivity_differs", _EXCLUSIVITY)
        if found and {rule.target for rule in found} != {rule.target for rule in permissions}:
            self.ledger.fault("exclusive", "exclusivity_differs", _EXCLUSIVITY)
        return found

    def _passes_on(self, action: str, permissions: Sequence[Rule], prohibitions: Sequence[Rule]) -> bool:
        """Tell whether the grantee's side may pass the right on; every other prohibition is a fault."""
        permitted = any(rule.action == action for rule in permissions)
        between = {(rule.assigner, rule.assignee) for rule in permissions}
        for rule in prohibitions:
            known = rule.action == action and (rule.assigner, rule.assignee) in between and not rule.bounds
            if not known:
                self.ledger.not_understood("prohibition", str(rule))
            elif permitted:
                self.ledger.fault("sublicensable", "said_twice", _SAID_TWICE)
        return permitted

    # ---- who and what

    def _ours(self, iri: str) -> str:
        return self.same_as.get(iri, iri)

    def _is_archive(self, iri: str) -> bool:
        return self._ours(iri) in {self.iris.own, f"{self.iris.base}/organisations/{self.iris.archive}"}

    def _party(self, kind: str, field: str, iri: str) -> OrganisationId | None:
        found = self.iris.identifier(kind, self._ours(iri))
        if found is None:
            self.ledger.fault(field, "unknown_party", _UNKNOWN_PARTY.format(name=iri[:300]))
        return None if found is None else OrganisationId(found)

    def _scope(self, targets: Iterable[str]) -> Scope:
        assets: set[AssetId] = set()
        collections: set[CollectionId] = set()
        for target in targets:
            for member in odrl_graph.members(self.ledger, target) or [target]:
                asset = self.iris.identifier("assets", self._ours(member))
                collection = self.iris.identifier("collections", self._ours(member))
                if asset is not None:
                    assets.add(AssetId(asset))
                elif collection is not None:
                    collections.add(CollectionId(collection))
                else:
                    self.ledger.fault("scope", "unknown_target", _UNKNOWN_TARGET.format(name=member[:300]))
        if len(collections) > 1:
            self.ledger.fault("scope.collection", "more_than_one", odrl_graph.MORE_THAN_ONE)
        return Scope(tuple(sorted(assets)), next(iter(sorted(collections)), None))
