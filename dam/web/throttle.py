"""How often one address may fail to sign in or to confirm a certificate, and how fast it may walk the public pages.

The counts live in the broker's database; when it is down they live in this process, so the door is never open.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from dam.web.forms import text

_WAIT_S = 1
_SIGNED_IN = 302
# One mailbox tried from many addresses: slower than any single address, and no lock-out of the person for long.
_PER_MAILBOX = "50 per hour"


def install(app: Flask, *, store_url: str, limit: str) -> Limiter:
    """Throttle the sign-in by address and by mailbox; only failures count.

    Shape: `limit` such as `10 per minute; 60 per hour`.
    """
    limiter = Limiter(
        _address,
        app=app,
        storage_uri=store_url,
        storage_options={"socket_connect_timeout": _WAIT_S, "socket_timeout": _WAIT_S},
        strategy="fixed-window",
        key_prefix="imprimatur",
        in_memory_fallback_enabled=True,
        headers_enabled=False,
    )
    by_address = limiter.limit(limit, methods=["POST"], deduct_when=_failed)
    by_mailbox = limiter.limit(_PER_MAILBOX, key_func=_mailbox, methods=["POST"], deduct_when=_failed)
    endpoint = "security.login"
    sign_in = cast("Callable[..., ResponseReturnValue]", app.view_functions[endpoint])
    app.view_functions[endpoint] = by_address(by_mailbox(sign_in))
    return limiter


def shield(app: Flask, limiter: Limiter, endpoint: str, limit: str) -> None:
    """Throttle a page that answers to a code, by address; only codes that are not confirmed count."""
    view = cast("Callable[..., ResponseReturnValue]", app.view_functions[endpoint])
    app.view_functions[endpoint] = limiter.limit(limit, deduct_when=_not_found)(view)


def slow(app: Flask, limiter: Limiter, endpoints: Sequence[str], limit: str) -> None:
    """Throttle pages that are open to everybody, all of them together, by address; every request counts."""
    together = limiter.shared_limit(limit, scope="public")
    for endpoint in endpoints:
        view = cast("Callable[..., ResponseReturnValue]", app.view_functions[endpoint])
        app.view_functions[endpoint] = together(view)


def _address() -> str:
    return request.remote_addr or "unknown"


def _mailbox() -> str:
    return f"mailbox:{text('email').lower()}"


def _not_found(response: Response) -> bool:
    return response.status_code == HTTPStatus.NOT_FOUND


def _failed(response: Response) -> bool:
    return response.status_code != _SIGNED_IN
