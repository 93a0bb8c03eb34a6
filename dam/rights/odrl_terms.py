"""The names an ODRL document is written in: namespaces, our pinned context, and our codes as IRIs.

Source: ODRL Information Model 2.2 and ODRL Vocabulary 2.2 (W3C); RightsML 2.0 (IPTC), whose profile and country names
are used; ISO 3166-1 alpha-3 through CLDR (Babel).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from babel.core import get_global

from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, LicenceId, OrganisationId
from dam.rights.territories import COUNTRIES, GROUPS, TERRITORIES
from dam.rights.vocabularies import MEDIA

ODRL = "http://www.w3.org/ns/odrl/2/"
DCT = "http://purl.org/dc/terms/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TDM = "http://www.w3.org/ns/tdmrep#"
COUNTRY = "http://cvx.iptc.org/iso3166-1a3/"
IMP = "urn:x-imprimatur:odrl:1/"
"""Our own terms. The number goes up when one of them changes its meaning; none ever does within a number."""

PROFILE = IMP + "profile"
RIGHTSML = "https://iptc.org/std/RightsML/odrl-profile/"

SUBLICENSE = IMP + "sublicense"
"""The action of a licensee who passes a licence on; narrower than `odrl:grantUse`."""
CREDIT_LINE = IMP + "creditLine"
"""The left operand of an `odrl:attribute` duty: the words of the credit."""
DOWNLOAD, PRINTED_COPY, PIXEL = IMP + "download", IMP + "printedCopy", IMP + "pixel"
"""Units: deliveries of one photograph, copies printed, pixels of the longer side."""

_CLASSES = (
    "Agreement",
    "Offer",
    "Permission",
    "Prohibition",
    "Duty",
    "Constraint",
    "Asset",
    "AssetCollection",
    "Party",
)
_PROPERTIES = (
    "profile",
    "conflict",
    "permission",
    "prohibition",
    "obligation",
    "duty",
    "assigner",
    "assignee",
    "consentingParty",
    "target",
    "action",
    "constraint",
    "refinement",
    "leftOperand",
    "operator",
    "rightOperand",
    "unit",
)

CONTEXT: Mapping[str, object] = MappingProxyType(
    {
        "@version": 1.1,
        "odrl": ODRL,
        "dct": DCT,
        "rdf": RDF,
        "rdfs": RDFS,
        "xsd": XSD,
        "tdm": TDM,
        "country": COUNTRY,
        "imp": IMP,
        **{name: f"odrl:{name}" for name in (*_CLASSES, *_PROPERTIES)},
        "members": {"@reverse": "odrl:partOf"},
        "timeZone": "imp:timeZone",
        "conditions": {"@id": "imp:conditions", "@type": "@json"},
    }
)
"""Goes into every document, so that nothing is fetched to read one. No operator has a short name: copies of a
well-known context still turn `neq` into another word (w3c/poe 311), and exclusivity is said with `neq`."""


def _alpha_3() -> dict[str, str]:
    """Return the present alpha-3 code of every country; CLDR also knows those of states that are gone."""
    gone = {"ZAR", "BUR", "TMP", "YMD", "DDR", "FXX"}
    aliases = {long: short for long, short in get_global("territory_aliases").items() if len(long) == len("CHN")}
    return {
        short[0]: long
        for long, short in aliases.items()
        if long.isalpha() and long not in gone and len(short) == 1 and short[0] in COUNTRIES
    }


_ALPHA_3: Mapping[str, str] = MappingProxyType(_alpha_3())
_ALPHA_2: Mapping[str, str] = MappingProxyType({long: short for short, long in _ALPHA_3.items()})


def medium_iri(code: str) -> str:
    """Return the IRI of a code of media; it stands for everything below it in the tree."""
    return f"{IMP}media/{code}"


def medium_of(iri: str) -> str | None:
    """Return the code of media with this IRI, None where it names none."""
    code = iri.removeprefix(f"{IMP}media/")
    return code if code != iri and code in MEDIA else None


def territory_iri(code: str) -> str:
    """Return the IRI of a territory: IPTC's for a country, ours for a region; it stands for every place in it."""
    long = _ALPHA_3.get(code)
    return f"{COUNTRY}{long}" if long else f"{IMP}territory/{code}"


def territory_of(iri: str) -> str | None:
    """Return the code of the territory with this IRI, None where it names none."""
    if iri.startswith(COUNTRY):
        return _ALPHA_2.get(iri.removeprefix(COUNTRY))
    code = iri.removeprefix(f"{IMP}territory/")
    return code if code != iri and (code in TERRITORIES or code in GROUPS) else None


def curie(iri: str) -> str:
    """Return the IRI in its short form, as people read it."""
    prefixes = {"odrl": ODRL, "dct": DCT, "rdf": RDF, "rdfs": RDFS, "xsd": XSD, "tdm": TDM, "imp": IMP}
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


@dataclass(frozen=True, slots=True)
class Iris:
    """What the things of this archive are called outside it.

    Shape: `base` is the service's address, without a slash at its end; `archive` the organisation that is the archive.
    """

    base: str
    archive: OrganisationId | None = None

    @property
    def own(self) -> str:
        """The archive as a party."""
        return f"{self.base}/archive"

    def agreement(self, agreement_id: AgreementId) -> str:
        """Return the IRI of a supply agreement."""
        return f"{self.base}/agreements/{agreement_id}"

    def licence(self, licence_id: LicenceId) -> str:
        """Return the IRI of a licence."""
        return f"{self.base}/licences/{licence_id}"

    def holder(self, holder_id: HolderId) -> str:
        """Return the IRI of a rights holder."""
        return f"{self.base}/rights-holders/{holder_id}"

    def organisation(self, organisation_id: OrganisationId | None) -> str:
        """Return the IRI of an organisation; None, and the archive's own id, are the archive."""
        if organisation_id is None or organisation_id == self.archive:
            return self.own
        return f"{self.base}/organisations/{organisation_id}"

    def asset(self, asset_id: AssetId) -> str:
        """Return the IRI of a photograph."""
        return f"{self.base}/assets/{asset_id}"

    def collection(self, collection_id: CollectionId) -> str:
        """Return the IRI of a collection with all that will ever join it."""
        return f"{self.base}/collections/{collection_id}"

    def identifier(self, kind: str, iri: str) -> UUID | None:
        """Return the id of one of our things of the kind, such as `assets`, None for any other IRI."""
        rest = iri.removeprefix(f"{self.base}/{kind}/")
        try:
            return UUID(rest) if rest != iri else None
        except ValueError:
            return None
