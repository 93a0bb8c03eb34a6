"""The transport to a mail server.

At least once: when the connection is lost between the end of the data and the server's answer, nobody can know whether
the letter was taken, and it is sent again under the same Message-ID. Source: RFC 5321 6.1, RFC 1047.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from dam.mail.letter import REASON_CHARACTERS, Outcome, PutOff, Refused, Sent, one_line

_ANSWER_WAIT_S = 60.0
_PERMANENT = range(500, 600)


class Security(StrEnum):
    """How the connection is kept from readers."""

    STARTTLS = "starttls"
    """Plain at first, encrypted before anything is said; a server that cannot is not spoken to."""
    TLS = "tls"
    """Encrypted from the first byte."""
    NONE = "none"
    """Not at all: for a server on the same machine."""


@dataclass(frozen=True, slots=True)
class SmtpAccess:
    """A mail server, and how it is spoken to."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""


def access_of(url: str) -> SmtpAccess:
    """Return the access that the address describes.

    Shape: `smtp://user:password@host:587` (STARTTLS), `smtps://host` (TLS), or `smtp://localhost:25?tls=off` (plain).
    """
    parts = urlsplit(url)
    security = Security.TLS if parts.scheme == "smtps" else Security.STARTTLS
    if parse_qs(parts.query).get("tls") == ["off"]:
        security = Security.NONE
    usual = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[security]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpAccess(parts.hostname or "", parts.port or usual, security, user, password)


class SmtpTransport:
    """Speaks SMTP, one connection a letter."""

    def __init__(self, access: SmtpAccess, *, sender: str, wait_s: float = _ANSWER_WAIT_S) -> None:
        self._access = access
        self._sender = sender
        self._wait_s = wait_s

    def carry(self, message: EmailMessage, address: str, /) -> Outcome:
        """Hand the message over, and return what became of it."""
        try:
            session = self._open()
        except (smtplib.SMTPException, OSError) as fault:
            return PutOff(_said(fault))
        try:
            session.send_message(message, self._sender, [address])
        except (smtplib.SMTPException, OSError) as fault:
            return _outcome_of(fault)
        finally:
            # What the server took, it took: a farewell that fails must not have the letter sent again.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()
            session.close()
        return Sent()

    def _open(self) -> smtplib.SMTP:
        """Connect, encrypt, sign in.

        Raises: SMTPException, OSError.
        """
        access, name = self._access, self._sender.rpartition("@")[2]
        if access.security is Security.TLS:
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                access.host,
                access.port,
                local_hostname=name,
                timeout=self._wait_s,
                context=ssl.create_default_context(),
            )
        else:
            session = smtplib.SMTP(access.host, access.port, local_hostname=name, timeout=self._wait_s)
        try:
            if access.security is Security.STARTTLS:
                session.starttls(context=ssl.create_default_context())
            if access.user:
                session.login(access.user, access.password)
        except BaseException:
            session.close()
            raise
        return session


def _outcome_of(fault: Exception) -> Outcome:
    """Return what the fault of a handing-over means: only what the server calls permanent is permanent."""
    code, reason = _code_of(fault), _said(fault)
    if code in _PERMANENT or isinstance(fault, smtplib.SMTPNotSupportedError):
        return Refused(reason)
    return PutOff(reason)


def _code_of(fault: Exception) -> int:
    match fault:
        case smtplib.SMTPRecipientsRefused():
            return min((code for code, _ in fault.recipients.values()), default=0)
        case smtplib.SMTPResponseException():
            return int(fault.smtp_code)
        case _:
            return 0


def _said(fault: Exception) -> str:
    """Return what the server said, or what stood in the way, for the administrator's page."""
    match fault:
        case smtplib.SMTPRecipientsRefused():
            answers = [f"{code} {_words(text)}" for code, text in fault.recipients.values()]
            said = "; ".join(answers)
        case smtplib.SMTPResponseException():
            said = f"{fault.smtp_code} {_words(fault.smtp_error)}"
        case _:
            said = f"{type(fault).__name__}: {fault}"
    return one_line(said, REASON_CHARACTERS)


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
