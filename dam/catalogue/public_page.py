"""The public page of a photograph: what anybody may read of it, and where it is."""

from dataclasses import dataclass
from enum import StrEnum

from dam.catalogue.description import Description
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual


class PublicLevel(StrEnum):
    """How much of a photograph its archivist has published."""

    NOTHING = "nothing"
    """Its page says only that permission is needed, as for a number nobody has."""
    TEXT = "text"
    """Its page describes it, without a picture."""
    PREVIEW = "preview"
    """Its page describes it and shows the marked preview, each time by a decision."""


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What the page of a published photograph says.

    Shape: `shows_preview` tells that it is published with its preview and that the preview exists; whether it is shown
    is decided when it is asked for. `rights_statement` is an address of `rights_statements`.
    """

    asset_id: AssetId
    accession_number: str
    description: Description
    holder: Bilingual | None
    rights_statement: str | None
    shows_preview: bool


_PROVIDED = Bilingual(
    "Provided by {owner}. Cannot be used without permission.",
    "由{owner}提供。未经许可不得使用。",
)


def rights_notice(owner: Bilingual) -> Bilingual:
    """Return the notice that stands on public pages and in marked pictures: whose it is, and that nobody may use it."""
    return Bilingual(_PROVIDED.en.format(owner=owner.pick("en")), _PROVIDED.zh.format(owner=owner.pick("zh-Hans")))


def page_address(base_url: str, accession_number: str) -> str:
    """Return the address of the public page: the rights statement of every file that leaves leads there."""
    return f"{base_url}/photographs/{accession_number}" if base_url else ""


def asking_address(base_url: str, accession_number: str) -> str:
    """Return the address of what the page says about asking for a licence."""
    return f"{page_address(base_url, accession_number)}#ask" if base_url else ""


def mining_policy_address(base_url: str) -> str:
    """Return the address of the policy on text and data mining."""
    return f"{base_url}/tdm-policy" if base_url else ""
