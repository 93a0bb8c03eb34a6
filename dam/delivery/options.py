"""What a house may choose about its deliveries."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dam.audit.receipt import Receipts
from dam.imaging.limits import Limits
from dam.metadata.c2pa import Signer


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """The choices.

    Units: a ready copy can be fetched for `lifetime`; a failure is the answer for `failure_pause`; a transfer that
    began before the end may run on for `sweep_grace`.
    Shape: `base_url` is written into copies where it is set; files are worked on in `work_dir`, None for the system's
    own; with `x_accel` nginx sends the bytes of copies; without a `signer` no copy can be made; with `receipts` every
    download of a copy says in a signed header that it was logged.
    """

    lifetime: timedelta = timedelta(hours=24)
    failure_pause: timedelta = timedelta(minutes=10)
    sweep_grace: timedelta = timedelta(minutes=10)
    base_url: str = ""
    work_dir: Path | None = None
    x_accel: bool = False
    limits: Limits = field(default_factory=Limits)
    signer: Signer | None = None
    receipts: Receipts | None = None
