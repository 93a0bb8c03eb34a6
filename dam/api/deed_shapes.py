"""The shapes of what the API says of deeds."""

from collections.abc import Callable

from apiflask import APIBlueprint

from dam.api.shapes import (
    COUNT,
    ID,
    INSTANT,
    JSON,
    PICTURE,
    SHA256,
    TEXT,
    Responses,
    ViewT,
    maybe,
    members,
    named,
    one_of,
    page,
)
from dam.rights.deed import DeedType

CREATED_DEED = named("CreatedDeed", members(id=ID, sha256=SHA256))
DEED = named(
    "Deed",
    members(
        id=ID,
        sha256=SHA256,
        size_bytes=COUNT,
        media_type=one_of(DeedType),
        file_name=TEXT,
        attached_at=INSTANT,
        attached_by=TEXT,
        supersedes=maybe(ID),
        superseded_by=maybe(ID),
    ),
)
DEED_PAGE = page("DeedPage", DEED)


def deed_files(blueprint: APIBlueprint) -> Callable[[ViewT], ViewT]:
    """Describe the operation that answers with a deed."""
    content: dict[str, JSON] = {kind.value: {"schema": PICTURE} for kind in DeedType}
    responses: Responses = {200: {"description": "The deed as it was attached", "content": content}}
    decorate: Callable[[ViewT], ViewT] = blueprint.doc(responses=responses)
    return decorate
