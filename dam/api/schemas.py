"""Conventions of every body that comes in or goes out, and the schemas that rooms share."""

import json
from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Length, Range
from marshmallow import ValidationError, pre_load

from dam.kernel.text import Bilingual

CURSOR_LENGTH = 512
LONGEST_PAGE = 100


class StrictSchema(Schema):
    """A body in which an unknown field is a fault, never ignored, and every text is one."""

    class Meta:
        """Refuse what is not named."""

        unknown = "raise"

    @pre_load
    def _whole(self, sent: Any, **_: object) -> Any:  # noqa: ANN401 - whatever was sent
        """Refuse half a surrogate pair: JSON can say it, but nothing can keep it.

        Source: RFC 8259 section 8.2.
        """
        halved = [name for name, value in sent.items() if not _is_text(value)] if isinstance(sent, dict) else []
        if halved:
            raise ValidationError({name: ["Not a valid string."] for name in halved})
        return sent


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class TextIn(StrictSchema):
    """A text in one or both languages."""

    en = fields.String(validate=Length(max=5000))
    zh = fields.String(data_key="zh-Hans", validate=Length(max=5000))


class TextOut(Schema):
    """A text in one or both languages."""

    en = fields.String()
    zh = fields.String(data_key="zh-Hans")


class PageQuery(StrictSchema):
    """The query of every list; a room's own filters inherit from it."""

    cursor = fields.String(validate=Length(max=CURSOR_LENGTH))
    limit = fields.Integer(load_default=24, validate=Range(min=1, max=LONGEST_PAGE))


class ReasonOut(Schema):
    """One reason of a refusal."""

    code = fields.String()
    message = fields.String()
    message_zh = fields.String()
    next_step = fields.String()
    next_step_zh = fields.String()


class FaultOut(Schema):
    """One fault of one field."""

    field = fields.String()
    code = fields.String()
    message = fields.String()
    message_zh = fields.String()


class ProblemOut(Schema):
    """An error, as RFC 9457 has it."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    detail_zh = fields.String()
    code = fields.String()
    reasons = fields.List(fields.Nested(ReasonOut))
    faults = fields.List(fields.Nested(FaultOut))


def text_out(text: Bilingual) -> dict[str, str]:
    """Return the languages that have text, as `{en?, zh-Hans?}` before dumping."""
    return {key: value for key, value in (("en", text.en), ("zh", text.zh)) if value}


def text_of(sent: dict[str, str] | None) -> Bilingual:
    """Return the loaded `TextIn` as one bilingual text, empty where nothing was sent."""
    return Bilingual((sent or {}).get("en", ""), (sent or {}).get("zh", ""))


def text_json(text: Bilingual) -> dict[str, str]:
    """Return the languages that have text, keyed as in JSON: `{en?, zh-Hans?}`."""
    return {key: value for key, value in (("en", text.en), ("zh-Hans", text.zh)) if value}
