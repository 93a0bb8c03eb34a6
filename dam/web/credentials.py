"""What signed copies prove and what they do not, and the root certificate a reader needs to trust them."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from dam.kernel.errors import NotFound
from dam.kernel.text import Bilingual
from dam.metadata.c2pa import describe
from dam.web.doors import public
from dam.web.session import the_house

blueprint = Blueprint("credentials", __name__)

_PEM = "application/x-pem-file"
_ROOT = Bilingual("root certificate", "根证书")


@blueprint.get("/credentials")
@public("What a signed copy proves; it shows no photograph and names no licence.")
def page() -> ResponseReturnValue:
    """Say what the credentials of a copy prove, and how to check them."""
    root = the_house().delivery.root_certificate
    return render_template("credentials/credentials.html", root=describe(root) if root else None)


@blueprint.get("/credentials/root.pem")
@public("A root certificate is made to be known by everybody.")
def root() -> ResponseReturnValue:
    """Send the root certificate."""
    held = the_house().delivery.root_certificate
    if not held:
        raise NotFound(_ROOT)
    headers = {"Content-Disposition": 'attachment; filename="content-credentials-root.pem"'}
    return Response(held, content_type=_PEM, headers=headers)
