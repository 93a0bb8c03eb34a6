"""What we write into a copy: rights, credit and licence, built from our own records and nothing else."""

import re
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any

from dam.kernel.text import Bilingual
from dam.metadata.text import without_controls

NOTHING = Bilingual("", "")
PREVIEW_NOT_LICENSED = "PREVIEW – NOT LICENSED"
_LICENCE_TEXTS = ("number", "licensee", "media", "territory", "constraints", "media_summary", "policy_url")
_MOST_LISTED, _MOST_NAME = 50, 100
_PLAIN_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class LicenceStamp:
    """The licence a copy leaves under.

    Units: `ends_on` is the last day of the term.
    Shape: media and territory as one readable sentence each; `media_summary` a PLUS code; `policy_url` leads to the
    licence as ODRL.
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
    media_summary: str = ""
    policy_url: str = ""


@dataclass(frozen=True, slots=True)
class DeliveredAs:
    """The file a copy leaves as.

    Units: bytes, before the stamp. Shape: `media_type` such as `image/tiff`.
    """

    file_name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RightsStamp:
    """Everything a rendition carries about itself.

    Shape: `date` is EDTF (`1942-07`); `image_id` a UUID, `document_id` that of this very file; `data_mining` a PLUS
    code such as `DMI-PROHIBITED`; `copyright_status` one of CS-PRO, CS-PUB, CS-UNK; `artwork` asks that the print
    itself be described; `other_image_info` says in a preview that it is no licensed copy; `embed_token` stands for the
    licence in a picture that is only shown through us. Empty fields are not written.
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
    document_id: str = ""
    copyright_status: str = ""
    licensor_email: str = ""
    terms_url: str = ""
    mining_policy_url: str = ""
    artwork: bool = False
    embed_token: str = ""
    delivered: DeliveredAs | None = None

    @property
    def licence_id(self) -> str:
        """The licence's number, or the token of an embedded picture."""
        return self.licence.number if self.licence else self.embed_token


def both(text: Bilingual) -> str:
    """Return both languages in one line, as the fields that know only one carry them: `English / 中文`."""
    parts = dict.fromkeys(part for part in (text.en, text.zh) if part)
    return " / ".join(parts)


def tidy(stamp: RightsStamp, most: int) -> RightsStamp:
    """Return the stamp with every text free of control characters and no longer than `most` characters."""
    tidied: dict[str, Any] = {each.name: _tidy(getattr(stamp, each.name), most) for each in dataclass_fields(stamp)}
    return replace(stamp, **tidied)


def _tidy(value: object, most: int) -> object:
    match value:
        case str():
            return " ".join(without_controls(value).split())[:most]
        case Bilingual():
            return Bilingual(str(_tidy(value.en, most)), str(_tidy(value.zh, most)))
        case tuple():
            return tuple(text for text in (str(_tidy(each, _MOST_NAME)) for each in value[:_MOST_LISTED]) if text)
        case LicenceStamp():
            texts: dict[str, Any] = {name: _tidy(getattr(value, name), most) for name in _LICENCE_TEXTS}
            return replace(value, **texts)
        case DeliveredAs():
            return replace(value, file_name=str(_tidy(value.file_name, most)))
        case _:
            return value


def xmp_date(edtf: str) -> str:
    """Return the date as XMP can say it, `1942` to `1942-07-05`; empty where EDTF says more than XMP can."""
    return edtf.strip("~?%") if _PLAIN_DATE.fullmatch(edtf.strip("~?%")) else ""


def iim_date(edtf: str) -> str:
    """Return the date as IIM says it, unknown parts as zeros: `19420700`."""
    return xmp_date(edtf).replace("-", "").ljust(8, "0") if xmp_date(edtf) else ""
