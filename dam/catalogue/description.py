"""What is written about a photograph: parsed field by field, every fault told at once."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from dam.catalogue.dates import scene_date
from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual

LANGUAGES: Final = ("en", "zh-Hans")
MOST_WORDS: Final = 50
"""How many people, places or keywords one description holds."""

LIMITS: Final[Mapping[str, int]] = {
    "title": 300,
    "caption": 5000,
    "alt_text": 1000,
    "creator": 200,
    "date": 64,
    "people": 200,
    "places": 200,
    "keywords": 100,
    "notes": 5000,
}
"""The most characters of each field, or of each entry of a list."""
_BILINGUAL: Final = ("title", "caption", "alt_text")
_LINES: Final = ("creator", "date")
_LISTS: Final = ("people", "places", "keywords")
_LONG: Final = ("caption", "notes")
EMPTY: Final = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class Description:
    """What an archivist says about a photograph.

    Shape: `date` is EDTF; empty text and empty tuples stand for what is not known.
    """

    title: Bilingual = EMPTY
    caption: Bilingual = EMPTY
    alt_text: Bilingual = EMPTY
    creator: str = ""
    date: str = ""
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    notes: str = ""


FIELDS: Final = tuple(field.name for field in fields(Description))

DescriptionDraft = Mapping[str, object]
"""A description as it was sent: `{title: {en?, "zh-Hans"?}, …, people: [], …}`; nothing about it is trusted."""


def parse_description(draft: object, *, at: str = "description") -> Description:
    """Read a description that was sent.

    Raises: Invalid, with a fault for each wrong field, its path starting at `at`.
    """
    return merge(Description(), draft, at=at)


def merge(description: Description, patch: object, *, at: str = "description") -> Description:
    """Return the description with the fields of the patch in place of its own; null empties a field.

    Raises: Invalid, with a fault for each wrong field.
    """
    if not isinstance(patch, Mapping):
        raise Invalid([_fault(at, "not_an_object", "This must be an object.", "此处必须是对象。")])
    faults: list[Fault] = []
    changes = {str(name): _field(str(name), value, f"{at}.{name}", faults) for name, value in patch.items()}
    if faults:
        raise Invalid(faults)
    return replace(description, **changes)  # type: ignore[arg-type]  # each value was read by its field's own reader


def as_json(description: Description) -> dict[str, object]:
    """Return the description in the shape it travels and is stored in; empty fields are left out, title never."""
    shape: dict[str, object] = {"title": _tagged(description.title)}
    for name in FIELDS[1:]:
        value = getattr(description, name)
        if isinstance(value, Bilingual):
            value = _tagged(value)
        if value:
            shape[name] = list(value) if isinstance(value, tuple) else value
    return shape


def from_json(stored: Mapping[str, object]) -> Description:
    """Return the description that `as_json` wrote; it was checked on its way in and is not checked again."""
    values: dict[str, Any] = {name: stored[name] for name in FIELDS if name in stored}
    for name in _BILINGUAL:
        if name in values:
            values[name] = Bilingual(*(values[name].get(tag, "") for tag in LANGUAGES))
    for name in _LISTS:
        if name in values:
            values[name] = tuple(values[name])
    return Description(**values)


def empty_fields(description: Description) -> Iterator[str]:
    """Yield the name of each field that says nothing yet."""
    for name in FIELDS:
        value = getattr(description, name)
        if value in (EMPTY, "", ()):
            yield name


def _tagged(text: Bilingual) -> dict[str, str]:
    return {tag: value for tag, value in zip(LANGUAGES, (text.en, text.zh), strict=True) if value}


def _field(name: str, value: object, path: str, faults: list[Fault]) -> object:
    if name in _BILINGUAL:
        return _bilingual(name, value, path, faults)
    if name in _LISTS:
        return _words(name, value, path, faults)
    if name == "date":
        return _date(value, path, faults)
    if name in FIELDS:
        return _text(name, value, path, faults)
    faults.append(_fault(path, "unknown_field", "There is no such field.", "没有这个字段。"))
    return None


def _bilingual(name: str, value: object, path: str, faults: list[Fault]) -> Bilingual:
    if value is None:
        return EMPTY
    if not isinstance(value, Mapping):
        sentence = 'Give the text by language: {"en": …, "zh-Hans": …}.'
        faults.append(_fault(path, "not_by_language", sentence, '请按语言填写：{"en": …, "zh-Hans": …}。'))
        return EMPTY
    faults.extend(
        _fault(f"{path}.{tag}", "unknown_language", "Use en or zh-Hans.", "请使用 en 或 zh-Hans。")
        for tag in value
        if tag not in LANGUAGES
    )
    en, zh = (_text(name, value.get(tag), f"{path}.{tag}", faults) for tag in LANGUAGES)
    return Bilingual(en, zh)


def _words(name: str, value: object, path: str, faults: list[Fault]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        faults.append(_fault(path, "not_a_list", "This must be a list.", "此处必须是列表。"))
        return ()
    if len(value) > MOST_WORDS:
        faults.append(_fault(path, "too_many", f"At most {MOST_WORDS} entries.", f"最多 {MOST_WORDS} 项。"))
        return ()
    words = (_text(name, word, f"{path}.{index}", faults) for index, word in enumerate(value))
    return tuple(dict.fromkeys(word for word in words if word))


def _date(value: object, path: str, faults: list[Fault]) -> str:
    text = _text("date", value, path, faults)
    if not text:
        return ""
    try:
        return scene_date(text).edtf
    except ValueError:
        sentence = "Write the date as EDTF, for instance 1942-07, 1942~ or 194X."
        faults.append(_fault(path, "not_a_date", sentence, "请按 EDTF 格式填写日期，例如 1942-07、1942~ 或 194X。"))
        return ""


def _text(name: str, value: object, path: str, faults: list[Fault]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        faults.append(_fault(path, "not_text", "This must be text.", "此处必须是文字。"))
        return ""
    text = clean_text(value, lines=name in _LONG)
    if len(text) > LIMITS[name]:
        sentence = f"At most {LIMITS[name]} characters."
        faults.append(_fault(path, "too_long", sentence, f"最多 {LIMITS[name]} 个字符。"))
    return text


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return the text composed (NFC) and trimmed, without control or bidirectional-override characters.

    With `lines`, line breaks stay; else every run of white space becomes one space.
    """
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        if character.isspace() or not _hidden(character)
    )
    if lines:
        return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip()
    return " ".join(kept.split())


_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _hidden(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Cs")


def _fault(field: str, code: str, en: str, zh: str) -> Fault:
    return Fault(field, code, Bilingual(en, zh))
