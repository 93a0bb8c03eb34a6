"""What credits, captions and instructions claim about who provided a photograph, to whom, and under what bars.

A claim grants nothing and bars nothing: it is proposed to an archivist, with the exact words it was read from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dam.rights.facts import RestrictionKind
from dam.rights.statements import LONGEST_TEXT, Statement
from dam.rights.statements_en import english
from dam.rights.statements_zh import chinese

_WORLD_WIDE_WEB = re.compile(r"^(?:https?://)?(?:www\.)?([\w-]+)((?:\.[a-z]{2,})+)(?:/.*)?$", re.IGNORECASE)


class Confidence(StrEnum):
    """How sure the reading is."""

    CERTAIN = "certain"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class SourcedText:
    """One text about a photograph, and where it stands.

    Shape: `prose` is False for a field that holds nothing but credit, rights or instructions.
    """

    source: str
    text: str
    prose: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they stand in a text, with their offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ProvidedClaim:
    """One claim: a supply of the photograph, or a bar on it.

    Shape: `bar` is set for a bar alone, and `media` and `territory` (codes, none for all) say what it keeps the
    photograph from; `free_from` is the first day an embargo leaves free.
    """

    source: str
    words: tuple[Words, ...]
    confidence: Confidence
    provider: str | None = None
    grantee: str | None = None
    exclusive: bool = False
    needs_permission: bool = False
    bar: RestrictionKind | None = None
    media: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    free_from: date | None = None


def read_claims(texts: Sequence[SourcedText]) -> tuple[ProvidedClaim, ...]:
    """Return what the texts claim, each thing once: of two claims the one that says more stays, else the earlier."""
    found = [claim for text in texts for claim in _claims_of(text)]
    kept: list[ProvidedClaim] = []
    for place, claim in enumerate(found):
        others = (*kept, *found[place + 1 :])
        if not any(_says_all_of(other, claim, earlier=other in kept) for other in others):
            kept.append(claim)
    return tuple(kept)


def named_alike(said: str, name: str) -> bool:
    """Tell whether two names mean one party as far as spelling tells: "chinadaily.com.cn" is "China Daily"."""
    return bool(_keys(said) & _keys(name))


def _claims_of(source: SourcedText) -> Iterator[ProvidedClaim]:
    text = source.text[:LONGEST_TEXT]
    found = [*english(text, prose=source.prose), *chinese(text, prose=source.prose)]
    supplies: list[list[Statement]] = []
    for one in _apart(found):
        if one.bar is not None:
            yield _claim(source.source, text, [one])
        elif supplies and _goes_with(supplies[-1], one):
            supplies[-1].append(one)
        else:
            supplies.append([one])
    for parts in supplies:
        yield _claim(source.source, text, parts)


def _apart(found: Sequence[Statement]) -> list[Statement]:
    """Return the statements in their order; where two overlap, the one that says more, then the longer one."""
    kept: list[Statement] = []
    for one in sorted(found, key=lambda each: (-_weight(each), each.start - each.end)):
        rivals = [other for other in kept if other.start < one.end and one.start < other.end]
        if not rivals:
            kept.append(one)
    return sorted(kept, key=lambda each: each.start)


def _weight(one: Statement) -> int:
    return sum((one.exclusive, one.provider is not None, one.grantee is not None, one.bar is not None))


def _goes_with(parts: Sequence[Statement], one: Statement) -> bool:
    """Tell whether the statement is of the same supply: it names nobody else."""
    return all(_agrees(before.provider, one.provider) and _agrees(before.grantee, one.grantee) for before in parts)


def _agrees(one: str | None, other: str | None) -> bool:
    return one is None or other is None or named_alike(one, other)


def _claim(source: str, text: str, parts: Sequence[Statement]) -> ProvidedClaim:
    heads = [one for one in parts if one.exclusive or one.provider or one.grantee] or parts
    certain = all(one.certain for one in heads)
    first = parts[0]
    return ProvidedClaim(
        source=source,
        words=tuple(Words(one.start, one.end, text[one.start : one.end]) for one in parts),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        provider=next((one.provider for one in parts if one.provider), None),
        grantee=next((one.grantee for one in parts if one.grantee), None),
        exclusive=any(one.exclusive for one in parts),
        needs_permission=any(one.needs_permission for one in parts),
        bar=first.bar,
        media=first.media,
        territory=first.territory,
        free_from=first.free_from,
    )


def _says_all_of(more: ProvidedClaim, less: ProvidedClaim, *, earlier: bool) -> bool:
    """Tell whether one claim says everything another says; of two equal ones, the earlier does."""
    if more.bar is not None or less.bar is not None:
        same = replace(more, source="", words=(), confidence=less.confidence)
        return earlier and same == replace(less, source="", words=())
    told = (
        _holds(more.provider, less.provider)
        and _holds(more.grantee, less.grantee)
        and more.exclusive >= less.exclusive
        and more.needs_permission >= less.needs_permission
    )
    return told and (earlier or not _says_all_of(less, more, earlier=True))


def _holds(more: str | None, less: str | None) -> bool:
    """Tell whether the name holds the other, which may be cut short as old fields cut it."""
    if more is None or less is None:
        return less is None
    return any(whole.startswith(part) for whole in _keys(more) for part in _keys(less))


def _keys(name: str) -> frozenset[str]:
    """Return the spellings a party goes by: its name without spaces and marks, and the name of its website."""
    site = _WORLD_WIDE_WEB.match(name.strip())
    written = [name, site[1]] if site else [name]
    squashed = ["".join(mark for mark in each.casefold() if mark.isalnum()).removeprefix("the") for each in written]
    return frozenset(each for each in squashed if each)
