"""Photographs that look alike: what was found, how alike they are, and what an archivist ruled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dam.kernel.errors import Conflict, Fault, Invalid, WrongState
from dam.kernel.ids import AssetId, TwinId
from dam.kernel.text import Bilingual
from dam.rights.agreement import LONGEST_TEXT
from dam.rights.explanation import limits_said
from dam.rights.facts import Facts

MOST_DISTANCE = 64
"""Bits of 256 in which two hashes may differ and still look alike: no unrelated pair in half a million was as near."""
STRONG_DISTANCE = 31
"""Up to here two hashes are those of one picture, scaled, recompressed, toned, turned or mirrored."""

_UNKNOWN = Bilingual("Choose one: the same photograph, or different ones.", "请选择：同一照片，或不同照片。")
_NO_NOTE = Bilingual("Say how they differ.", "请说明两者有何不同。")
_TOO_LONG = Bilingual(f"At most {LONGEST_TEXT} characters.", f"最多 {LONGEST_TEXT} 个字符。")
_CHANGED = Bilingual(
    "Somebody has ruled on this pair since you opened it. Load the page again.",
    "您打开页面后，已有人就这两张照片作出认定。请重新载入页面。",
)
_RULED_SO = Bilingual("This pair is ruled so already.", "这两张照片此前已如此认定。")


class TwinState(StrEnum):
    """Where a pair stands."""

    OPEN = "open"
    """Nobody has ruled: the stricter rights count for both."""
    SAME = "same"
    """Ruled the same picture: the stricter rights count for both, for good."""
    DIFFERENT = "different"
    """Ruled different pictures: each has its own rights."""


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Another photograph that looks like one.

    Units: `distance` bits of 256 in which the hashes differ, in whichever of eight turns they are nearest.
    """

    asset_id: AssetId
    distance: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """What looks like a photograph among the first `seen` hashes of the archive."""

    found: tuple[Resemblance, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class Side:
    """One photograph of a pair."""

    asset_id: AssetId
    accession_number: str
    title: Bilingual
    state: str
    holder: Bilingual | None


@dataclass(frozen=True, slots=True)
class TwinPair:
    """Two photographs that look alike.

    Units: `distance` bits of 256. Shape: `version` counts the rulings; `ruled_by` is the person's name.
    """

    twin_id: TwinId
    sides: tuple[Side, Side]
    distance: int
    found_at: datetime
    state: TwinState
    version: int
    ruled_by: str | None
    ruled_at: datetime | None
    note: str

    @property
    def strong(self) -> bool:
        """Tell whether they are all but certainly one picture."""
        return self.distance <= STRONG_DISTANCE


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pair with what limits the use of its photographs, in words: what each alone says, and what both say."""

    pair: TwinPair
    alone: tuple[tuple[Bilingual, ...], tuple[Bilingual, ...]]
    both: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class TwinPage:
    """Some pairs, the longest known first, and where the list goes on."""

    items: tuple[Comparison, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an archivist says of a pair."""

    state: TwinState
    note: str


def check_ruling(state: str, note: str) -> Ruling:
    """Return the ruling; that two photographs differ widens their rights, and so needs its reason.

    Raises: Invalid with every fault.
    """
    said, faults = note.strip(), []
    if state not in {TwinState.SAME.value, TwinState.DIFFERENT.value}:
        faults.append(Fault("ruling", "unknown", _UNKNOWN))
    if state == TwinState.DIFFERENT.value and not said:
        faults.append(Fault("note", "missing", _NO_NOTE))
    if len(said) > LONGEST_TEXT:
        faults.append(Fault("note", "too_long", _TOO_LONG))
    if faults:
        raise Invalid(faults)
    return Ruling(TwinState(state), said)


def check_standing(pair: TwinPair, ruling: Ruling, seen: int | None) -> None:
    """Go on only when the ruling changes the pair as its author saw it.

    Raises: Conflict `twin_changed` when somebody ruled since; WrongState when it is ruled so already.
    """
    if seen not in {None, pair.version}:
        raise Conflict(_CHANGED, code="twin_changed")
    if pair.state is ruling.state:
        raise WrongState(_RULED_SO)


def compare(pair: TwinPair, known: tuple[Facts, Facts]) -> Comparison:
    """Return the pair with the difference of its photographs' rights in words."""
    one, other = (limits_said(each) for each in known)
    return Comparison(pair, (_without(one, other), _without(other, one)), tuple(said for said in one if said in other))


def _without(said: Sequence[Bilingual], others: Sequence[Bilingual]) -> tuple[Bilingual, ...]:
    return tuple(sentence for sentence in said if sentence not in others)
