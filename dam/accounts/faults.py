"""Gathering the faults of a draft, so that a person hears all of them at once."""

from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual


def fault_if(wrong: bool, field: str, code: str, en: str, zh: str) -> Fault | None:  # noqa: FBT001  # reads as a sentence
    """Return the fault when the condition is wrong, else None."""
    return Fault(field, code, Bilingual(en, zh)) if wrong else None


def refuse(*faults: Fault | None) -> None:
    """Go on only when there is no fault.

    Raises: Invalid, with every fault.
    """
    found = [fault for fault in faults if fault is not None]
    if found:
        raise Invalid(found)
