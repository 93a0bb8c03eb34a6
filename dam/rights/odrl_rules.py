"""The rules of a policy taken apart, atomic or compact, so that rules that say the same are equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rdflib import BNode, URIRef
from rdflib.term import Node

from dam.kernel.text import Bilingual
from dam.rights import odrl_graph
from dam.rights.odrl_bounds import Bound
from dam.rights.odrl_graph import Ledger
from dam.rights.odrl_terms import CREDIT_LINE, ODRL, RDF, curie

_ATTRIBUTE, _ENSURE_EXCLUSIVITY = f"{ODRL}attribute", f"{ODRL}ensureExclusivity"
_OBTAIN_CONSENT = f"{ODRL}obtainConsent"
_INHERITED = ("assigner", "assignee", "target", "action")
_NO_CREDIT = Bilingual("It asks for a credit without saying its words.", "要求署名，但未写明署名文字。")


@dataclass(frozen=True, slots=True)
class Rule:
    """A permission or prohibition of one action on one target."""

    action: str
    assigner: str
    assignee: str
    target: str
    bounds: frozenset[Bound]
    credit_lines: frozenset[str]
    exclusive: bool = False
    """Whether a duty binds the assigner to keep it exclusive: another way to say it than a prohibition."""
    consented: bool = False
    """Whether each use needs the assigner's consent."""

    @property
    def terms(self) -> tuple[object, ...]:
        """What every permission of an agreement must share."""
        return self.assigner, self.assignee, self.bounds, self.credit_lines, self.exclusive, self.consented

    def __str__(self) -> str:
        """Return it as a person reads it."""
        return " ".join([curie(self.action), curie(self.target), *sorted(map(str, self.bounds))])


Whole = Mapping[str, Sequence[Node]]
"""What a policy in the compact form says for all of its rules at once."""


def rules_of(ledger: Ledger, policy: Node) -> tuple[list[Rule], list[Rule]]:
    """Return the permissions and the prohibitions; an obligation of the policy is a fault, left to the ledger."""
    whole = {name: ledger.take(policy, f"{ODRL}{name}") for name in _INHERITED}
    return tuple(  # type: ignore[return-value]  # two names give two lists
        [rule for node in ledger.take(policy, f"{ODRL}{kind}") for rule in _rules(ledger, node, kind, whole)]
        for kind in ("permission", "prohibition")
    )


def _rules(ledger: Ledger, node: Node, kind: str, whole: Whole) -> list[Rule]:
    """Return one rule for each action on each target, as the compact form means it."""
    ledger.paths[node] = kind
    odrl_graph.take_types(ledger, node, kind.title(), "Rule")
    said = {name: ledger.take(node, f"{ODRL}{name}") or whole[name] for name in _INHERITED}
    for name, values in said.items():
        for other in set(whole[name]) - set(values):
            ledger.not_understood(f"{kind}.{name}", odrl_graph.shown(other))
        if not values or (name in {"assigner", "assignee"} and len(values) > 1):
            ledger.fault(f"{kind}.{name}", "missing" if not values else "more_than_one", odrl_graph.EXACTLY_ONE)
            return []
    bounds = constraints(ledger, node, "constraint", kind)
    duties = ledger.take(node, f"{ODRL}duty")
    ensuring = [duty for duty in duties if _ensures_exclusivity(ledger, duty, said)]
    asking = [duty for duty in duties if _obtains_consent(ledger, duty, said)]
    credit_lines = frozenset(
        words
        for duty in duties
        if duty not in [*ensuring, *asking]
        for words in _credit(ledger, duty, f"{kind}.duty", said)
    )
    assigner, assignee = (odrl_graph.named(ledger, said[name][0], "Party") for name in ("assigner", "assignee"))
    targets = [odrl_graph.named(ledger, one, "Asset", "AssetCollection") for one in said["target"]]
    actions = [_action(ledger, one, kind) for one in said["action"]]
    return [
        Rule(action, assigner, assignee, target, bounds, credit_lines, bool(ensuring), bool(asking))
        for action in actions
        for target in targets
    ]


def constraints(ledger: Ledger, node: Node, predicate: str, path: str) -> frozenset[Bound]:
    """Return the constraints or refinements of a rule or an action; a combined one is a fault, left to the ledger."""
    return frozenset(
        bound
        for each in ledger.take(node, f"{ODRL}{predicate}")
        if (bound := _bound(ledger, each, f"{path}.{predicate}")) is not None
    )


def _bound(ledger: Ledger, node: Node, path: str) -> Bound | None:
    ledger.paths[node] = path
    odrl_graph.take_types(ledger, node, "Constraint")
    left = ledger.one(node, f"{ODRL}leftOperand", f"{path}.leftOperand")
    operator = ledger.one(node, f"{ODRL}operator", f"{path}.operator")
    right = ledger.take(node, f"{ODRL}rightOperand")
    units = ledger.take(node, f"{ODRL}unit")
    if not right:
        ledger.fault(f"{path}.rightOperand", "missing", odrl_graph.EXACTLY_ONE)
    if left is None or operator is None or not right:
        return None
    return Bound(str(left), str(operator), frozenset(right), str(units[0]) if units else None)


def _action(ledger: Ledger, node: Node, path: str) -> str:
    """Return the action's IRI; a refined one is narrower than any we record, and its parts stay with the ledger."""
    if not isinstance(node, BNode):
        return str(node)
    ledger.paths[node] = f"{path}.action"
    return str(ledger.one(node, f"{RDF}value", f"{path}.action"))


def _ensures_exclusivity(ledger: Ledger, duty: Node, rule: Whole) -> bool:
    """Tell whether the duty binds the rule's assigner to keep it exclusive; if so, it is understood."""
    statements = list(ledger.graph.triples((duty, None, None)))
    said = {(str(name), value) for _, name, value in statements} - {(f"{RDF}type", URIRef(f"{ODRL}Duty"))}
    wanted = {(f"{ODRL}action", URIRef(_ENSURE_EXCLUSIVITY)), *((f"{ODRL}assignee", one) for one in rule["assigner"])}
    if said != wanted:
        return False
    ledger.open.difference_update(statements)
    return True


def _obtains_consent(ledger: Ledger, duty: Node, rule: Whole) -> bool:
    """Tell whether the duty is to obtain the consent of the rule's assigner; if so, it is understood."""
    statements = list(ledger.graph.triples((duty, None, None)))
    said = {(str(name), value) for _, name, value in statements} - {(f"{RDF}type", URIRef(f"{ODRL}Duty"))}
    consenting = ((f"{ODRL}consentingParty", one) for one in rule["assigner"])
    wanted = {(f"{ODRL}action", URIRef(_OBTAIN_CONSENT)), *consenting}
    repeated = {(f"{ODRL}{name}", one) for name in ("assigner", "assignee", "target") for one in rule[name]}
    if said - repeated != wanted:
        return False
    ledger.open.difference_update(statements)
    return True


def _credit(ledger: Ledger, duty: Node, path: str, rule: Whole) -> list[str]:
    """Return the words a duty asks to be printed; any other duty is a fault."""
    ledger.paths[duty] = path
    odrl_graph.take_types(ledger, duty, "Duty", "Rule")
    for name in ("assigner", "assignee", "target"):
        for value in ledger.take(duty, f"{ODRL}{name}"):
            if value not in rule[name]:
                ledger.not_understood(f"{path}.{name}", odrl_graph.shown(value))
    action = ledger.one(duty, f"{ODRL}action", f"{path}.action")
    if action is None:
        return []
    refined = constraints(ledger, action, "refinement", f"{path}.action") if isinstance(action, BNode) else frozenset()
    if _action(ledger, action, path) != _ATTRIBUTE:
        ledger.not_understood(f"{path}.action", odrl_graph.shown(action))
    words = [bound for bound in refined if (bound.left, bound.operator) == (CREDIT_LINE, f"{ODRL}eq")]
    for bound in refined:
        if bound not in words:
            ledger.not_understood(f"{path}.action.refinement", str(bound))
    if len(words) != 1:
        ledger.fault("credit_line", "missing", _NO_CREDIT)
    return [str(value) for bound in words for value in bound.right]
