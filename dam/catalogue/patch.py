"""What an archivist may change about a photograph, read from what was sent and laid over what is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from dam.catalogue.asset import Asset
from dam.catalogue.description import Description, clean_text, merge
from dam.catalogue.public_page import PublicLevel
from dam.catalogue.rights_statements import RIGHTS_STATEMENTS
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import CollectionId, HolderId
from dam.kernel.text import Bilingual

LONGEST_LINE = 500
PATCHABLE = frozenset({"description", "credit_line", "rights_statement", "public_page", "holder", "collection"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parts of a photograph that can be described, as they are or as they should become."""

    description: Description
    suggested: frozenset[str]
    credit_line: str | None
    rights_statement: str | None
    public_page: PublicLevel
    holder_id: HolderId | None
    collection_id: CollectionId | None

    @classmethod
    def of(cls, asset: Asset) -> "Wanted":
        """Return the parts as they are."""
        return cls(
            asset.description,
            asset.suggested,
            asset.credit_line,
            asset.rights_statement,
            asset.public_page,
            asset.holder_id,
            asset.collection_id,
        )


def patched(now: Wanted, patch: object) -> Wanted:
    """Return the parts with what was sent laid over them; null empties a part.

    A field that is written by hand is no longer a suggestion of the file.
    Raises: Invalid, with every fault.
    """
    if not isinstance(patch, Mapping):
        raise Invalid([Fault("", "not_an_object", Bilingual("This must be an object.", "此处必须是对象。"))])
    faults = [
        Fault(str(name), "unknown_field", Bilingual("There is no such field.", "没有这个字段。"))
        for name in patch
        if name not in PATCHABLE
    ]
    wanted = _described(now, patch, faults)
    if "credit_line" in patch:
        wanted = replace(wanted, credit_line=_line("credit_line", patch["credit_line"], faults))
    if "rights_statement" in patch:
        wanted = replace(wanted, rights_statement=_statement(now, patch["rights_statement"], faults))
    if "public_page" in patch:
        wanted = replace(wanted, public_page=_level(now, patch["public_page"], faults))
    if "holder" in patch:
        holder = _link("holder", patch["holder"], faults)
        wanted = replace(wanted, holder_id=None if holder is None else HolderId(holder))
    if "collection" in patch:
        collection = _link("collection", patch["collection"], faults)
        wanted = replace(wanted, collection_id=None if collection is None else CollectionId(collection))
    if faults:
        raise Invalid(faults)
    return wanted


def changed_parts(before: Wanted, after: Wanted) -> tuple[str, ...]:
    """Return the names of the parts that differ, a description field by its own name."""
    fields = [
        f"description.{name}"
        for name in Description.__slots__
        if getattr(before.description, name) != getattr(after.description, name)
    ]
    parts = ("suggested", "credit_line", "rights_statement", "public_page", "holder_id", "collection_id")
    return tuple(fields + [name for name in parts if getattr(before, name) != getattr(after, name)])


def changes_mark(before: Wanted, after: Wanted) -> bool:
    """Tell whether the words on the preview, or in its metadata, differ."""
    return any(
        getattr(before, name) != getattr(after, name) for name in ("credit_line", "rights_statement", "holder_id")
    )


def _described(now: Wanted, patch: Mapping[str, object], faults: list[Fault]) -> Wanted:
    sent = patch.get("description", {})
    try:
        description = merge(now.description, sent)
    except Invalid as wrong:
        faults.extend(wrong.faults)
        return now
    written = {str(name) for name in sent} if isinstance(sent, Mapping) else set()
    return replace(now, description=description, suggested=now.suggested - written)


def _line(name: str, value: object, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        faults.append(Fault(name, "not_text", Bilingual("This must be text.", "此处必须是文字。")))
        return None
    line = clean_text(value)
    if len(line) > LONGEST_LINE:
        sentence = Bilingual(f"At most {LONGEST_LINE} characters.", f"最多 {LONGEST_LINE} 个字符。")
        faults.append(Fault(name, "too_long", sentence))
    return line or None


def _statement(now: Wanted, value: object, faults: list[Fault]) -> str | None:
    """Return the address of a rights statement; one that was kept before the list was may stay."""
    before = len(faults)
    said = _line("rights_statement", value, faults)
    known = said is None or said == now.rights_statement or said in RIGHTS_STATEMENTS
    if not known and len(faults) == before:
        sentence = Bilingual("Choose a rights statement from the list.", "请从列表中选择权利声明。")
        faults.append(Fault("rights_statement", "unknown_rights_statement", sentence))
    return said


def _level(now: Wanted, value: object, faults: list[Fault]) -> PublicLevel:
    try:
        return PublicLevel.NOTHING if value is None else PublicLevel(str(value))
    except ValueError:
        sentence = Bilingual("Choose what the public page shows.", "请选择公开页面显示的内容。")
        faults.append(Fault("public_page", "unknown_level", sentence))
        return now.public_page


def _link(name: str, value: object, faults: list[Fault]) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        faults.append(Fault(name, "not_an_id", Bilingual("This must be an id.", "此处必须是编号。")))
        return None
