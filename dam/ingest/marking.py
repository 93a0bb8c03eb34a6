"""The words on a preview and in its metadata, from our own records alone."""

from dataclasses import dataclass

from dam.catalogue.asset import Asset
from dam.imaging.mark import MarkSpec
from dam.kernel.text import Bilingual
from dam.metadata.fields import PREVIEW_NOT_LICENSED, RightsStamp

NOTICE = Bilingual(
    "Preview only. Cannot be used without permission.",
    "仅供预览。未经许可不得使用。",
)
_PROVIDED = Bilingual(
    "Provided by {holder}. Cannot be used without permission.",
    "由{holder}提供。未经许可不得使用。",
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the mark of one photograph says; equal words make equal marks."""

    institution: Bilingual
    holder: Bilingual | None
    credit_line: str
    rights_statement: str
    accession_number: str
    image_id: str


def words_of(asset: Asset, credit_line: str | None, holder: Bilingual | None, institution: Bilingual) -> Words:
    """Return the words of the photograph's mark; without a credit line, the holder is credited."""
    credit = credit_line or (holder.pick("en") if holder else "")
    return Words(institution, holder, credit, asset.rights_statement or "", asset.accession_number, str(asset.asset_id))


def mark_of(words: Words) -> MarkSpec:
    """Return the visible mark."""
    return MarkSpec(words.institution, words.credit_line, NOTICE, words.accession_number)


def stamp_of(words: Words) -> RightsStamp:
    """Return the metadata of a thumbnail or preview: rights and credit, nothing of the upload's own."""
    owner = words.holder or words.institution
    notice = Bilingual(_PROVIDED.en.format(holder=owner.pick("en")), _PROVIDED.zh.format(holder=owner.pick("zh")))
    return RightsStamp(
        credit_line=words.credit_line,
        source=owner.pick("en"),
        rights_notice=notice,
        instructions=NOTICE.en,
        usage_terms=NOTICE,
        web_statement=words.rights_statement if words.rights_statement.startswith("http") else "",
        copyright_owner=words.holder.pick("en") if words.holder else "",
        image_id=words.image_id,
        accession_number=words.accession_number,
        data_mining="DMI-PROHIBITED",
        other_image_info=PREVIEW_NOT_LICENSED,
    )
