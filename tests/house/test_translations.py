"""Every sentence of the pages exists in Chinese, and nothing in Chinese is left over."""

import re
from collections import Counter
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "dam/web/translations/zh_Hans/LC_MESSAGES/messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def asked():
    """Every sentence the pages ask for, with where."""
    found = extract_from_dir(
        str(ROOT / "dam"),
        method_map=[("web/**.py", "python"), ("web/templates/**.html", "jinja2")],
        options_map={"web/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}},
        keywords=KEYWORDS,
        strip_comment_tags=True,
    )
    for file, line, message, _comments, _context in found:
        yield (message[0] if isinstance(message, tuple) else message), f"{file}:{line}"


def answered():
    with CATALOGUE.open("rb") as file:
        return {entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in read_po(file) if entry.id}


def _said(entry):
    return bool(entry.string) if isinstance(entry.string, str) else all(entry.string)


def test_every_sentence_is_translated():
    known = answered()
    missing = {message: place for message, place in asked() if message not in known or not _said(known[message])}
    assert not missing, "\n".join(f"{place}: {message}" for message, place in missing.items())


def test_nothing_is_fuzzy():
    assert [entry.id for entry in answered().values() if entry.fuzzy] == []


def test_placeholders_are_kept():
    for message, entry in answered().items():
        for said in [entry.string] if isinstance(entry.string, str) else entry.string:
            assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(said)), message


def test_nothing_is_left_over_or_said_twice():
    lines = re.findall(r'^msgid (".+")$', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line, count in Counter(lines).items() if count > 1] == []
    assert set(answered()) - {message for message, _ in asked()} == set()
