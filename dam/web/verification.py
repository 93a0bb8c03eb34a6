"""The page a certificate's code opens: is this licence valid now? An unknown one and a wrong code look the same."""

from http import HTTPStatus

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dam.web.doors import public
from dam.web.session import the_house

blueprint = Blueprint("verification", __name__)


@blueprint.get("/verify/<number>")
@public("Whoever holds a certificate may check it; it shows no photograph, and nothing without the code.")
def verify(number: str) -> ResponseReturnValue:
    """Say whether the licence of a certificate is valid now, for whom and until when, or that it is not confirmed."""
    found = the_house().licensing.confirm(number, request.args.get("h", ""))
    page = render_template("verification/confirmation.html", found=found, at=the_house().clock())
    return page, HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
