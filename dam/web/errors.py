"""An error as a page: what happened, why, and what to do next."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from dam.kernel.errors import ImprimaturError, Invalid, NotLicensed, NotSignedIn
from dam.kernel.text import Bilingual
from dam.web.i18n import say
from dam.web.session import do_without_person

RETRY_AFTER_S = 5


def page_of(error: Exception, status: HTTPStatus) -> ResponseReturnValue:
    """Return the page that answers the error; somebody who is not signed in is sent to sign in."""
    if isinstance(error, NotSignedIn):
        return _to_sign_in()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        do_without_person()
    page = render_template(
        "errors/error.html",
        status=int(status),
        title=_title(status),
        text=_sentence(error, status),
        reasons=error.reasons if isinstance(error, NotLicensed) else (),
        faults=error.faults if isinstance(error, Invalid) else (),
    )
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if isinstance(error, HTTPException):
        headers |= {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    return page, status, headers


def _to_sign_in() -> ResponseReturnValue:
    """Send the person to the sign-in page, and back afterwards if they were only reading."""
    onward = request.full_path.removesuffix("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        return "", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": url_for("security.login")}
    return redirect(url_for("security.login", next=onward), HTTPStatus.SEE_OTHER)


def _title(status: HTTPStatus) -> str:
    titles = {
        HTTPStatus.BAD_REQUEST: _("This request cannot be read"),
        HTTPStatus.FORBIDDEN: _("This is not open to you"),
        HTTPStatus.NOT_FOUND: _("There is nothing here"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This page does not take that"),
        HTTPStatus.CONFLICT: _("This cannot be done now"),
        HTTPStatus.PRECONDITION_FAILED: _("Somebody was faster"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is too large"),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("This file cannot be opened"),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("Some fields need your attention."),
        HTTPStatus.TOO_MANY_REQUESTS: _("Too many attempts"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("A part of the service is not answering"),
    }
    return str(titles.get(status, _("Something went wrong")))


def _sentence(error: Exception, status: HTTPStatus) -> str:
    if isinstance(error, ImprimaturError):
        return say(error.message)
    sentences = {
        HTTPStatus.BAD_REQUEST: Bilingual(
            "The form has expired or was changed on its way. Go back, load the page again, and repeat.",
            "表单已过期或在传输中被更改。请返回并重新载入页面后再试。",
        ),
        HTTPStatus.NOT_FOUND: Bilingual(
            "The address is wrong, or what it led to is not yours to see.", "地址有误，或其内容不对您开放。"
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: Bilingual("Go back and use the form on the page.", "请返回并使用页面上的表单。"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Bilingual(
            "What was sent is larger than this service takes.", "所发送的内容超过本系统允许的大小。"
        ),
        HTTPStatus.TOO_MANY_REQUESTS: Bilingual("Wait a few minutes, then try again.", "请等待几分钟后再试。"),
    }
    internal = Bilingual(
        "The fault is ours. Nothing was delivered. The request number at the foot of this page names it in our log.",
        "这是系统的问题，没有发送任何内容。页脚的请求编号可用于在日志中查找。",
    )
    return say(sentences.get(status, internal))
