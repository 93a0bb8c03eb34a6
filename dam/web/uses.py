"""The choices of a use on a form: media as a tree, territories in groups, days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from dam.kernel.errors import Fault
from dam.kernel.text import Bilingual
from dam.rights.territories import COUNTRIES, GROUPS, TERRITORIES, WORLD_CODE, territory_name
from dam.rights.vocabularies import ALL, MEDIA
from dam.web.forms import text

_NEAR = (WORLD_CODE, "CN", *GROUPS)


@dataclass(frozen=True, slots=True)
class Choice:
    """One code on a form; `depth` is how far it stands in."""

    code: str
    label: Bilingual
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of the media tree: its own code, and everything under it."""

    top: Choice
    below: tuple[Choice, ...]


@cache
def media_branches() -> tuple[Branch, ...]:
    """Return the media tree, one branch a top code, in its own order."""
    tops = [node for node in MEDIA.values() if node.depth == 1]
    return tuple(
        Branch(
            Choice(top.code, top.name),
            tuple(
                Choice(node.code, node.name, node.depth - 2)
                for node in MEDIA.values()
                if node.code.startswith(f"{top.code}.")
            ),
        )
        for top in tops
    )


@cache
def everything() -> Choice:
    """Return the code for every medium that is not machine use."""
    return Choice(ALL, MEDIA[ALL].name)


@cache
def territory_groups() -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Return the territories as three groups: `near`, `regions`, `countries`, each code once."""
    regions = [code for code in TERRITORIES if code.isdigit()]
    countries = sorted((code for code in COUNTRIES if code not in _NEAR), key=lambda code: territory_name(code).en)
    groups = (("near", _NEAR), ("regions", regions), ("countries", countries))
    return tuple((name, tuple(Choice(code, territory_name(code)) for code in codes)) for name, codes in groups)


@cache
def zone_options() -> tuple[tuple[str, str], ...]:
    """Return the time zones a contract may count its days in, the names of places first."""
    names = sorted(available_timezones(), key=lambda name: ("/" not in name or name.startswith("Etc/"), name))
    return tuple((name, name.replace("_", " ")) for name in names)


def day_of(name: str, faults: list[Fault]) -> date | None:
    """Return the day a date field of the posted form holds, None when it is empty; what is no day becomes a fault."""
    return day_of_text(name, text(name), faults)


def day_of_text(name: str, written: str, faults: list[Fault]) -> date | None:
    """Return the day that was written, None when nothing was; what is no day becomes a fault of the field."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        sentence = Bilingual("Write the date as YYYY-MM-DD.", "请按 YYYY-MM-DD 填写日期。")
        faults.append(Fault(name, "not_a_date", sentence))
        return None


def number_of(name: str, faults: list[Fault]) -> int | None:
    """Return the whole number a field holds, None when it is empty; what is no number becomes a fault."""
    written = text(name).replace(",", "")
    try:
        return int(written) if written else None
    except ValueError:
        faults.append(Fault(name, "not_a_number", Bilingual("Write a whole number.", "请填写整数。")))
        return None


def surroundings() -> Mapping[str, Sequence[object] | Choice]:
    """Return what the macros of `uses.html` need."""
    return {"media_branches": media_branches(), "everything": everything(), "territory_groups": territory_groups()}
