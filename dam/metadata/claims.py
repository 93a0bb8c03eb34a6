"""What a file says about itself: claims with their source, none of which grants anything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from dam.kernel.text import Bilingual

Source = Literal["exif", "iptc", "xmp"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One value found in the file.

    Shape: `name` is the tag's name as its standard spells it (`Artist`, `2:80 By-line`, `dc:creator[1]`);
    `private` values (place, serial numbers, embedded pictures) are for the archivist alone;
    `raw` holds the bytes as hex where they could not be decoded with certainty.
    """

    source: Source
    name: str
    value: str
    private: bool = False
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something about the file that a person should know before trusting it."""

    code: str
    message: Bilingual
    detail: str = ""


_NOTHING = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class Suggested:
    """Description fields the archivist may take over; nothing is taken over by itself.

    Shape: `date` is EDTF; `origins` tells for each filled field which source it came from.
    """

    title: Bilingual = _NOTHING
    headline: str = ""
    caption: Bilingual = _NOTHING
    alt_text: Bilingual = _NOTHING
    creator: str = ""
    credit_line: str = ""
    source: str = ""
    rights_notice: Bilingual = _NOTHING
    date: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    origins: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one file.

    Shape: at most 5,000 claims of at most 10,000 characters each, under 1 MB as JSON.
    """

    claims: tuple[Claim, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    suggested: Suggested = Suggested()

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reading":
        """Return the reading that `to_dict` described."""
        return cls(
            claims=tuple(Claim(**claim) for claim in data["claims"]),
            warnings=tuple(warning_from_dict(warning) for warning in data["warnings"]),
            suggested=_suggested(data["suggested"]),
        )


def warning_from_dict(data: Mapping[str, Any]) -> ReadWarning:
    """Return the warning that `asdict` described."""
    return ReadWarning(data["code"], Bilingual(**data["message"]), data["detail"])


def _suggested(data: Mapping[str, Any]) -> Suggested:
    values = dict(data)
    for name in ("title", "caption", "alt_text", "rights_notice"):
        values[name] = Bilingual(**values[name])
    for name in ("keywords", "people", "places"):
        values[name] = tuple(values[name])
    return Suggested(**values)
