"""Agreements as ODRL: the words exist, the document says what the database enforces, and spoiled copies are caught."""

import copy
import json
from datetime import UTC, datetime, timedelta
from itertools import product

import pyshacl
import pytest
from pyld import jsonld
from rdflib import Graph
from rdflib.compare import isomorphic

from dam.kernel.errors import Invalid
from dam.kernel.ids import AgreementId
from dam.kernel.span import days
from dam.rights.agreement import Scope
from dam.rights.decision import Action, Exclusive, Facts, RightsIn, Use, Verdict, availability
from dam.rights.odrl_reading import read_agreement
from dam.rights.odrl_terms import IMP, territory_iri, territory_of
from dam.rights.territories import COUNTRIES, GROUPS, TERRITORIES, territory_set
from dam.rights.vocabularies import media_set
from tests.unit.rights.odrl_reader import Asked, applies, permits
from tests.unit.rights.odrl_vocabulary import SHAPES, term_faults
from tests.unit.rights.signed import AGREEMENT, DAILY, FONDS, IRIS, MUSEUM, RIVAL, draft, graph, policy

DRAFTS = {
    "exclusive": draft(),
    "asked for consent": draft(grantee=None, consent_required=True),
    "passed on": draft(exclusive=False, sublicensable=True, credit_line=None, conditions={}),
    "the archive's": draft(grantee=None, exclusive=False, media=("all",), territory_except=()),
    "the archive's, exclusive, passed on": draft(grantee=None, sublicensable=True, territory=("030", "EU", "CHN+")),
    "a collection": draft(scope=Scope((), FONDS), media=("machine.ai.training",)),
    "a collection and photographs": draft(scope=Scope(draft().scope.asset_ids, FONDS), tz="America/New_York"),
    "one photograph": draft(scope=Scope(draft().scope.asset_ids[:1]), territory=("TW", "XK", "010")),
}
every_draft = pytest.mark.parametrize("said", DRAFTS.values(), ids=DRAFTS)


def shape_faults(found: Graph) -> bool:
    conforms, _, _ = pyshacl.validate(found, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    return not conforms


@every_draft
def test_every_word_is_a_word_of_odrl(said):
    found = graph(policy(said))
    assert len(found) > 60
    assert term_faults(found) == set()
    assert not shape_faults(found)


@every_draft
def test_two_readers_of_json_ld_see_the_same_graph(said):
    document = policy(said)
    quads = jsonld.to_rdf(document, {"format": "application/n-quads"})
    quads = quads.replace("@zh-hans", "@zh-Hans")  # tags of languages are the same in every case
    assert isomorphic(Graph().parse(data=quads, format="nt"), graph(document))


@every_draft
def test_what_goes_out_comes_back(said):
    """The codes and photographs of these drafts are in the order of the vocabulary, which a graph does not keep."""
    document = policy(said)
    assert read_agreement(document, IRIS) == said
    flat = jsonld.flatten(document)
    assert read_agreement(flat, IRIS) == said
    assert read_agreement(jsonld.expand(document), IRIS) == said


def test_an_ended_agreement_forbids_what_it_permitted_and_is_not_recorded_again():
    document = policy(draft(), state="ended")
    asked = Asked(medium="editorial.news.web", country="FR", at=datetime(2026, 3, 1, tzinfo=UTC))
    assert permits(graph(policy(draft())), "reproduce", f"{IRIS.base}/organisations/{DAILY}", asked)
    assert not permits(graph(document), "reproduce", f"{IRIS.base}/organisations/{DAILY}", asked)
    assert codes(document) == {("prohibition", "not_understood")}


def test_every_place_has_a_name_of_its_own_and_countries_have_iptcs():
    every = [*TERRITORIES, *GROUPS]
    assert [territory_of(territory_iri(code)) for code in every] == every
    assert territory_iri("CN") == "http://cvx.iptc.org/iso3166-1a3/CHN"
    assert all(territory_iri(code).startswith("http://cvx.iptc.org/iso3166-1a3/") for code in COUNTRIES)
    assert territory_of("http://cvx.iptc.org/iso3166-1a3/DDR") is None


# ---- the document and the decision

SPAN = days(draft().starts_on, draft().ends_on, "Asia/Shanghai")
DATES = [
    SPAN.start - timedelta(microseconds=1),
    SPAN.start,
    datetime(2026, 3, 1, tzinfo=UTC),
    SPAN.end - timedelta(microseconds=1),
    SPAN.end,
]
MEDIA = ["editorial.news.web", "editorial.book.cover", "editorial.book.interior", "machine.ai.training"]
PLACES = ["CN", "JP", "FR", "US"]
LIVE = [name for name in DRAFTS if name not in {"a collection and photographs", "one photograph"}]


def facts_of(said):
    """Return what the database knows when the agreement is all there is."""
    scope = {
        "number": "AGR-2026-000001",
        "media": media_set(said.media),
        "territory": territory_set(said.territory, said.territory_except),
        "span": days(said.starts_on, said.ends_on, said.tz),
    }
    right = RightsIn(
        agreement_id=AGREEMENT,
        grantee=said.grantee,
        exclusive=said.exclusive,
        credit_line=None,
        live=True,
        **scope,
    )
    held = said.exclusive and said.grantee is not None
    exclusive = Exclusive(holder=said.grantee, agreement_id=AgreementId(AGREEMENT), licence_id=None, **scope)
    return Facts(True, "ready", True, True, rights_in=(right,), exclusives=(exclusive,) if held else ())


@pytest.mark.parametrize("name", LIVE)
def test_the_document_and_the_decision_agree(name):
    said = DRAFTS[name]
    found, known = graph(policy(said)), facts_of(said)
    seen = set()
    for at, medium, place, party in product(DATES, MEDIA, PLACES, (DAILY, RIVAL)):
        use = Use(Action.PUBLISH, party, media_set([medium]), territory_set([place]))
        verdict = availability(use, known, at).verdict
        who = f"{IRIS.base}/organisations/{party}"
        asked = Asked(medium=medium, country=place, at=at, recipient=who)
        licensed = "grantUse" if said.grantee is None else "reproduce"
        may = permits(found, licensed, IRIS.own if said.grantee is None else who, asked)
        kept_out = applies(found, "Prohibition", "grantUse", f"{IRIS.base}/rights-holders/{MUSEUM}", asked)
        assert (verdict is Verdict.AVAILABLE) == may, (at, medium, place, party)
        if said.grantee is not None:
            assert (verdict is Verdict.EXCLUSIVE) == kept_out, (at, medium, place, party)
        seen.add(verdict)
    assert Verdict.AVAILABLE in seen
    assert len(seen) > 1


# ---- spoiled copies


def _swap(document, old, new):
    return json.loads(json.dumps(document).replace(json.dumps(old), json.dumps(new)))


def _first_rule(document, change):
    spoiled = copy.deepcopy(document)
    change(spoiled["permission"][0])
    return spoiled


def _without(document, *names):
    return {name: part for name, part in document.items() if name not in names}


def _no_assignee(rule):
    del rule["assignee"]


def _two_actions(rule):
    rule["action"] = [{"@id": "odrl:reproduce"}, {"@id": "odrl:print"}]


def _text_for_an_instant(rule):
    rule["constraint"][0]["rightOperand"] = "2025-08-01"


def _no_operator(rule):
    del rule["constraint"][2]["operator"]


def _of_the_other_class(rule):
    rule["@type"] = "Prohibition"


SPOILED = {
    "an operator an old context made up": _swap(policy(draft()), "odrl:neq", "odrl:neg"),
    "an action that does not exist": _swap(policy(draft()), "odrl:display", "odrl:exhibit"),
    "an operator for a left operand": _swap(policy(draft()), "odrl:spatial", "odrl:isPartOf"),
    "nobody it is granted to": _first_rule(policy(draft()), _no_assignee),
    "two actions in one rule": _first_rule(policy(draft()), _two_actions),
    "text where an instant belongs": _first_rule(policy(draft()), _text_for_an_instant),
    "a constraint that does not compare": _first_rule(policy(draft()), _no_operator),
    "a permission that is a prohibition": _first_rule(policy(draft()), _of_the_other_class),
    "no rule at all": _without(policy(draft()), "permission", "prohibition"),
}


@pytest.mark.parametrize("document", SPOILED.values(), ids=SPOILED)
def test_spoiled_copies_are_caught_by_the_checks_and_by_the_reader(document):
    assert document != policy(draft())
    found = graph(document)
    assert term_faults(found) or shape_faults(found)
    with pytest.raises(Invalid) as caught:
        read_agreement(document, IRIS)
    assert caught.value.faults


def test_neither_check_alone_would_do():
    by_terms = {name for name, document in SPOILED.items() if term_faults(graph(document))}
    by_shapes = {name for name, document in SPOILED.items() if shape_faults(graph(document))}
    assert by_terms - by_shapes
    assert by_shapes - by_terms
    assert by_terms | by_shapes == set(SPOILED)


# ---- what cannot be recorded is said


def codes(document, **same_as):
    with pytest.raises(Invalid) as caught:
        read_agreement(document, IRIS, same_as)
    return {(fault.field, fault.code) for fault in caught.value.faults}


def changed(change, said=None):
    document = policy(said or draft())
    change(document)
    return document


def _payment(document):
    document["permission"][0]["duty"].append({"@type": "Duty", "action": {"@id": "odrl:compensate"}})


def _industry(document):
    constraint = {"leftOperand": {"@id": "odrl:industry"}, "operator": {"@id": "odrl:eq"}, "rightOperand": "press"}
    for rule in document["permission"]:
        rule["constraint"].append({"@type": "Constraint", **constraint})


def _either(document):
    document["permission"][0]["constraint"].append({"odrl:or": [{"@id": "urn:a"}, {"@id": "urn:b"}]})


FAULTS = {
    "a payment": (_payment, ("permission.duty.action", "not_understood")),
    "an industry": (_industry, ("constraint.odrl:industry", "not_understood")),
    "a combined constraint": (_either, ("permission.constraint.odrl:or", "not_understood")),
    "a key no context knows": (lambda it: it.update(discount=3), ("discount", "not_understood")),
    "a statement about something else": (
        lambda it: it["permission"][0]["target"].update({"dct:rights": "secret"}),
        (f"{IRIS.base}/agreements/{AGREEMENT}#photographs.dct:rights", "not_understood"),
    ),
    "another profile": (lambda it: it["profile"].append({"@id": "urn:p"}), ("profile", "unknown_profile")),
    "permission wins": (lambda it: it.update(conflict={"@id": "odrl:perm"}), ("conflict", "conflict_strategy")),
    "a policy it inherits from": (
        lambda it: it.update({"odrl:inheritFrom": {"@id": "urn:x"}}),
        ("odrl:inheritFrom", "not_understood"),
    ),
    "a duty of the policy": (
        lambda it: it.update(obligation=[{"@type": "Duty", "action": {"@id": "odrl:delete"}}]),
        ("odrl:obligation", "not_understood"),
    ),
    "an offer": (lambda it: it.update({"@type": "Offer"}), ("@type", "not_one_agreement")),
    "a time zone of its own": (lambda it: it.update(timeZone="Mars/Olympus"), ("tz", "unknown_time_zone")),
    "a context to fetch": (lambda it: it.update({"@context": "https://x.example/c"}), ("@context", "unknown_context")),
    "a context to import": (
        lambda it: it["@context"].update({"@import": "https://x.example/c"}),
        ("@context", "unknown_context"),
    ),
    "a context inside": (
        lambda it: it["permission"][0].update({"@context": "file:///etc/passwd"}),
        ("@context", "unknown_context"),
    ),
    "an exclusivity narrower than the permission": (
        lambda it: it["prohibition"][-1]["constraint"].pop(),
        ("exclusive", "exclusivity_differs"),
    ),
    "permissions that differ": (
        lambda it: it["permission"][0]["constraint"].pop(),
        ("permission", "rules_differ"),
    ),
    "reproduction alone": (lambda it: it["permission"].pop(), ("permission", "no_permission")),
    "an action beyond": (
        lambda it: it["permission"].append({**it["permission"][0], "action": {"@id": "odrl:sell"}}),
        ("permission.action", "not_understood"),
    ),
    "a narrowed action": (
        lambda it: it["permission"][0].update(action={"rdf:value": {"@id": "odrl:reproduce"}, "refinement": []}),
        None,
    ),
}


@pytest.mark.parametrize(("change", "expected"), FAULTS.values(), ids=FAULTS)
def test_what_is_not_understood_is_never_dropped(change, expected):
    document = changed(change)
    if expected is None:
        assert read_agreement(document, IRIS) == draft()
        return
    assert expected in codes(document)


def _said(document, left, value, operator=None):
    for rule in (*document["permission"], document["prohibition"][-1]):
        for constraint in rule["constraint"]:
            if constraint["leftOperand"] == {"@id": f"odrl:{left}"}:
                constraint["rightOperand"] = value
                constraint["operator"] = operator or constraint["operator"]
    return document


@pytest.mark.parametrize(
    ("left", "value", "expected"),
    [
        ("media", [{"@id": f"{IMP}media/editorial.gossip"}], ("media", "unknown_code")),
        ("spatial", [{"@id": "http://cvx.iptc.org/iso3166-1a3/ATL"}], ("territory", "unknown_code")),
        ("dateTime", {"@value": "2026-01-01T12:00:00+08:00", "@type": "xsd:dateTime"}, ("ends_on", "not_whole_days")),
        ("dateTime", {"@value": "2026-01-01T00:00:00", "@type": "xsd:dateTime"}, ("starts_on", "not_an_instant")),
        ("dateTime", "soon", ("starts_on", "not_an_instant")),
        ("dateTime", {"@value": "9999-12-31", "@type": "xsd:date"}, None),
    ],
)
def test_values_are_read_or_faulted(left, value, expected):
    document = _said(policy(draft(tz="Asia/Shanghai")), left, value)
    if expected is None:
        assert read_agreement(document, IRIS).starts_on.year == 9999
    else:
        assert expected in codes(document)


@pytest.mark.parametrize(
    "junk",
    [
        None,
        [],
        3,
        "text",
        {},
        {"@graph": [[[[]]]]},
        {"@id": 7},
        {"@type": {"@type": 3}},
        {"@context": {"a": 1}, "a": {"@value": {}}},
        {"permission": [{"@list": [{"@set": 1}]}]},
    ],
    ids=str,
)
def test_junk_is_answered_not_thrown(junk):
    assert codes(junk)


def test_depth_and_size_are_bounded():
    deep: object = "x"
    for _ in range(60):
        deep = {"odrl:and": deep}
    assert codes({**policy(draft()), "deep": deep}) == {("document", "too_large")}
    assert codes({"many": list(range(200_000))}) == {("document", "too_large")}


# ---- documents of others

FOREIGN = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Agreement",
    "uid": "http://museum.example/policy/7",
    "profile": "https://iptc.org/std/RightsML/odrl-profile/",
    "assigner": "http://museum.example/party/museum",
    "assignee": {"@type": "Party", "uid": "http://museum.example/party/daily"},
    "target": "http://museum.example/asset/1942",
    "permission": [
        {
            "action": ["reproduce", "display"],
            "constraint": [
                {"leftOperand": "spatial", "operator": "eq", "rightOperand": "http://cvx.iptc.org/iso3166-1a3/DEU"},
                {"leftOperand": "media", "operator": "eq", "rightOperand": f"{IMP}media/editorial.news"},
                {
                    "leftOperand": "dateTime",
                    "operator": "gteq",
                    "rightOperand": {"@value": "2026-01-01T00:00:00+01:00", "@type": "xsd:dateTime"},
                },
                {
                    "leftOperand": "dateTime",
                    "operator": "lteq",
                    "rightOperand": {"@value": "2026-12-31T23:59:59+01:00", "@type": "xsd:dateTime"},
                },
            ],
            "duty": [{"action": "ensureExclusivity", "assignee": "http://museum.example/party/museum"}],
        }
    ],
}
KNOWN = {
    "http://museum.example/party/museum": IRIS.holder(MUSEUM),
    "http://museum.example/party/daily": IRIS.organisation(DAILY),
    "http://museum.example/asset/1942": IRIS.collection(FONDS),
}


def test_a_compact_document_of_another_house_is_read_once_its_names_are_known():
    found = read_agreement(FOREIGN, IRIS, KNOWN)
    assert found == draft(
        scope=Scope((), FONDS),
        media=("editorial.news",),
        territory=("DE",),
        territory_except=(),
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        credit_line=None,
        conditions={},
        tz="Etc/GMT-1",
    )
    assert (str(found.starts_on), str(found.ends_on)) == ("2026-01-01", "2026-12-31")


def test_names_of_another_house_are_asked_for():
    assert codes(FOREIGN) == {("holder", "unknown_party"), ("grantee", "unknown_party"), ("scope", "unknown_target")}


def test_days_without_a_zone_are_asked_about():
    document = json.loads(json.dumps(FOREIGN))
    first, last = document["permission"][0]["constraint"][2:]
    first["rightOperand"] = {"@value": "2026-01-01", "@type": "xsd:date"}
    last["rightOperand"] = {"@value": "2026-12-31", "@type": "xsd:date"}
    with pytest.raises(Invalid) as caught:
        read_agreement(document, IRIS, KNOWN)
    assert [(fault.field, fault.code) for fault in caught.value.faults] == [("tz", "zone_missing")]


def test_a_word_that_odrl_does_not_have_is_not_understood():
    document = {**FOREIGN, "permision": FOREIGN["permission"]}
    assert ("odrl:permision", "not_understood") in codes(document)
