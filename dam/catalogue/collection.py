"""Collections: each a fonds, whole in itself, that a supply agreement may cover at one stroke."""

from dataclasses import dataclass

from dam.catalogue.description import LANGUAGES, clean_text
from dam.catalogue.scope import MAX_FONDS, NO_HOLDER, fonds_range
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import CollectionId, HolderId
from dam.kernel.text import Bilingual

LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Collection:
    """A fonds.

    Shape: `number` counts within its holder; `holder_number` is 0 where no holder is recorded; `assets` counts what the
    person asking may know of.
    """

    collection_id: CollectionId
    number: int
    holder_id: HolderId | None
    holder_number: int
    title: Bilingual
    assets: int = 0

    @property
    def scope(self) -> tuple[int, int]:
        """The range `[lo, hi)` of scope keys of all that is or ever will be in it."""
        return fonds_range(self.holder_number or NO_HOLDER, self.number)


def parse_title(sent: object, *, at: str = "title") -> Bilingual:
    """Read the title of a collection.

    Raises: Invalid.
    """
    if not isinstance(sent, dict) or not sent or set(sent) - set(LANGUAGES):
        sentence = Bilingual('Give the title by language: {"en": …, "zh-Hans": …}.', "请按语言填写名称。")
        raise Invalid([Fault(at, "not_by_language", sentence)])
    texts = [sent.get(tag) or "" for tag in LANGUAGES]
    if not all(isinstance(text, str) for text in texts):
        raise Invalid([Fault(at, "not_text", Bilingual("This must be text.", "此处必须是文字。"))])
    title = Bilingual(*(clean_text(str(text)) for text in texts))
    if not title.pick("en"):
        raise Invalid([Fault(at, "missing", Bilingual("A collection needs a title.", "请填写名称。"))])
    if max(len(title.en), len(title.zh)) > LONGEST_TITLE:
        sentence = Bilingual(f"At most {LONGEST_TITLE} characters.", f"最多 {LONGEST_TITLE} 个字符。")
        raise Invalid([Fault(at, "too_long", sentence)])
    return title


def next_fonds(last: int) -> int:
    """Return the number after the last one a holder has given.

    Raises: Conflict when the holder has as many collections as the scope key can tell apart.
    """
    if last >= MAX_FONDS:
        raise Conflict(
            Bilingual("This holder cannot have more collections.", "该权利人的专题数量已达上限。"), code="full"
        )
    return last + 1
