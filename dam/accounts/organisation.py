"""Organisations: the archive itself, the publishers it licenses to, and the rights holders behind the photographs."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dam.accounts.faults import fault_if, refuse
from dam.kernel.ids import OrganisationId
from dam.kernel.text import Bilingual

NAME_LENGTH = 200
_COUNTRY = re.compile("[A-Z]{2}")


class OrganisationKind(StrEnum):
    """What an organisation is to the archive."""

    ARCHIVE = "archive"
    PUBLISHER = "publisher"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation.

    Shape: `country` is an ISO 3166-1 alpha-2 code or None.
    """

    organisation_id: OrganisationId
    kind: OrganisationKind
    name: Bilingual
    country: str | None
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """What an administrator writes about a new organisation."""

    kind: OrganisationKind
    name: Bilingual
    country: str | None = None

    def check(self) -> None:
        """Go on only with a sound draft.

        Raises: Invalid, with every fault.
        """
        names = (("name.en", self.name.en), ("name.zh-Hans", self.name.zh))
        refuse(
            fault_if(not self.name.en.strip(), "name.en", "required", "Write the English name.", "请填写英文名称。"),
            *(
                fault_if(len(name) > NAME_LENGTH, field, "too_long", "Use at most 200 characters.", "最多 200 个字符。")
                for field, name in names
            ),
            fault_if(
                self.country is not None and not _is_country_code(self.country),
                "country",
                "invalid",
                "Use the two-letter country code, such as CN.",
                "请使用两个字母的国家或地区代码，例如 CN。",
            ),
        )


def _is_country_code(text: str) -> bool:
    return bool(_COUNTRY.fullmatch(text))
