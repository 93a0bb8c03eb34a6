"""The application: the house behind its two doors, pages and API."""

import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from types import ModuleType

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import dam.api
import dam.web
from config.settings import Settings, read_settings
from dam.accounts.doors import Public, declare, door_of
from dam.api import openapi, problems
from dam.catalogue.public_page import mining_policy_address
from dam.house import House, build_house
from dam.kernel.errors import ImprimaturError
from dam.web import auth, errors, headers, i18n, metrics, shell, throttle

_API = "/api/"
_API_VERSION = "1.0"
_FORM_OVERHEAD_BYTES = 1 << 20
_FORM_MEMORY_BYTES = 2 << 20
_GUESSES = "20 per minute; 100 per hour"
_log = structlog.get_logger("imprimatur.app")


class UndeclaredDoor(RuntimeError):
    """A route says neither who may open it nor why everybody may."""


def create_app(settings: Settings | None = None, house: House | None = None) -> APIFlask:
    """Return the application, complete; the settings default to the environment's.

    Raises: BadSettings, UndeclaredDoor.
    """
    settings = settings or read_settings()
    house = house or build_house(settings)
    app = APIFlask(
        "dam",
        title="Imprimatur",
        version=_API_VERSION,
        spec_path=None,
        docs_path=None,
        json_errors=False,
        template_folder="web/templates",
        static_folder="web/static",
    )
    app.extensions["imprimatur"] = house
    _configure(app, settings)
    metrics.install(app)
    headers.install(app, secure=settings.cookies_secure, mining_policy=mining_policy_address(settings.base_url))
    i18n.install(app, time_zone=settings.time_zone)
    csrf = CSRFProtect(app)
    auth.install(
        app,
        house.accounts,
        lifetime_s=settings.session_lifetime_s,
        pepper=settings.security_password_salt.get_secret_value(),
        secure=settings.cookies_secure,
    )
    limiter = throttle.install(app, store_url=settings.broker_url.get_secret_value(), limit=settings.sign_in_limit)
    shell.install(app)
    openapi.install(app)
    _register(app, csrf)
    throttle.shield(app, limiter, "verification.verify", _GUESSES)
    throttle.slow(app, limiter, ("public.photograph", "public.preview"), settings.public_limit)
    _answer_errors(app)
    check_doors(app)
    return app


def check_doors(app: Flask) -> None:
    """Go on only when every route declares its door.

    Raises: UndeclaredDoor naming the routes.
    """
    silent = sorted(endpoint for endpoint, view in app.view_functions.items() if door_of(view) is None)
    if silent:
        raise UndeclaredDoor(", ".join(silent))


def _configure(app: APIFlask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + _FORM_OVERHEAD_BYTES,
        MAX_FORM_MEMORY_SIZE=_FORM_MEMORY_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.cookies_secure,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    declare(app.view_functions["static"], Public("Style sheets, scripts and the seal; nothing that is held."))


def _register(app: APIFlask, csrf: CSRFProtect) -> None:
    """Put every room's pages and routes on the application; the API takes no cookies, so it needs no form token."""
    for blueprint in _blueprints_of(dam.web):
        app.register_blueprint(blueprint)
    for blueprint in _blueprints_of(dam.api):
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)


def _blueprints_of(package: ModuleType) -> Iterator[Blueprint]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        blueprint = getattr(import_module(module.name), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            yield blueprint


def _answer_errors(app: Flask) -> None:
    """Answer every error as a problem document under /api, as a page elsewhere."""

    def answer(error: Exception) -> ResponseReturnValue:
        status = _status_of(error)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.exception("unexpected", exc_info=error)
        if request.path.startswith(_API):
            return problems.problem_of(error)
        return errors.page_of(error, status)

    app.register_error_handler(Exception, answer)
    app.register_error_handler(RecursionError, lambda error: answer(problems.of_too_deep(error)))
    # APIFlask brings a handler of its own for these, which would win.
    app.register_error_handler(HTTPError, answer)


def _status_of(error: Exception) -> HTTPStatus:
    match error:
        case ImprimaturError():
            return problems.status_of(error)
        case HTTPError():
            return HTTPStatus(error.status_code)
        case HTTPException():
            return HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR
