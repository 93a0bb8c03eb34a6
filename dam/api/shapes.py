"""What each operation answers, as JSON Schema; the tests hold every real answer against these.

Every member is required unless its shape says `optional`: a client may rely on its presence.
Source: JSON Schema 2020-12, as OpenAPI 3.1 uses it.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from apiflask import APIBlueprint

from dam.audit.usage.nouns import Outcome, Rendition
from dam.catalogue.asset import WHOLE_PICTURES, AssetState
from dam.catalogue.public_page import PublicLevel
from dam.imaging.mark import Strength
from dam.licensing.licence import LicenceAction, LicenceState
from dam.licensing.request import Effect, ItemState, RequestAction, RequestState
from dam.rights.facts import RestrictionKind, Verdict

JSON = dict[str, Any]
Responses = dict[int | str, dict[str, str | dict[str, JSON]]]
ViewT = TypeVar("ViewT", bound=Callable[..., Any])

NAMED: dict[str, JSON] = {}
"""The shapes that the description lists by name."""

TEXT: JSON = {"type": "string"}
COUNT: JSON = {"type": "integer", "minimum": 0}
SIDE_PX: JSON = {"type": "integer", "minimum": 1, "description": "pixels"}
FLAG: JSON = {"type": "boolean"}
ID: JSON = {"type": "string", "format": "uuid"}
DATE: JSON = {"type": "string", "format": "date"}
INSTANT: JSON = {"type": "string", "format": "date-time"}
SHA256: JSON = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PICTURE: JSON = {"type": "string", "format": "binary"}
ODRL: JSON = {
    "type": "object",
    "description": "A W3C ODRL 2.2 document in JSON-LD, with its context in it",
    "required": ["@context", "@id", "@type"],
}


def maybe(shape: JSON) -> JSON:
    """Return the shape, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def many(shape: JSON) -> JSON:
    """Return a list of the shape."""
    return {"type": "array", "items": shape}


def one_of(words: type[StrEnum]) -> JSON:
    """Return one value of the enumeration."""
    return {"type": "string", "enum": [word.value for word in words]}


def members(optional: Mapping[str, JSON] | None = None, **required: JSON) -> JSON:
    """Return an object with these members."""
    return {"type": "object", "properties": required | dict(optional or {}), "required": list(required)}


def named(name: str, shape: JSON) -> JSON:
    """List the shape under a name and return the reference to it."""
    NAMED[name] = shape
    return {"$ref": f"#/components/schemas/{name}"}


def page(name: str, item: JSON, **beside: JSON) -> JSON:
    """Return a page of a list; `next` is the cursor of the following page, or null at the end."""
    return named(name, members(items=many(item), next=maybe(TEXT), **beside))


def answers(
    blueprint: APIBlueprint,
    shape: JSON,
    status: int = 200,
    sentence: str = "Done",
    media_type: str = "application/json",
) -> Callable[[ViewT], ViewT]:
    """Describe what the operation answers when all is well."""
    responses: Responses = {status: {"description": sentence, "content": {media_type: {"schema": shape}}}}
    decorate: Callable[[ViewT], ViewT] = blueprint.doc(responses=responses)
    return decorate


def pictures(blueprint: APIBlueprint, sentence: str, making: JSON | None = None) -> Callable[[ViewT], ViewT]:
    """Describe an operation that answers with a picture, whole, in part or not again, or says it is being made."""
    body: dict[str, JSON] = {"image/*": {"schema": PICTURE}}
    responses: Responses = {
        200: {"description": sentence, "content": body},
        206: {"description": "The part that was asked for", "content": body},
        304: {"description": "You have it already"},
    }
    if making:
        responses[202] = {
            "description": "It is being made; ask again after `Retry-After` seconds",
            "content": {"application/json": {"schema": making}},
        }
    decorate: Callable[[ViewT], ViewT] = blueprint.doc(responses=responses)
    return decorate


BILINGUAL = named("Bilingual", members({"en": TEXT, "zh-Hans": TEXT}))
REFERENCE = named("Reference", members(id=ID, name=BILINGUAL))
CREATED = named("Created", members(id=ID))
REASON = named("Reason", members(code=TEXT, message=TEXT, message_zh=TEXT, next_step=TEXT, next_step_zh=TEXT))
AVAILABILITY = named("Availability", members(verdict=one_of(Verdict), reasons=many(REASON), free_from=maybe(DATE)))

# --------------------------------------------------------------------------------------------------- catalogue
DESCRIPTION = named(
    "Description",
    members(
        {
            "caption": BILINGUAL,
            "alt_text": BILINGUAL,
            "creator": TEXT,
            "date": TEXT | {"description": "EDTF"},
            "people": many(TEXT),
            "places": many(TEXT),
            "keywords": many(TEXT),
            "notes": TEXT,
        },
        title=BILINGUAL,
    ),
)
RENDITIONS = named("Renditions", members({kind.value: TEXT for kind in WHOLE_PICTURES}))
RECEIVED = named("Received", members(id=ID, accession_number=TEXT, state=one_of(AssetState)))
_HELD: JSON = {
    "id": ID,
    "accession_number": TEXT,
    "state": one_of(AssetState),
    "holder": maybe(REFERENCE),
    "credit_line": maybe(TEXT),
    "restricted": FLAG,
    "renditions": RENDITIONS,
}
ASSET = named(
    "Asset",
    members(
        **_HELD,
        reason=maybe(TEXT),
        reason_zh=maybe(TEXT),
        reason_code=maybe(TEXT),
        media_type=TEXT,
        width_px=maybe(SIDE_PX),
        height_px=maybe(SIDE_PX),
        page_count=maybe(COUNT),
        size_bytes=COUNT,
        sha256=SHA256,
        file_name=maybe(TEXT),
        description=DESCRIPTION,
        suggested=many(TEXT),
        rights_statement=maybe(TEXT),
        public_page=one_of(PublicLevel),
        collection=maybe(REFERENCE),
        availability=maybe(AVAILABILITY),
        version=COUNT,
        created_at=INSTANT,
        updated_at=INSTANT,
        ready_at=maybe(INSTANT),
    ),
)
CARD = named("Card", members(**_HELD, title=BILINGUAL, caption=BILINGUAL, date=maybe(TEXT), availability=AVAILABILITY))
FACET = named("Facet", members(value=TEXT, label=BILINGUAL, count=COUNT))
FACETS = named(
    "Facets",
    members(
        holder=many(FACET),
        collection=many(FACET),
        year=many(FACET),
        state=many(FACET),
        total=COUNT,
        capped=FLAG,
    ),
)
ASSET_PAGE = page("AssetPage", CARD, facets=FACETS)
COLLECTION = named("Collection", members(id=ID, title=BILINGUAL, holder=maybe(ID), assets=COUNT))
COLLECTION_PAGE = page("CollectionPage", COLLECTION)

# ------------------------------------------------------------------------------------------------------ rights
CODE = named("Code", members(code=TEXT, name=BILINGUAL))
VOCABULARIES = named("Vocabularies", members(media=many(CODE), territory=many(CODE)))
HOLDER = named(
    "RightsHolder",
    members(id=ID, name=BILINGUAL, organisation=maybe(ID), statement=TEXT, contact=TEXT, mark=one_of(Strength)),
)
MARKED_ANEW = named("MarkedAnew", members(marked_anew=COUNT))
HOLDER_PAGE = page("RightsHolderPage", HOLDER)
_AGREED: JSON = {
    "id": ID,
    "number": TEXT,
    "holder": REFERENCE,
    "grantee": maybe(REFERENCE),
    "media": many(TEXT),
    "territory": many(TEXT),
    "territory_except": many(TEXT),
    "starts_on": DATE,
    "ends_on": DATE,
    "time_zone": TEXT,
    "exclusive": FLAG,
    "sublicensable": FLAG,
    "consent_required": FLAG,
    "credit_line": maybe(TEXT),
    "conditions": {"type": "object", "additionalProperties": True},
    "state": {"type": "string", "enum": ["active", "ended"]},
    "over": FLAG,
    "end_reason": TEXT,
}
AGREEMENT = named("Agreement", members(**_AGREED))
AGREEMENT_PAGE = page("AgreementPage", AGREEMENT)
SCOPE = named("Scope", members(assets=many(ID), collection=maybe(ID)))
AGREEMENT_IN_FULL = named("AgreementInFull", members(**_AGREED, scope=SCOPE))
RESTRICTION = named(
    "Restriction",
    members(
        **{"from": INSTANT},
        id=ID,
        kind=one_of(RestrictionKind),
        media=many(TEXT),
        territory=many(TEXT),
        until=maybe(INSTANT),
        reason=TEXT,
        placed_at=INSTANT,
        lifted_at=maybe(INSTANT),
        lift_reason=TEXT,
    ),
)
RESTRICTION_PAGE = page("RestrictionPage", RESTRICTION)
LIFTED = named("Lifted", members(id=ID, state={"const": "lifted"}))

# --------------------------------------------------------------------------------------------------- licensing
USE = named(
    "Use",
    members(
        media=many(TEXT),
        territory=many(TEXT),
        territory_except=many(TEXT),
        starts_on=DATE,
        ends_on=DATE,
        time_zone=TEXT,
        purpose=TEXT,
        publication=TEXT,
        print_run=maybe(COUNT),
        max_px=maybe(SIDE_PX),
        exclusive=FLAG,
    ),
)
CONDITIONS = named(
    "Conditions",
    members(
        max_px=SIDE_PX,
        downloads=COUNT,
        print_run=maybe(COUNT),
        no_alteration=FLAG,
        no_ai_training=FLAG,
        credit_line=TEXT,
        report_within_days=maybe(COUNT),
        report_by=maybe(DATE),
    ),
)
REQUEST_ITEM = named(
    "RequestItem",
    members(
        asset=ID,
        accession_number=TEXT,
        state=one_of(ItemState),
        verdict=one_of(Verdict),
        reasons=many(REASON),
        free_from=maybe(DATE),
        refusal_reason=TEXT,
        conditions=maybe(CONDITIONS),
        licence=maybe(ID),
    ),
)
MESSAGE = named("Message", members(author=TEXT, organisation=BILINGUAL, at=INSTANT, kind=one_of(Effect), text=TEXT))
REQUEST = named(
    "Request",
    members(
        id=ID,
        number=TEXT,
        state=one_of(RequestState),
        organisation=REFERENCE,
        requested_by=TEXT,
        renews=maybe(members(id=ID, number=TEXT)),
        use=USE,
        items=many(REQUEST_ITEM),
        thread=many(MESSAGE),
        actions=many(one_of(RequestAction)),
        offer=maybe({"$ref": "#/components/schemas/CounterOffer"}),
        created_at=INSTANT,
        updated_at=INSTANT,
    ),
)
REQUEST_PAGE = page(
    "RequestPage",
    named(
        "RequestRow",
        members(
            id=ID,
            number=TEXT,
            state=one_of(RequestState),
            organisation=BILINGUAL,
            purpose=TEXT,
            starts_on=DATE,
            ends_on=DATE,
            items=COUNT,
            undecided=COUNT,
            created_at=INSTANT,
        ),
    ),
)
DECIDED = named("Decided", members(state=one_of(RequestState), licences=many(ID)))
LICENCE_ITEM = named(
    "LicenceItem", members(asset=ID, accession_number=TEXT, conditions=CONDITIONS, used=COUNT, downloads_left=COUNT)
)
LICENCE = named(
    "Licence",
    members(
        id=ID,
        number=TEXT,
        request=ID,
        state=one_of(LicenceState),
        licensor=BILINGUAL,
        licensee=REFERENCE,
        use=USE,
        items=many(LICENCE_ITEM),
        downloads_left=COUNT,
        terms=BILINGUAL,
        terms_sha256=SHA256,
        granted_at=INSTANT,
        accepted_at=maybe(INSTANT),
        accepted_by=maybe(TEXT),
        state_reason=TEXT,
        actions=many(one_of(LicenceAction)),
    ),
)
LICENCE_PAGE = page(
    "LicencePage",
    named(
        "LicenceRow",
        members(
            id=ID,
            number=TEXT,
            state=one_of(LicenceState),
            licensee=BILINGUAL,
            starts_on=DATE,
            ends_on=DATE,
            items=COUNT,
            downloads_left=COUNT,
        ),
    ),
)

# ------------------------------------------------------------------------------------------- delivery and usage
MAKING = named("Making", members(state={"const": "making"}, delivery=ID, retry_after_s=COUNT))
USAGE_EVENT = named(
    "UsageEvent",
    members(
        id=ID,
        at=INSTANT,
        outcome=one_of(Outcome),
        asset=maybe(ID),
        accession_number=maybe(TEXT),
        licence=maybe(ID),
        licence_number=maybe(TEXT),
        partner=maybe(ID),
        partner_name=maybe(BILINGUAL),
        actor=maybe(ID),
        actor_name=maybe(TEXT),
        rendition=maybe(one_of(Rendition)),
        method=maybe(TEXT),
        reasons=many(TEXT),
        size_bytes=COUNT,
        log_index=maybe(COUNT),
    ),
)
USAGE_PAGE = page("UsagePage", USAGE_EVENT)
