"""What we write into a copy: rights, credit and licence, built from our own records and nothing else."""

from dataclasses import dataclass
from datetime import date

from dam.kernel.text import Bilingual

NOTHING = Bilingual("", "")
PREVIEW_NOT_LICENSED = "PREVIEW – NOT LICENSED"


@dataclass(frozen=True, slots=True)
class LicenceStamp:
    """The licence a copy leaves under.

    Units: `ends_on` is the last day of the term. Shape: media and territory as one readable sentence each.
    """

    number: str
    licensee: str
    starts_on: date
    ends_on: date
    media: str = ""
    territory: str = ""
    constraints: str = ""
    transaction_on: date | None = None
    no_alteration: bool = False


@dataclass(frozen=True, slots=True)
class RightsStamp:
    """Everything a rendition carries about itself.

    Shape: `date` is EDTF (`1942-07`); `image_id` a UUID; `data_mining` a PLUS code such as `DMI-PROHIBITED`;
    `other_image_info` says in a preview that it is no licensed copy. Empty fields are not written.
    """

    title: Bilingual = NOTHING
    headline: str = ""
    caption: Bilingual = NOTHING
    alt_text: Bilingual = NOTHING
    creator: str = ""
    credit_line: str = ""
    source: str = ""
    rights_notice: Bilingual = NOTHING
    instructions: str = ""
    usage_terms: Bilingual = NOTHING
    web_statement: str = ""
    copyright_owner: str = ""
    licensor_name: str = ""
    licensor_url: str = ""
    date: str = ""
    persons: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image_id: str = ""
    accession_number: str = ""
    digital_source_type: str = ""
    licence: LicenceStamp | None = None
    data_mining: str = "DMI-PROHIBITED"
    other_image_info: str = ""
