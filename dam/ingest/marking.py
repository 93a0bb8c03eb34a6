"""The words on a preview and in its metadata, from our own records alone."""

from dataclasses import dataclass

from dam.catalogue.asset import Asset, HolderMark
from dam.catalogue.public_page import asking_address, mining_policy_address, page_address, rights_notice
from dam.imaging.mark import MarkSpec, Strength
from dam.kernel.text import Bilingual
from dam.metadata.fields import PREVIEW_NOT_LICENSED, RightsStamp

NOTICE = Bilingual(
    "Preview only. Cannot be used without permission.",
    "仅供预览。未经许可不得使用。",
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
    strength: Strength = Strength.NORMAL


def words_of(asset: Asset, credit_line: str | None, holder: HolderMark | None, institution: Bilingual) -> Words:
    """Return the words of the photograph's mark; without a credit line, the holder is credited."""
    name, strength = (holder.name, holder.strength) if holder else (None, Strength.NORMAL)
    credit = credit_line or (name.pick("en") if name else "")
    statement, number = asset.rights_statement or "", asset.accession_number
    return Words(institution, name, credit, statement, number, str(asset.asset_id), strength)


def mark_of(words: Words) -> MarkSpec:
    """Return the visible mark."""
    return MarkSpec(words.institution, words.credit_line, NOTICE, words.accession_number, words.strength)


def stamp_of(words: Words, base_url: str) -> RightsStamp:
    """Return the metadata of a thumbnail or preview: rights and credit, nothing of the upload's own.

    Shape: its addresses lead to the photograph's public page, which answers whether it is published or not.
    """
    owner = words.holder or words.institution
    return RightsStamp(
        credit_line=words.credit_line,
        source=owner.pick("en"),
        rights_notice=rights_notice(owner),
        instructions=NOTICE.en,
        usage_terms=NOTICE,
        web_statement=page_address(base_url, words.accession_number),
        copyright_owner=words.holder.pick("en") if words.holder else "",
        licensor_name=words.institution.pick("en"),
        licensor_url=asking_address(base_url, words.accession_number),
        terms_url=words.rights_statement if words.rights_statement.startswith("http") else "",
        image_id=words.image_id,
        accession_number=words.accession_number,
        data_mining="DMI-PROHIBITED",
        mining_policy_url=mining_policy_address(base_url),
        other_image_info=PREVIEW_NOT_LICENSED,
    )
