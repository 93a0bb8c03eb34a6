"""A reader of ODRL that knows nothing of the service: it asks a graph whether a use is permitted.

The trees of media and places are written here by hand, so that the service's own cannot vouch for themselves.
"""

from datetime import datetime

from rdflib import Graph, URIRef
from rdflib.namespace import RDF

ODRL = "http://www.w3.org/ns/odrl/2/"
WITHIN = {
    "CN": {"http://cvx.iptc.org/iso3166-1a3/CHN", "030", "142", "WORLD", "CHN+"},
    "JP": {"http://cvx.iptc.org/iso3166-1a3/JPN", "030", "142", "WORLD"},
    "FR": {"http://cvx.iptc.org/iso3166-1a3/FRA", "155", "150", "WORLD", "EU"},
    "US": {"http://cvx.iptc.org/iso3166-1a3/USA", "021", "019", "WORLD"},
}
NARROWER = {"use": {"use", "reproduce", "display", "grantUse"}}


def _o(name: str) -> URIRef:
    return URIRef(ODRL + name)


class Asked:
    """A use somebody asks a document about."""

    def __init__(self, *, medium: str, country: str, at: datetime, recipient: str = "") -> None:
        self.medium = medium
        self.country = country
        self.at = at
        self.recipient = recipient

    def _media(self):
        yield f"urn:x-imprimatur:odrl:1/media/{self.medium}"
        parts = self.medium.split(".")
        for length in range(1, len(parts)):
            yield "urn:x-imprimatur:odrl:1/media/" + ".".join(parts[:length])
        if parts[0] != "machine":
            yield "urn:x-imprimatur:odrl:1/media/all"

    def _places(self):
        for name in WITHIN[self.country]:
            yield name if ":" in name else f"urn:x-imprimatur:odrl:1/territory/{name}"

    def meets(self, graph: Graph, constraint) -> bool:
        left, operator = (str(graph.value(constraint, _o(name))) for name in ("leftOperand", "operator"))
        right = list(graph.objects(constraint, _o("rightOperand")))
        match left.removeprefix(ODRL), operator.removeprefix(ODRL):
            case "dateTime", "gteq":
                return self.at >= right[0].toPython()
            case "dateTime", "lt":
                return self.at < right[0].toPython()
            case "media", "isAnyOf":
                return bool({str(one) for one in right} & set(self._media()))
            case "spatial", "isAnyOf":
                return bool({str(one) for one in right} & set(self._places()))
            case ("spatial", "isNoneOf") | ("recipient", "neq"):
                return not {str(one) for one in right} & {*self._places(), self.recipient}
            case (("count" | "absoluteSize"), "lteq"):
                return True  # one copy, no larger than agreed
        raise AssertionError(f"{left} {operator}")


def applies(graph: Graph, kind: str, action: str, assignee: str, asked: Asked) -> bool:
    """Tell whether a rule of the kind covers the action of the assignee."""
    wanted = {_o(action)} | {_o(name) for name, narrower in NARROWER.items() if action in narrower}
    for rule in graph.subjects(RDF.type, _o(kind)):
        if graph.value(rule, _o("action")) not in wanted or graph.value(rule, _o("assignee")) != URIRef(assignee):
            continue
        if all(asked.meets(graph, one) for one in graph.objects(rule, _o("constraint"))):
            return True
    return False


def permits(graph: Graph, action: str, assignee: str, asked: Asked) -> bool:
    """Tell whether an agreement permits the action; prohibitions win, and an offer permits nothing."""
    if not list(graph.subjects(RDF.type, _o("Agreement"))):
        return False
    permitted = applies(graph, "Permission", action, assignee, asked)
    return permitted and not applies(graph, "Prohibition", action, assignee, asked)
