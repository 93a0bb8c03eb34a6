"""Licences as ODRL: the words exist, and the document permits exactly what the decision permits."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pyshacl
import pytest
from pyld import jsonld
from rdflib import Graph, Literal, URIRef

from dam.kernel.ids import AgreementId, OrganisationId
from dam.kernel.span import Span
from dam.licensing.licence import LicenceState
from dam.licensing.odrl import licence_policy
from dam.rights.decision import Action, Facts, LicenceLine, LineState, Permit, RightsIn, Use, decide
from dam.rights.odrl_terms import IMP, Iris
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set
from tests.unit.licensing.granted import ARCHIVE, DAILY, USUAL, licence, photograph
from tests.unit.rights.odrl_reader import Asked, permits
from tests.unit.rights.odrl_vocabulary import ODRL, SHAPES, term_faults

IRIS = Iris("https://dam.example", ARCHIVE.organisation_id)
RIVAL = OrganisationId(UUID(int=4))
AGREEMENT = AgreementId(UUID(int=7))
TDM_MINE = "http://www.w3.org/ns/tdmrep#mine"


def graph(view):
    return Graph().parse(data=json.dumps(licence_policy(view, [AGREEMENT], IRIS)), format="json-ld")


def said(view, *path):
    """Return every value at the end of the path of ODRL properties."""
    found = graph(view)
    nodes = set(found.subjects(None, None))
    for name in path:
        nodes = {value for node in nodes for value in found.objects(node, URIRef(ODRL + name))}
    return {str(node).removeprefix(ODRL) for node in nodes}


VARIED = [photograph(1), photograph(2, replace(USUAL, print_run=None, no_alteration=False, no_ai_training=False))]


@pytest.mark.parametrize(
    "view",
    [
        licence(),
        licence(photograph(1)),
        licence(*VARIED),
        licence(accepted=False, state=LicenceState.OFFERED),
        licence(state=LicenceState.REVOKED),
    ],
    ids=["two", "one", "varied", "offered", "revoked"],
)
def test_every_word_is_a_word_of_odrl(view):
    found = graph(view)
    assert term_faults(found) == set()
    conforms, _, why = pyshacl.validate(found, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    assert conforms, why


def test_it_says_what_the_terms_say():
    assert said(licence(), "permission", "action") == {"reproduce", "display"}
    forbidden = said(licence(), "prohibition", "action")
    assert forbidden == {"derive", "modify", "sell", "transfer", "grantUse", TDM_MINE}
    assert said(licence(), "obligation", "action") == {"delete", "inform"}
    left = {"dateTime", "media", "spatial", "count", "absoluteSize"}
    assert said(licence(), "permission", "constraint", "leftOperand") == left
    units = {f"{IMP}{unit}" for unit in ("download", "printedCopy", "pixel")}
    assert said(licence(), "permission", "constraint", "unit") == units
    assert said(licence(), "permission", "duty", "action", "refinement", "rightOperand") == {"Museum 博物馆"}


def test_it_leads_to_the_supply_agreement_and_names_it_not_as_its_parent():
    found = graph(licence())
    source = URIRef("http://purl.org/dc/terms/source")
    policy = URIRef(f"{IRIS.base}/licences/{licence().licence_id}")
    assert found.value(policy, source) == URIRef(f"{IRIS.base}/agreements/{AGREEMENT}")
    assert said(licence(), "inheritFrom") == set()


def test_photographs_with_other_conditions_have_their_own_rules():
    found = graph(licence(*VARIED))
    asset = {number: URIRef(f"{IRIS.base}/assets/{UUID(int=100 + number)}") for number in (1, 2)}
    forbidden = {
        number: {
            str(action).removeprefix(ODRL)
            for rule in found.subjects(URIRef(f"{ODRL}target"), asset[number])
            if (None, URIRef(f"{ODRL}prohibition"), rule) in found
            for action in found.objects(rule, URIRef(f"{ODRL}action"))
        }
        for number in asset
    }
    assert forbidden[1] - forbidden[2] == {"derive", "modify", TDM_MINE}
    assert forbidden[2] == {"sell", "transfer", "grantUse"}


def test_numbers_are_numbers():
    found = graph(licence())
    assert (None, URIRef(f"{ODRL}rightOperand"), Literal(800)) in found
    assert (None, URIRef(f"{ODRL}rightOperand"), Literal(4000)) in found


def test_many_photographs_are_named_once():
    view = licence(*(photograph(number) for number in range(1, 201)))
    text = json.dumps(licence_policy(view, [], IRIS))
    assert len(text) < 100_000
    assert text.count("Officers 117") == 1
    assert len(jsonld.expand(json.loads(text))[0]["@id"]) > 0


# ---- the document and the decision

TERM = licence().term
DATES = [
    TERM.start - timedelta(microseconds=1),
    TERM.start,
    datetime(2026, 5, 1, tzinfo=UTC),
    TERM.end - timedelta(microseconds=1),
    TERM.end,
]
MEDIA = ["editorial.news.web", "editorial.book.cover", "editorial.book.interior", "machine.ai.training"]
VIEWS = {
    "active": licence(),
    "offered": licence(state=LicenceState.OFFERED, accepted=False),
    "suspended": licence(state=LicenceState.SUSPENDED),
    "revoked": licence(state=LicenceState.REVOKED),
    "everything, everywhere": licence(media=("all",), territory=("WORLD",), territory_except=()),
    "Greater China, for machines": licence(media=("machine",), territory=("CHN+",), territory_except=()),
}


def facts_of(view):
    """Return what the database knows of the licence's first photograph."""
    use = view.use
    line = LicenceLine(
        line_id=1,
        licence_id=view.licence_id,
        licensee=view.licensee.organisation_id,
        state=LineState(view.state.value),
        accepted=view.acceptance is not None,
        span=view.term,
        media=media_set([code.code for code in use.media]),
        territory=territory_set([code.code for code in use.territory], [code.code for code in use.territory_except]),
        cap=10,
        used=0,
        max_px=4000,
        slot_owner=view.licensee.organisation_id,
    )
    supply = RightsIn(
        agreement_id=AGREEMENT,
        number="AGR-2026-000001",
        grantee=None,
        media=EVERY_MEDIUM,
        territory=WORLD,
        span=Span(datetime(2020, 1, 1, tzinfo=UTC), None),
        exclusive=False,
        credit_line=None,
        live=True,
    )
    return Facts(True, "ready", True, True, lines=(line,), rights_in=(supply,))


@pytest.mark.parametrize("name", VIEWS)
def test_the_document_and_the_decision_agree(name):
    view = VIEWS[name]
    found, known = graph(view), facts_of(view)
    permitted = 0
    for at, medium, place, party in product(DATES, MEDIA, ("CN", "JP", "FR", "US"), (DAILY.organisation_id, RIVAL)):
        use = Use(Action.PUBLISH, party, media_set([medium]), territory_set([place]))
        decided = isinstance(decide(use, known, at), Permit)
        asked = Asked(medium=medium, country=place, at=at)
        for action in ("reproduce", "display"):
            written = permits(found, action, f"{IRIS.base}/organisations/{party}", asked)
            assert written == decided, (at, medium, place, party, action)
        permitted += decided
    assert bool(permitted) == (view.state is LicenceState.ACTIVE)
