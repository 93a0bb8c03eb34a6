"""What the schema library says about a body, in our two languages and with stable codes."""

from collections.abc import Iterator, Mapping

from dam.kernel.errors import Fault
from dam.kernel.text import Bilingual

_SCHEMA_KEY = "_schema"
_UNREADABLE = ("invalid", Bilingual("This value cannot be used here.", "此处不能使用该值。"))
# Matched by the start of the library's English sentence, the only thing it gives.
_KNOWN: tuple[tuple[str, str, Bilingual], ...] = (
    ("Missing data", "required", Bilingual("This is required.", "此项必填。")),
    ("Unknown field", "unknown", Bilingual("There is no such field.", "没有此字段。")),
    ("Field may not be null", "required", Bilingual("This may not be empty.", "此项不能为空。")),
    ("Not a valid string", "wrong_type", Bilingual("This must be text.", "此项必须是文本。")),
    ("Not a valid integer", "wrong_type", Bilingual("This must be a whole number.", "此项必须是整数。")),
    ("Not a valid number", "wrong_type", Bilingual("This must be a number.", "此项必须是数字。")),
    ("Not a valid boolean", "wrong_type", Bilingual("This must be true or false.", "此项必须是 true 或 false。")),
    ("Not a valid list", "wrong_type", Bilingual("This must be a list.", "此项必须是列表。")),
    ("Not a valid mapping", "wrong_type", Bilingual("This must be an object.", "此项必须是对象。")),
    ("Invalid input type", "wrong_type", Bilingual("This must be an object.", "此项必须是对象。")),
    ("Not a valid date", "invalid", Bilingual("Write the date as YYYY-MM-DD.", "请按 YYYY-MM-DD 填写日期。")),
    ("Not a valid datetime", "invalid", Bilingual("Write the time in RFC 3339 form.", "请按 RFC 3339 格式填写时间。")),
    ("Not a valid UUID", "invalid", Bilingual("This is not an identifier of ours.", "这不是本系统的标识符。")),
    ("Must be one of", "invalid", Bilingual("This is not one of the allowed values.", "此值不在允许的范围内。")),
    ("Shorter than", "too_short", Bilingual("This is too short.", "内容过短。")),
    ("Longer than", "too_long", Bilingual("This is too long.", "内容过长。")),
    ("Length must be", "wrong_length", Bilingual("This has the wrong length.", "长度不符合要求。")),
    ("Must be greater", "out_of_range", Bilingual("This is too small.", "数值过小。")),
    ("Must be less", "out_of_range", Bilingual("This is too large.", "数值过大。")),
)


def faults_of_schema(detail: Mapping[object, object]) -> list[Fault]:
    """Return one fault a message, with the field's path; the location (`json`, `query`) is left out.

    Shape: `detail` is `{location: {field: [message] | {…}}}`.
    """
    return [
        Fault(".".join(path) or "body", *_known(message))
        for messages in detail.values()
        for path, message in _walk(messages, ())
    ]


def _walk(node: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, below in node.items():
            yield from _walk(below, path if key == _SCHEMA_KEY else (*path, str(key)))
    elif isinstance(node, list | tuple):
        for message in node:
            yield from _walk(message, path)
    else:
        yield path, str(node)


def _known(message: str) -> tuple[str, Bilingual]:
    for start, code, text in _KNOWN:
        if message.startswith(start):
            return code, text
    return _UNREADABLE
