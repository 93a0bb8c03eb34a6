"""Every error of the API in one shape: RFC 9457 `application/problem+json`.

Shape: `type, title, status, detail, detail_zh, code`, then what the kind of error adds: `reasons`, `faults`, or the
error's own `extra` members.
"""

from collections.abc import Mapping
from http import HTTPStatus

from apiflask.exceptions import HTTPError
from flask import Response, json
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, TooManyRequests

from dam.api.faults import faults_of_schema
from dam.kernel.errors import (
    BadImage,
    Conflict,
    Fault,
    ImprimaturError,
    Invalid,
    NotAllowed,
    NotFound,
    NotLicensed,
    NotSignedIn,
    Reason,
    ServiceFault,
    Stale,
    TooMuch,
)
from dam.kernel.text import Bilingual

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# The first class that fits wins, so the special ones stand before their heads.
_STATUS: tuple[tuple[type[ImprimaturError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotLicensed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Stale, HTTPStatus.PRECONDITION_FAILED),
    (Conflict, HTTPStatus.CONFLICT),
    (BadImage, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (TooMuch, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ServiceFault, HTTPStatus.SERVICE_UNAVAILABLE),
)
_INTERNAL = Bilingual(
    "Something went wrong on our side. Nothing was delivered. The request id names it in our log.",
    "系统内部出错，没有发送任何内容。请求编号可用于在日志中查找。",
)
_TOO_OFTEN = "too_often"
_HTTP_TEXT: Mapping[int, Bilingual] = {
    400: Bilingual(
        "The request cannot be read. Check that its body is valid JSON.", "无法读取请求。请检查正文是否为有效的 JSON。"
    ),
    404: Bilingual("There is nothing at this address.", "此地址没有内容。"),
    405: Bilingual("This address does not take that method.", "此地址不支持该请求方法。"),
    406: Bilingual("This address cannot answer in the form asked for.", "此地址无法以所要求的格式作答。"),
    413: Bilingual("What was sent is larger than this service takes.", "所发送的内容超过本系统允许的大小。"),
    415: Bilingual("This address does not take that content type.", "此地址不支持该内容类型。"),
    416: Bilingual("The file has no such part.", "文件没有所请求的部分。"),
    429: Bilingual("Too many attempts. Wait a little, then try again.", "尝试过于频繁，请稍候再试。"),
}


def status_of(error: ImprimaturError) -> HTTPStatus:
    """Return the HTTP status that says the same as the error."""
    if isinstance(error, TooMuch) and error.code == _TOO_OFTEN:
        return HTTPStatus.TOO_MANY_REQUESTS
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def of_too_deep(error: RecursionError) -> Exception:
    """Return a wrong request where it was its JSON that went too deep, else the error itself: a fault of ours."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    name = frame.tb_frame.f_globals.get("__name__", "") if frame else ""
    return BadRequest() if name.startswith("json.") else error


def reason_json(reason: Reason) -> dict[str, str]:
    """Return one reason of a refusal as the API shows it."""
    return {
        "code": reason.code,
        "message": reason.message.en,
        "message_zh": reason.message.zh,
        "next_step": reason.next_step.en,
        "next_step_zh": reason.next_step.zh,
    }


def fault_json(fault: Fault) -> dict[str, str]:
    """Return one fault of a field as the API shows it."""
    return {"field": fault.field, "code": fault.code, "message": fault.message.en, "message_zh": fault.message.zh}


def problem_of(error: Exception) -> Response:
    """Return the problem document that answers the exception, whatever it is.

    Source: RFC 9457 section 3.
    """
    match error:
        case ImprimaturError():
            return _of_family(error)
        case HTTPError():
            return _of_schema(error)
        case HTTPException():
            return _of_http(error)
        case _:
            return _document(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", _INTERNAL, {})


def _of_family(error: ImprimaturError) -> Response:
    status = status_of(error)
    members = dict(error.extra)
    if isinstance(error, NotLicensed):
        members["reasons"] = [reason_json(reason) for reason in error.reasons]
    if isinstance(error, Invalid):
        members["faults"] = [fault_json(fault) for fault in error.faults]
    answer = _document(status, error.code, error.message, members)
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="imprimatur"'
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _of_schema(error: HTTPError) -> Response:
    """Answer APIFlask's own errors; its 422 becomes the same shape as the family's `Invalid`."""
    if error.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and isinstance(error.detail, Mapping):
        return _of_family(Invalid(faults_of_schema(error.detail)))
    status = HTTPStatus(error.status_code)
    return _document(status, _code_of(status), _text_of(status), {})


def _of_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    code = {RequestEntityTooLarge: TooMuch.code, TooManyRequests: _TOO_OFTEN}.get(type(error), _code_of(status))
    answer = _document(status, code, _text_of(status), {})
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "content-range"}:
            answer.headers[name] = value
    return answer


def _code_of(status: HTTPStatus) -> str:
    return status.phrase.lower().replace(" ", "_").replace("'", "")


def _text_of(status: HTTPStatus) -> Bilingual:
    return _HTTP_TEXT.get(status, Bilingual(status.phrase, status.phrase))


def _document(status: HTTPStatus, code: str, text: Bilingual, members: Mapping[str, object]) -> Response:
    body = {
        **members,
        "type": f"urn:imprimatur:problem:{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": text.en,
        "detail_zh": text.zh,
        "code": code,
    }
    return Response(json.dumps(body), status=status, content_type=MEDIA_TYPE)
