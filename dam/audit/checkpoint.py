"""Signed notes and checkpoints: a few lines of text that commit to the whole log, and who signed them.

A note may carry any number of signature lines; lines of unknown keys are passed over, so that witnesses and later
algorithms can sign beside us.
Source: C2SP signed-note, tlog-checkpoint; Ed25519 of RFC 8032, key type 0x01.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dam.audit.merkle import HASH_BYTES

_ED25519 = b"\x01"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"
_LONGEST_NOTE = 1_000_000
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class BadNote(ValueError):
    """The note is malformed, or not signed by the keys it must be signed by."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name.

    Shape: `text` is `name+hash+base64`, the form in which it is handed out.
    """

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        said = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(said).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as people pass it on."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature over the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name; never shown, not even in a trace."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Signer":
        """Return the signer that the text describes.

        Raises: ValueError.
        """
        if not text.startswith(_PRIVATE):
            raise ValueError("a private key begins with PRIVATE+KEY+")
        name, key_id, seed = _key_parts(text.removeprefix(_PRIVATE))
        signer = cls(name, seed)
        if signer.verifier.key_id != key_id:
            raise ValueError("the private key does not carry its own hash")
        return signer

    @property
    def text(self) -> str:
        """The key as it is kept in its file."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{_base64(_ED25519 + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return _opened(self.name, self.seed)[1]

    def line(self, text: str) -> str:
        """Return the signature line over the text."""
        key, verifier = _opened(self.name, self.seed)
        return f"{_DASH}{self.name} {_base64(verifier.key_id + key.sign(text.encode()))}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines that sign it.

    Shape: `text` ends with a line break.
    """

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log commits to: its name, how many entries it has, and the root over all of them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def of(cls, text: str) -> "Checkpoint":
        """Return the checkpoint of a note's text; lines after the third are extensions, and passed over.

        Raises: BadNote.
        """
        lines = text.split("\n")
        if len(lines) < len(("origin", "size", "root", "")) or lines.pop() or not all(lines):
            raise BadNote("a checkpoint has three lines, none of them empty")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise BadNote("the size of a checkpoint is a decimal number")
        return cls(origin, int(size), _from_base64(root, HASH_BYTES))


@lru_cache(maxsize=8)
def _opened(name: str, seed: bytes) -> tuple[Ed25519PrivateKey, Verifier]:
    """Return the key ready for use: working its public half out costs as much as signing."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key, Verifier(name, key.public_key().public_bytes_raw())


def valid_name(name: str) -> bool:
    """Tell whether a key may have this name: no spaces, no plus sign."""
    return _NAME.fullmatch(name) is not None


def verifier_of(text: str) -> Verifier:
    """Return the public key that the text describes.

    Raises: ValueError.
    """
    name, key_id, public = _key_parts(text)
    verifier = Verifier(name, public)
    if verifier.key_id != key_id:
        raise ValueError("the key does not carry its own hash")
    return verifier


def sign(text: str, signers: Sequence[Signer]) -> str:
    """Return the note: the text and one line of each signer.

    Raises: ValueError when the text does not end with a line break.
    """
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends with a line break")
    return f"{text}\n{''.join(signer.line(text) for signer in signers)}"


def note_of(said: str) -> Note:
    """Return the parts of a note; nothing is verified.

    Raises: BadNote.
    """
    if len(said) > _LONGEST_NOTE or any(sign < " " and sign != "\n" for sign in said):
        raise BadNote("a note is a short text without control characters")
    text, gap, lines = said.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise BadNote("a note is a text, an empty line, and signature lines")
    return Note(text + "\n", tuple(_signature(line) for line in lines.removesuffix("\n").split("\n")))


def open_note(said: str, verifiers: Iterable[Verifier]) -> str:
    """Return the text of the note if at least one of the keys signed it and no line of a known key is wrong.

    Raises: BadNote.
    """
    note = note_of(said)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = 0
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if not verifier.accepts(note.text, line.signature):
            raise BadNote(f"the signature of {line.name} is wrong")
        signed += 1
    if not signed:
        raise BadNote("none of the known keys signed this note")
    return note.text


def open_checkpoint(said: str, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint, signed by the log's own key under the log's own name.

    Raises: BadNote.
    """
    checkpoint = Checkpoint.of(open_note(said, [verifier]))
    if checkpoint.origin != verifier.name:
        raise BadNote(f"this is a checkpoint of {checkpoint.origin}, not of {verifier.name}")
    return checkpoint


def _signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != len(("name", "signature")) or not valid_name(parts[0]):
        raise BadNote("a signature line is a dash, a name and a signature")
    data = _from_base64(parts[1])
    if len(data) <= _KEY_ID_BYTES:
        raise BadNote("a signature line is too short")
    return Signature(parts[0], data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def _key_parts(text: str) -> tuple[str, bytes, bytes]:
    """Return name, hash and the 32 bytes of an Ed25519 key; base64 may hold plus signs, so it is cut from the left."""
    parts = text.split("+", 2)
    if len(parts) != len(("name", "hash", "key")) or not valid_name(parts[0]):
        raise ValueError("a key is name+hash+base64")
    name, key_id, encoded = parts
    data = _from_base64(encoded)
    if data[:1] != _ED25519 or len(data) != 1 + _KEY_BYTES or not re.fullmatch(r"[0-9a-f]{8}", key_id):
        raise ValueError("only Ed25519 keys are known here")
    return name, bytes.fromhex(key_id), data[1:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: str, length: int | None = None) -> bytes:
    """Return the bytes, of which no other text may be the base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("this is not base64") from error
    if _base64(data) != text or (length is not None and len(data) != length):
        raise BadNote("this is not the base64 that was expected")
    return data
