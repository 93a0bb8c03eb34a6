"""What a file says of itself, taken over where the archivist said nothing, and remembered as a suggestion."""

from collections.abc import Mapping

from dam.catalogue.description import LIMITS, MOST_WORDS, Description, as_json, empty_fields, merge
from dam.kernel.errors import Invalid
from dam.kernel.text import Bilingual
from dam.metadata.claims import Suggested

_TAKEN = ("title", "caption", "alt_text", "creator", "date", "people", "places", "keywords")


def filled(description: Description, suggested: Suggested) -> tuple[Description, frozenset[str]]:
    """Return the description with its empty fields filled from the file, and the names of those it filled.

    A field that says anything stays as it is. What the file says grants nothing: credit and rights are never taken.
    """
    taken: set[str] = set()
    for name in empty_fields(description):
        offer = _offer(name, suggested) if name in _TAKEN else None
        if not offer:
            continue
        try:
            changed = merge(description, {name: offer})
        except Invalid:
            continue  # a claim that breaks the form of the field is not worth repeating
        if name in as_json(changed) and changed != description:
            description = changed
            taken.add(name)
    return description, frozenset(taken)


def _offer(name: str, suggested: Suggested) -> object:
    value = getattr(suggested, name)
    if isinstance(value, Bilingual):
        return _cut_both(name, value)
    if isinstance(value, tuple):
        return [word[: LIMITS[name]] for word in value[:MOST_WORDS]]
    return str(value) if name == "date" else str(value)[: LIMITS[name]]


def _cut_both(name: str, text: Bilingual) -> Mapping[str, str]:
    limit = LIMITS[name]
    return {tag: value[:limit] for tag, value in (("en", text.en), ("zh-Hans", text.zh)) if value}
