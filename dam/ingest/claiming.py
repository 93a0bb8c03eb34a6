"""Which texts of a photograph may claim something about its rights: its description, and fields of its own file."""

import re
from collections.abc import Iterable, Sequence

from dam.catalogue.description import Description
from dam.metadata.claims import Claim
from dam.rights.provided import SourcedText

_PROSE = frozenset({"ImageDescription", "UserComment", "XPComment", "Caption-Abstract", "dc:description"})
_ABOUT_RIGHTS = frozenset(
    {
        "Copyright",
        "Credit",
        "Source",
        "CopyrightNotice",
        "SpecialInstructions",
        "photoshop:Credit",
        "photoshop:Source",
        "photoshop:Instructions",
        "dc:rights",
        "xmpRights:UsageTerms",
        "plus:OtherConstraints",
        "Iptc4xmpExt:AOCopyrightNotice",
    }
)
MOST_TEXTS, MOST_CHARACTERS = 60, 40_000
_PLACE_IN_LIST = re.compile(r"\[[^\]]*\]$")


def claiming_texts(description: Description, claims: Iterable[Claim]) -> Sequence[SourcedText]:
    """Return the texts to read, each once, under the name of the field it stands in: the archivist's own first."""
    own = {
        "title.en": description.title.en,
        "title.zh-Hans": description.title.zh,
        "caption.en": description.caption.en,
        "caption.zh-Hans": description.caption.zh,
        "notes": description.notes,
    }
    texts = [SourcedText(name, text) for name, text in own.items() if text]
    for claim in claims:
        field = _PLACE_IN_LIST.sub("", claim.name.rpartition("/")[2])
        if claim.value and not claim.private and field in _PROSE | _ABOUT_RIGHTS:
            texts.append(SourcedText(f"{claim.source} {claim.name}", claim.value, field in _PROSE))
    return _bounded({text.source: text for text in reversed(texts)}.values())


def _bounded(last_first: Iterable[SourcedText]) -> Sequence[SourcedText]:
    """Return the first texts, as many as one photograph may need: they are read while its row is held."""
    kept, left = [], MOST_CHARACTERS
    for text in tuple(last_first)[: -MOST_TEXTS - 1 : -1]:
        if len(text.text) <= left:
            kept.append(text)
            left -= len(text.text)
    return tuple(kept)
