"""Chooses, among the claims of a file, what to suggest to the archivist: XMP before IPTC before EXIF.

Only where the IPTC block was edited after the XMP (its digest no longer fits) does IPTC come first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dam.kernel.text import Bilingual
from dam.metadata.claims import Claim, ReadWarning, Source, Suggested
from dam.metadata.dates import suggest
from dam.metadata.text import is_chinese
from dam.metadata.warnings import warning

_TEXTS: Mapping[str, Mapping[Source, tuple[str, ...]]] = {
    "title": {"xmp": ("dc:title",), "iptc": ("ObjectName",), "exif": ()},
    "headline": {"xmp": ("photoshop:Headline",), "iptc": ("Headline",), "exif": ()},
    "caption": {"xmp": ("dc:description",), "iptc": ("Caption-Abstract",), "exif": ("ImageDescription",)},
    "alt_text": {"xmp": ("Iptc4xmpCore:AltTextAccessibility",), "iptc": (), "exif": ()},
    "creator": {"xmp": ("dc:creator",), "iptc": ("By-line",), "exif": ("Artist",)},
    "credit_line": {"xmp": ("photoshop:Credit",), "iptc": ("Credit",), "exif": ()},
    "source": {"xmp": ("photoshop:Source",), "iptc": ("Source",), "exif": ()},
    "rights_notice": {"xmp": ("dc:rights",), "iptc": ("CopyrightNotice",), "exif": ("Copyright",)},
    "date": {
        "xmp": ("photoshop:DateCreated", "exif:DateTimeOriginal", "xmp:CreateDate"),
        "iptc": ("DateCreated",),
        "exif": ("DateTimeOriginal",),
    },
    "keywords": {"xmp": ("dc:subject",), "iptc": ("Keywords",), "exif": ()},
    "people": {"xmp": ("Iptc4xmpExt:PersonInImage",), "iptc": (), "exif": ()},
    "places": {
        "xmp": ("photoshop:City", "photoshop:State", "photoshop:Country"),
        "iptc": ("City", "Province-State", "Country"),
        "exif": (),
    },
}
_BILINGUAL = ("title", "caption", "alt_text", "rights_notice")
_LISTS = ("keywords", "people", "places")
_COMPARED = ("title", "caption", "creator", "credit_line", "source", "rights_notice", "date")
_DATES = ("DateTimeOriginal", "DateTimeDigitized", "DateTime", "DateCreated", "DigitalCreationDate")
_CAMERA_NOISE = frozenset({"OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM", "Unknown", "KONICA MINOLTA DIGITAL CAMERA"})
_ORDER: tuple[Source, ...] = ("xmp", "iptc", "exif")
_IPTC_FIRST: tuple[Source, ...] = ("iptc", "xmp", "exif")
_MOST_LISTED, _LONGEST_NAME, _LONGEST_TEXT = 50, 100, 2_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What is suggested and what the archivist should be told about it."""

    suggested: Suggested
    warnings: tuple[ReadWarning, ...]


def choose(claims: Sequence[Claim], *, iptc_newer: bool) -> Choice:
    """Return the suggested description fields; values are copied, never believed."""
    order = _IPTC_FIRST if iptc_newer else _ORDER
    found = {name: _candidates(name, claims, order) for name in _TEXTS}
    fields = {name: _finished(name, next(iter(pairs.values()))) for name, pairs in found.items() if pairs}
    origins = {name: next(iter(pairs)) for name, pairs in found.items() if pairs}
    conflicts = [name for name in _COMPARED if _differ(list(found[name].values()))]
    warnings = [warning("claims_conflict", ", ".join(conflicts))] if conflicts else []
    bad = [claim.name for claim in claims if claim.name in _DATES and _impossible(claim.value)]
    warnings += [warning("date_unreadable", ", ".join(bad))] if bad else []
    return Choice(Suggested(origins=origins, **fields), tuple(warnings))  # type: ignore[arg-type]  # by field name


def _candidates(name: str, claims: Sequence[Claim], order: Iterable[Source]) -> dict[Source, list[tuple[str, str]]]:
    """Return, in the order of preference, what each source says: pairs of label (`en` of `dc:title[en]`) and value."""
    found: dict[Source, list[tuple[str, str]]] = {}
    for source in order:
        pairs = [pair for tag in _TEXTS[name][source] for pair in _values(claims, source, tag)]
        pairs = [(label, value) for label, value in map(_cleaner(name), pairs) if value]
        if pairs:
            found[source] = pairs
    return found


def _values(claims: Sequence[Claim], source: Source, tag: str) -> list[tuple[str, str]]:
    """Return label and value of every claim of the tag: none, `[1]` or `[zh-Hans]` after its name."""
    return [
        (claim.name[len(tag) :].strip("[]"), claim.value.strip())
        for claim in claims
        if claim.source == source
        and (claim.name == tag or (claim.name.startswith(tag + "[") and "/" not in claim.name))
    ]


def _cleaner(name: str) -> Callable[[tuple[str, str]], tuple[str, str]]:
    if name == "date":
        return lambda pair: (pair[0], suggest(pair[1]) or "")
    return lambda pair: (pair[0], "" if pair[1] in _CAMERA_NOISE else pair[1])


def _finished(name: str, pairs: list[tuple[str, str]]) -> object:
    if name in _BILINGUAL:
        return _bilingual(pairs)
    if name in _LISTS:
        return tuple(dict.fromkeys(value[:_LONGEST_NAME] for _, value in pairs))[:_MOST_LISTED]
    text = "; ".join(value for _, value in pairs) if name == "creator" else pairs[0][1]
    return text[:_LONGEST_TEXT]


def _bilingual(pairs: list[tuple[str, str]]) -> Bilingual:
    """Sort texts into the two languages: by their label, else by whether they hold Chinese characters."""
    texts = {"en": "", "zh": ""}
    for label, value in sorted(pairs, key=lambda pair: pair[0] == "x-default"):
        for language, part in _parts(label, value):
            texts[language] = texts[language] or part[:_LONGEST_TEXT]
    return Bilingual(texts["en"], texts["zh"])


def _parts(label: str, value: str) -> list[tuple[str, str]]:
    if label.lower().startswith(("zh", "en")):
        return [(label[:2].lower(), value)]
    first, slash, second = value.partition(" / ")
    if slash and not is_chinese(first) and is_chinese(second):
        return [("en", first.strip()), ("zh", second.strip())]
    return [("zh" if is_chinese(value) else "en", value)]


def _differ(sources: list[list[tuple[str, str]]]) -> bool:
    """Tell whether two sources contradict each other; a value cut short or one of two languages does not contradict."""
    texts = [[_folded(value) for _, value in pairs] for pairs in sources]
    return any(not _agree(one, other) for at, one in enumerate(texts) for other in texts[at + 1 :])


def _agree(one: list[str], other: list[str]) -> bool:
    return any(a.startswith(b) or b.startswith(a) or a in b or b in a for a in one for b in other)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _impossible(value: str) -> bool:
    """Tell whether a date says something that cannot be; blank dates say nothing."""
    blank = not value.strip(" :0")
    return value.startswith("0000:00:00") or (not blank and suggest(value) is None)
