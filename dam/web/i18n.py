"""The language of a page, and dates, sizes and numbers in its terms."""

import re
from datetime import date, datetime
from typing import cast

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale

from dam.kernel.text import Bilingual, Language
from dam.web.session import signed_in_person

LANGUAGES: tuple[Language, ...] = ("en", "zh-Hans")
_KEY = "language"
_KIB = 1024
_DECADE = re.compile(r"\d{3}X")


def install(app: Flask, *, time_zone: str) -> None:
    """Put both languages on the application."""
    app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_DEFAULT_TIMEZONE=time_zone)
    Babel(app, default_translation_directories="web/translations", locale_selector=_locale)
    app.jinja_env.filters.update(say=say, day=day, moment=moment, size=size, number=number, dom_id=dom_id, edtf=edtf)


def page_language() -> Language:
    """Return the language of this page: as chosen, else the person's own, else the browser's first."""
    chosen = session.get(_KEY) if has_request_context() else None
    if chosen in LANGUAGES:
        return cast("Language", chosen)
    person = signed_in_person()
    if person and person.account.person.language:
        return person.account.person.language
    # Browsers ask for zh-CN, zh-TW or zh-Hans-SG; all of them read this one better than English.
    asked = next((tag.lower() for tag, _ in request.accept_languages if tag.lower()[:2] in {"en", "zh"}), "en")
    return "zh-Hans" if asked.startswith("zh") else "en"


def keep_language(language: Language) -> None:
    """Show the following pages of this session in the language."""
    session[_KEY] = language


def language_of(tag: str) -> Language | None:
    """Return the language with this tag if the pages speak it."""
    return next((language for language in LANGUAGES if language == tag), None)


def say(text: Bilingual | None) -> str:
    """Return the text in the language of the page."""
    return text.pick(str(get_locale())) if text else ""


def day(value: date | None) -> str:
    """Return the date as the page's language writes it: 1 May 1942, 1942年5月1日."""
    if value is None:
        return ""
    return str(format_date(value, "d MMMM y" if _is_english() else "long", rebase=isinstance(value, datetime)))


def edtf(value: str) -> str:
    """Return a date of a scene in words: July 1942, about 1942, the 1940s; what has no words, as written."""
    if "/" in value:
        first, _, last = value.partition("/")
        return f"{edtf(first)} – {edtf(last)}"
    bare = value.rstrip("~?%")
    words = _edtf_words(bare)
    if words is None or not value[len(bare) :]:
        return words or value
    return f"about {words}" if _is_english() else f"约{words}"


def _edtf_words(bare: str) -> str | None:
    if _DECADE.fullmatch(bare):
        return f"the {bare[:3]}0s" if _is_english() else f"{bare[:3]}0 年代"
    try:
        if len(bare) == len("1942"):
            return str(int(bare)) if _is_english() else f"{int(bare)}年"
        if len(bare) == len("1942-07"):
            return str(format_date(date.fromisoformat(f"{bare}-01"), "MMMM y" if _is_english() else "y年M月"))
        return day(date.fromisoformat(bare))
    except ValueError:
        return None


def moment(value: datetime | None) -> str:
    """Return the instant in the house's time zone, with the zone named."""
    if value is None:
        return ""
    return str(format_datetime(value, "d MMM y, HH:mm ZZZZ" if _is_english() else "y年M月d日 HH:mm ZZZZ"))


def size(value_bytes: int | None) -> str:
    """Return the size in the largest unit that keeps it readable."""
    amount, unit = float(value_bytes or 0), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if amount < _KIB:
            break
        amount, unit = amount / _KIB, larger
    return f"{format_decimal(round(amount, 1 if unit != 'B' and amount < 100 else 0))} {unit}"  # noqa: PLR2004  # three digits are enough


def number(value: float) -> str:
    """Return the number with the separators of the page's language."""
    return str(format_decimal(value))


def dom_id(name: str) -> str:
    """Return the id of the input with this name: dots and spaces would break selectors."""
    return "field-" + "".join(letter if letter.isalnum() else "-" for letter in name)


def _is_english() -> bool:
    return str(get_locale()).startswith("en")


def _locale() -> str:
    return "zh_Hans" if has_request_context() and page_language() == "zh-Hans" else "en"
