"""A real mail server on loopback, and a mail room that speaks to it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from dam.local.certificates import issue
from dam.local.identity import Identity
from dam.local.ports import free_ports

USER, PASSWORD = "desk", "pass@word:1"


class Post:
    """What the server does with a letter: takes it, or answers as the test wants."""

    def __init__(self) -> None:
        self.taken = []
        self.answers = []
        self.secure = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's own name
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        if self.answers:
            return self.answers.pop(0)
        self.secure.append(session.ssl is not None)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    @property
    def letters(self):
        return [message_from_bytes(content, policy=policy.default) for _, _, content in self.taken]


def _sign_in(server, session, envelope, mechanism, given):
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@pytest.fixture
def post_office() -> Iterator[tuple[Post, int]]:
    """A plain server."""
    post, (port,) = Post(), free_ports(1)
    server = Controller(post, hostname="127.0.0.1", port=port)
    server.start()
    yield post, port
    server.stop()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A certificate for loopback and the authority that signed it."""
    folder = tmp_path_factory.mktemp("certificates")
    issue(folder, Identity.current(), datetime.now(UTC))
    return folder


@pytest.fixture
def guarded_office(certificates) -> Iterator[tuple[Post, int]]:
    """A server that wants STARTTLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "node.crt", certificates / "node.key")
    post, (port,) = Post(), free_ports(1)
    server = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_sign_in,
    )
    server.start()
    yield post, port
    server.stop()
