"""One proof as one text that stands for itself: where an entry lies, why, and the checkpoint it is proved against.

Source: C2SP tlog-proof@v1.
"""

import base64
import re
from dataclasses import dataclass

from dam.audit.checkpoint import BadNote, Verifier, open_checkpoint
from dam.audit.merkle import HASH_BYTES, includes, leaf_hash

_HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_MOST_HASHES = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof with its checkpoint.

    Shape: `checkpoint` is the whole signed note.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as it is handed out, in files that end with `.tlog-proof`."""
        lines = (_HEAD, f"index {self.index}", *(base64.b64encode(one).decode() for one in self.hashes))
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def proves(self, entry: bytes, verifier: Verifier) -> bool:
        """Tell whether the log of that key holds the entry there."""
        try:
            checkpoint = open_checkpoint(self.checkpoint, verifier)
        except BadNote:
            return False
        return includes(self.index, checkpoint.size, leaf_hash(entry), self.hashes, checkpoint.root)


def proof_of(text: str) -> Proof:
    """Return the proof that the text holds; nothing is verified, and a line of extra data is passed over.

    Raises: ValueError.
    """
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != _HEAD or not lines:
        raise ValueError("this is not a proof in the form tlog-proof@v1")
    if lines[0].startswith("extra "):
        lines.pop(0)
    found = _INDEX.fullmatch(lines.pop(0) if lines else "")
    if found is None or len(lines) > _MOST_HASHES:
        raise ValueError("a proof names the index of its entry, and then its hashes")
    hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ValueError("a hash of a proof has 32 bytes")
    return Proof(int(found[1]), hashes, checkpoint)
