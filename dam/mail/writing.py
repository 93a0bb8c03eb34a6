"""From a letter to the message that is sent: text and simple HTML out of one source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from dam.kernel.text import Bilingual, Language
from dam.mail.letter import Posted, one_line

_SUBJECT_CHARACTERS = 200
_OPEN = Bilingual("Open the page:", "打开页面：")
_WHY = Bilingual(
    "You get this letter because of your account at {archive}. You can switch letters off on the page of notices:",
    "您在{archive}设有账户，因此收到此信。如不再需要邮件，可在“通知”页面关闭：",
)
_NOTICES = "/notices"


class BadAddress(ValueError):
    """The address cannot be written into a message."""


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name letters go out, and where their links lead.

    Shape: `address` is a mailbox such as `desk@example.org`; `base_url` has no slash at its end.
    """

    address: str
    archive: Bilingual
    base_url: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One paragraph; `url` is a link that stands under it, or empty."""

    words: str
    url: str = ""


def message_of(posted: Posted, sender: Sender, address: str) -> EmailMessage:
    """Return the message, ready to be sent; its Message-ID stays the same however often it is tried.

    Raises: BadAddress.
    """
    letter = posted.letter
    languages: Sequence[Language] = [letter.language] if letter.language else ["en", "zh-Hans"]
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(sender.archive.pick(languages[0]), sender.address)
    message["To"] = _mailbox(posted.name, address)
    message["Subject"] = one_line(" / ".join(letter.subject.pick(one) for one in languages), _SUBJECT_CHARACTERS)
    message["Date"] = format_datetime(posted.posted_at)
    message["Message-ID"] = f"<{posted.letter_id}@{sender.address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    parts = [(one, list(_lines(posted, sender, one))) for one in languages]
    message.set_content("\n\n-- -- --\n\n".join(_text(lines) for _, lines in parts) + "\n")
    message.add_alternative(_html(parts), subtype="html")
    message["Content-Language"] = ", ".join(languages)  # writing the content clears what was said of it before
    return message


def _mailbox(name: str, address: str) -> Address:
    try:
        return Address(one_line(name), addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise BadAddress from None


def _lines(posted: Posted, sender: Sender, language: Language) -> Iterator[_Line]:
    for paragraph in posted.letter.paragraphs:
        yield _Line(one_line(paragraph.pick(language)))
    if posted.letter.path:
        yield _Line(_OPEN.pick(language), sender.base_url + posted.letter.path)
    archive = one_line(sender.archive.pick(language))
    yield _Line(_WHY.pick(language).format(archive=archive), sender.base_url + _NOTICES)


def _text(lines: Sequence[_Line]) -> str:
    return "\n\n".join(f"{line.words}\n{line.url}" if line.url else line.words for line in lines)


def _html(parts: Sequence[tuple[Language, Sequence[_Line]]]) -> str:
    bodies = "<hr>".join(f'<div lang="{tag}">{"".join(map(_paragraph, lines))}</div>' for tag, lines in parts)
    return f'<!doctype html><html lang="{parts[0][0]}"><meta charset="utf-8"><body>{bodies}</body></html>'


def _paragraph(line: _Line) -> str:
    url = escape(line.url)
    link = f'<br><a href="{url}">{url}</a>' if url else ""
    return f"<p>{escape(line.words)}{link}</p>"
