"""A JSON-LD document as a graph whose every statement is ticked off once it is understood.

What is left unticked at the end is a fault: nothing a document says is dropped in silence. Nothing is fetched: a known
remote context stands for our pinned one, an unknown one is a fault, and a key no context knows becomes a statement.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual
from dam.rights.odrl_terms import CONTEXT, DCT, IMP, ODRL, RDF, RDFS, curie

MOST_NODES = 100_000
DEEPEST = 32
_UNMAPPED = f"{IMP}unmapped/"
_KNOWN_CONTEXTS = frozenset(
    f"{scheme}://www.w3.org/ns/{name}" for scheme in ("http", "https") for name in ("odrl.jsonld", "odrl/2/ODRL22.json")
)
_TERMS = (
    *("Policy", "Set", "Offer", "Agreement", "Permission", "Prohibition", "Duty", "Constraint", "LogicalConstraint"),
    *("Asset", "AssetCollection", "Party", "PartyCollection"),
)
_IRI_VALUED = (
    *("profile", "inheritFrom", "permission", "prohibition", "obligation", "duty", "consequence", "remedy", "failure"),
    *("assigner", "assignee", "target", "output", "partOf", "constraint", "refinement", "and", "or", "xone", "unit"),
    *("attributedParty", "attributingParty", "informedParty", "informingParty", "compensatedParty", "trackedParty"),
)
_TERM_VALUED = ("action", "leftOperand", "operator", "conflict")

STANDARD_CONTEXT: Mapping[str, object] = {
    "@version": 1.1,
    "uid": "@id",
    "type": "@type",
    **{prefix: CONTEXT[prefix] for prefix in ("odrl", "dct", "rdf", "rdfs", "xsd")},
    **{name: f"odrl:{name}" for name in _TERMS},
    **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in _IRI_VALUED},
    **{name: {"@id": f"odrl:{name}", "@type": "@vocab"} for name in _TERM_VALUED},
    "rightOperand": "odrl:rightOperand",
    "rightOperandReference": {"@id": "odrl:rightOperandReference", "@type": "@id"},
    "dataType": {"@id": "odrl:dataType", "@type": "@id"},
    "@vocab": ODRL,
}
"""Stands for the context ODRL documents usually name: a bare word is a word of ODRL, right or wrong."""

_NOT_JSON_LD = Bilingual("This is not a JSON-LD document.", "这不是 JSON-LD 文档。")
_TOO_LARGE = Bilingual("The document is too large or too deeply nested.", "文档过大或嵌套过深。")
_UNKNOWN_CONTEXT = Bilingual(
    "Only the ODRL context, or one written in the document, can be read; this one cannot: {name}",
    "只能读取 ODRL 上下文或文档内写明的上下文，无法读取：{name}",
)
_NOT_UNDERSTOOD = Bilingual("This was not understood: {said}", "无法理解：{said}")
_MISSING = Bilingual("This is missing.", "缺少此项。")
MORE_THAN_ONE = Bilingual("Only one can be said here.", "此处只能有一项。")
EXACTLY_ONE = Bilingual("Exactly one must be said here.", "此处必须恰好有一项。")

Statement = tuple[Node, Node, Node]


class Ledger:
    """The statements of a document, those not yet understood, and the faults found so far."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.open: set[Statement] = set(graph)
        self.faults: list[Fault] = []
        self.paths: dict[Node, str] = {}

    def take(self, subject: Node, predicate: str) -> list[Node]:
        """Return every value of the property in a stable order, ticked off."""
        statements = list(self.graph.triples((subject, URIRef(predicate), None)))
        self.open.difference_update(statements)
        return sorted((value for _, _, value in statements), key=lambda value: (isinstance(value, BNode), str(value)))

    def one(self, subject: Node, predicate: str, path: str) -> Node | None:
        """Return the only value of the property; none or several is a fault at the path."""
        found = self.take(subject, predicate)
        if len(found) > 1:
            self.fault(path, "more_than_one", MORE_THAN_ONE)
        if not found:
            self.fault(path, "missing", _MISSING)
        return found[0] if len(found) == 1 else None

    def fault(self, path: str, code: str, message: Bilingual) -> None:
        """Write down one fault, once."""
        found = Fault(path, code, message)
        if found not in self.faults:
            self.faults.append(found)

    def not_understood(self, path: str, said: str) -> None:
        """Write down something the document says that cannot be recorded."""
        self.fault(path, "not_understood", _NOT_UNDERSTOOD.format(said=said[:300]))

    def close(self) -> None:
        """Go on only when everything was understood.

        Raises: Invalid with every fault, one for each statement left over.
        """
        for subject, predicate, value in sorted(self.open, key=str):
            name = curie(str(predicate)).removeprefix(curie(_UNMAPPED))
            path = self.paths.get(subject, "" if isinstance(subject, BNode) else curie(str(subject)))
            self.not_understood(".".join(filter(None, (path, name))), f"{name} {shown(value)}")
        if self.faults:
            raise Invalid(self.faults)


def shown(value: Node) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, BNode):
        return "{…}"
    return str(value) if isinstance(value, Literal) else curie(str(value))


def read(document: object, base: str) -> Ledger:
    """Return the document as a ledger with nothing ticked off.

    Raises: Invalid when it is not JSON-LD, is too large, or needs a context that would have to be fetched.
    """
    _require_size(document)
    if isinstance(document, list):
        document = {"@graph": document}
    if not isinstance(document, dict):
        raise Invalid([Fault("document", "not_json_ld", _NOT_JSON_LD)])
    faults = [*_nested_contexts(document)]
    contexts = [*_contexts(document.get("@context", []), faults)]
    if faults:
        raise Invalid(faults)
    prepared = {**document, "@context": [{"@vocab": _UNMAPPED}, *contexts]}
    graph = Graph()
    try:
        graph.parse(data=json.dumps(prepared), format="json-ld", publicID=f"{base}/")
    except Exception as fault:  # the parser raises whatever it trips over
        raise Invalid([Fault("document", "not_json_ld", _NOT_JSON_LD)]) from fault
    return Ledger(graph)


def take_types(ledger: Ledger, node: Node, *names: str) -> None:
    """Tick off the ODRL classes a node may have here; any other class stays open."""
    ledger.open.difference_update((node, URIRef(f"{RDF}type"), URIRef(f"{ODRL}{name}")) for name in names)


def named(ledger: Ledger, node: Node, *classes: str) -> str:
    """Return the IRI of a party or a photograph, whose class, label and number say nothing about rights."""
    ledger.paths[node] = curie(str(node))
    take_types(ledger, node, *classes)
    for described in (f"{RDFS}label", f"{DCT}identifier", f"{DCT}title"):
        ledger.take(node, described)
    return str(node)


def members(ledger: Ledger, collection: str) -> list[str]:
    """Return the IRIs of the photographs that are said to be part of a collection."""
    statements = list(ledger.graph.triples((None, URIRef(f"{ODRL}partOf"), URIRef(collection))))
    ledger.open.difference_update(statements)
    return sorted(named(ledger, member, "Asset") for member, _, _ in statements)


def of_type(ledger: Ledger, name: str) -> list[Node]:
    """Return every subject of an ODRL class, in a stable order."""
    return sorted(ledger.graph.subjects(URIRef(f"{RDF}type"), URIRef(f"{ODRL}{name}")), key=str)


def _contexts(given: object, faults: list[Fault]) -> Iterator[Mapping[str, Any]]:
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, str) and one in _KNOWN_CONTEXTS:
            yield STANDARD_CONTEXT
        elif isinstance(one, dict) and "@import" not in one:
            yield one
        else:
            faults.append(Fault("@context", "unknown_context", _UNKNOWN_CONTEXT.format(name=str(one)[:200])))


def _nested_contexts(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield a fault for every context below the top: each could rename what it stands over, or have to be fetched."""
    below: list[object] = [value for name, value in document.items() if name != "@context"]
    given = document.get("@context")
    definitions = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, dict)]
    below += [definition for one in definitions for definition in one.values()]
    while below:
        value = below.pop()
        if isinstance(value, dict):
            if "@context" in value:
                yield Fault("@context", "unknown_context", _UNKNOWN_CONTEXT.format(name="@context"))
            below += value.values()
        elif isinstance(value, list):
            below += value


def _require_size(document: object) -> None:
    level: Sequence[object] = [document]
    count = depth = 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > MOST_NODES or depth > DEEPEST:
            raise Invalid([Fault("document", "too_large", _TOO_LARGE)])
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
