"""What a licensed download is answered with: a signed word that this very event was written down.

It is signed by a key of the web process and not by the log's, for only the sequencer holds that one; the log itself
announces which receipt keys are ours. A receipt whose event the log lacks proves that an event was left out.
"""

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dam.audit.checkpoint import Signer, sign
from dam.kernel.ids import EventId

HEADER = "X-Imprimatur-Receipt"
_SEED_BYTES = 32
_PURPOSE = b"imprimatur/receipt-key/v1"


@dataclass(frozen=True, slots=True)
class Receipts:
    """Signs receipts for one log."""

    origin: str
    signer: Signer

    @classmethod
    def of(cls, origin: str, secret: str) -> "Receipts":
        """Return the receipts whose key follows from the secret, the same in every web process.

        Source: RFC 5869 (HKDF), with a purpose that no other key shares.
        """
        seed = HKDF(algorithm=SHA256(), length=_SEED_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
        return cls(origin, Signer(f"{origin}/receipts", seed))

    def sign(self, event_id: EventId, leaf: bytes) -> str:
        """Return the header's value: the base64 of a signed note that names the event and the hash of its entry.

        Shape: the note's lines are the log's name with `/receipt`, the event, and the leaf hash in base64.
        """
        text = f"{self.origin}/receipt\n{event_id}\n{base64.b64encode(leaf).decode()}\n"
        return base64.b64encode(sign(text, [self.signer]).encode()).decode()
