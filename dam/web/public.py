"""What is open to everybody: the page every stamped file leads to, and the reservation against mining."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dam.catalogue.public_page import mining_policy_address
from dam.catalogue.rights_statements import RIGHTS_STATEMENTS
from dam.delivery.asks import Method
from dam.kernel.text import Bilingual
from dam.rights.facts import Verdict
from dam.web.catalogue import USUAL_USE
from dam.web.delivery import handed_on
from dam.web.doors import public
from dam.web.headers import PUBLISHED_ROBOTS
from dam.web.image_object import image_object
from dam.web.mining import MINING_TYPES, mining_policy_json
from dam.web.session import the_house

blueprint = Blueprint("public", __name__)

_ROBOTS = "X-Robots-Tag"
_LONGEST_NUMBER = 40
AVAILABILITY_SAID: Mapping[Verdict, LazyString] = {
    Verdict.AVAILABLE: _l("A licence can be asked for. Nothing stands in its way for news on the open web today."),
    Verdict.ON_REQUEST: _l("A licence can be asked for. The archive looks at each request by itself."),
    Verdict.EXCLUSIVE: _l("It is promised to one publisher alone for now."),
    Verdict.NEVER: _l("It is not licensed at present."),
}


@blueprint.get("/photographs/<number>")
@public("Whoever holds a file may learn that it needs permission; more only where an archivist published it.")
def photograph(number: str) -> ResponseReturnValue:
    """Say that permission is needed and how to ask, and what an archivist published of the photograph."""
    house = the_house()
    page = house.catalogue.public_page(_number(number))
    told = house.rights.public_answer(page.asset_id, USUAL_USE) if page else None
    if page is None or told is None or told.held_back:
        return render_template("public/unpublished.html", institution=_institution(), contact=_contact())
    body = render_template(
        "public/photograph.html",
        page=page,
        institution=_institution(),
        contact=_contact(),
        credit_line=told.credit_line,
        availability=AVAILABILITY_SAID[told.verdict],
        statement=RIGHTS_STATEMENTS.get(page.rights_statement or ""),
        robots=PUBLISHED_ROBOTS,
        linked=image_object(page, told.credit_line, _institution(), house.settings.base_url),
    )
    answer = make_response(body)
    answer.headers[_ROBOTS] = PUBLISHED_ROBOTS
    return answer


@blueprint.get("/photographs/<number>/preview")
@public("The marked preview an archivist published; decided and logged each time, and nothing else comes through.")
def preview(number: str) -> ResponseReturnValue:
    """Send the marked preview; decided and logged at this moment, by nobody's name."""
    delivered = the_house().delivery.view_public(
        _number(number),
        Method(request.method),
        range_header=request.headers.get("Range"),
        if_range=request.headers.get("If-Range"),
        if_none_match=request.headers.get("If-None-Match"),
    )
    answer = handed_on(delivered)
    answer.headers[_ROBOTS] = PUBLISHED_ROBOTS
    return answer


@blueprint.get("/tdm-policy")
@public("Whoever would mine must be able to read that it is reserved.")
def mining_policy() -> ResponseReturnValue:
    """Say, to people or to machines, that text and data mining is reserved and how to ask for it."""
    best = request.accept_mimetypes.best_match(["text/html", *MINING_TYPES])
    if best in MINING_TYPES:
        said = mining_policy_json(_institution(), the_house().settings.base_url, _contact())
        answer = Response(json.dumps(said, ensure_ascii=False), content_type=best)
    else:
        answer = make_response(render_template("public/mining.html", institution=_institution(), contact=_contact()))
    answer.vary.add("Accept")
    answer.headers[_ROBOTS] = PUBLISHED_ROBOTS
    return answer


@blueprint.get("/.well-known/tdmrep.json")
@public("The reservation of rights where machines look for it.")
def reservation() -> ResponseReturnValue:
    """Answer that mining is reserved for everything here.

    Source: TDM Reservation Protocol, W3C community report of 2024-05-10, section on the file on the origin server.
    """
    policy = mining_policy_address(the_house().settings.base_url)
    said = [{"location": "/*", "tdm-reservation": 1, "tdm-policy": policy}]
    return Response(json.dumps(said), HTTPStatus.OK, content_type="application/json")


def _number(written: str) -> str:
    """Return what may be an accession number; what cannot be one becomes the number nobody has."""
    fits = len(written) <= _LONGEST_NUMBER and written.isascii() and written.isprintable()
    return written if fits else ""


def _institution() -> Bilingual:
    settings = the_house().settings
    return Bilingual(settings.institution_name_en, settings.institution_name_zh)


def _contact() -> str | None:
    return the_house().settings.contact_email
