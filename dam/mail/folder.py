"""The transport of a service without a mail server: letters lie in a folder, to be looked at."""

from email.message import EmailMessage
from pathlib import Path

from dam.mail.letter import Outcome, PutOff, Sent


class FolderTransport:
    """Writes each letter into a file of its own; the same letter twice is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage, _address: str, /) -> Outcome:
        """Write the message down under the letter's own name."""
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._folder / f"{name}.part"
            part.write_bytes(message.as_bytes())
            part.chmod(0o600)
            part.replace(self._folder / f"{name}.eml")
        except OSError as fault:
            return PutOff(f"{type(fault).__name__}: {fault.strerror}")
        return Sent()
