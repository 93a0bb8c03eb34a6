"""Signing in and out: Flask-Security on our own accounts, with its pages in our layout."""

from datetime import timedelta

from apiflask import APIFlask
from flask import Flask, current_app, request, session
from flask_babel import lazy_gettext as _l
from flask_login import user_logged_out  # type: ignore[import-untyped]
from flask_security import LoginForm, Security, UserDatastore, user_authenticated
from wtforms import StringField
from wtforms.validators import InputRequired

from dam.accounts.doors import Guarded, Public, declare
from dam.accounts.passwords import SHORTEST
from dam.accounts.permissions import Permission
from dam.accounts.service import AccountsService
from dam.kernel.hashing import sha256_hex
from dam.web.session import SessionPerson, SessionRole, the_house

_SIGNED_IN_AT = "signed_in_at"
_SIGNED_IN_WITH = "signed_in_with"
_MESSAGES = {
    "INVALID_PASSWORD": (_l("That is not your present password."), "error"),
    "PASSWORD_NOT_PROVIDED": (_l("Write your present password."), "error"),
    "PASSWORD_REQUIRED": (_l("Write a password."), "error"),
    "PASSWORD_IS_THE_SAME": (_l("The new password is the old one. Choose another."), "error"),
    "PASSWORD_INVALID_LENGTH": (_l("Use at least %(length)s characters."), "error"),
    "PASSWORD_TOO_SIMPLE": (_l("This password is too easy to guess."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two new passwords differ."), "error"),
    "PASSWORD_CHANGE": (_l("Your password is changed. Every other session of yours has ended."), "success"),
}


class PeopleDatastore(UserDatastore):
    """The accounts as Flask-Security asks for them; every change goes through the accounts service."""

    def __init__(self, accounts: AccountsService) -> None:
        super().__init__(SessionPerson, SessionRole)
        self.accounts = accounts

    def find_user(
        self,
        case_insensitive: bool = False,  # noqa: ARG002, FBT001, FBT002  # the library's signature
        **asked: str,
    ) -> SessionPerson | None:
        """Return the person with this email address or session key, active or not."""
        if "email" in asked:
            account = self.accounts.account_by_email(asked["email"])
        else:
            account = self.accounts.account_by_session(asked["fs_uniquifier"])
        return SessionPerson(account) if account else None

    def find_role(self, role: str) -> SessionRole:
        """Return the role by its name."""
        return SessionRole(role)

    def put(self, model: SessionPerson) -> SessionPerson:
        """Keep a changed password; a new session key ends every other session."""
        if model.fs_uniquifier != model.account.session_key:
            self.accounts.change_password(model.actor, model.password, model.fs_uniquifier)
        elif model.password != model.account.password_hash:
            self.accounts.keep_rehash(model.actor, model.password)
        model.settle()
        return model

    def commit(self) -> None:
        """Do nothing: `put` has committed."""


class SignInForm(LoginForm):
    """Email and password; there is no cookie that remembers longer than the session."""

    # Any address an administrator could write down must be able to sign in, reserved domains included.
    email = StringField(validators=[InputRequired()])
    remember = None

    def validate(self, **kwargs: object) -> bool:
        """Tell whether the sign-in succeeds, and record it where it does not."""
        if super().validate(**kwargs):
            return True
        if self.email.data:
            the_house().accounts.sign_in_refused(self.email.data, request.remote_addr)
        return False


def install(app: APIFlask, accounts: AccountsService, *, lifetime_s: int, pepper: str, secure: bool) -> None:
    """Put Flask-Security on the application, hardened.

    Units: `lifetime_s`, seconds from signing in to having to sign in again, whatever the person does between.
    """
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # a name
        SECURITY_PASSWORD_SALT=pepper,
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_REGISTERABLE=False,
        SECURITY_TRACKABLE=False,
        SECURITY_FRESHNESS=timedelta(seconds=-1),
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_CHANGE_VIEW="/profile",
        SECURITY_LOGOUT_METHODS=["POST"],
        SESSION_COOKIE_NAME="imprimatur",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=lifetime_s),
        **{f"SECURITY_MSG_{key}": message for key, message in _MESSAGES.items()},
    )
    # Before the library's own hook, which looks up who is signed in.
    app.before_request(_end_spent_session)
    security = Security(app, PeopleDatastore(accounts), login_form=SignInForm)
    # The library's own check also ties a session to one network address, which phones and dual-stack desks change
    # all day; ours ties it to the browser and to the clock.
    security.login_manager.session_protection = None
    # Its own header tokens would be a second kind of key; API tokens are ours.
    security.login_manager.request_loader(lambda _request: None)
    user_authenticated.connect(_on_signed_in, app)
    user_logged_out.connect(_on_signed_out, app)
    _declare_doors(app)


def _declare_doors(app: Flask) -> None:
    """Say who may open the library's own pages."""
    views = app.view_functions
    declare(views["security.login"], Public("Signing in is for people who are not signed in."))
    declare(views["security.logout"], Public("Signing out when nobody is signed in changes nothing."))
    declare(views["security.change_password"], Guarded((Permission.SELF_READ,)))


def _on_signed_in(_app: Flask, user: SessionPerson, authn_via: list[str] | None = None, **_extra: object) -> None:
    """Start the session's clock and record the sign-in; a sign-in that cannot be recorded does not happen."""
    session[_SIGNED_IN_AT] = int(the_house().clock().timestamp())
    session[_SIGNED_IN_WITH] = _browser()
    if authn_via != ["password"]:
        return
    try:
        the_house().accounts.signed_in(user.account, request.remote_addr)
    except Exception:
        session.clear()
        raise


def _on_signed_out(_app: Flask, user: object, **_extra: object) -> None:
    if isinstance(user, SessionPerson):
        the_house().accounts.signed_out(user.actor)


def _end_spent_session() -> None:
    """End a session that has reached its longest life, however busy it was, or that turns up in another browser."""
    if _SIGNED_IN_AT not in session:
        return
    age_s = the_house().clock().timestamp() - session[_SIGNED_IN_AT]
    in_time = -1 <= age_s < current_app.permanent_session_lifetime.total_seconds()
    if not (in_time and session.get(_SIGNED_IN_WITH) == _browser()):
        session.clear()


def _browser() -> str:
    return sha256_hex(request.user_agent.string.encode())
