"""The API described by itself: OpenAPI 3.1, and a page to read it on."""

from collections.abc import Callable
from typing import Any, cast

from apiflask import APIFlask, Schema
from flask import Blueprint, Response, current_app, json, render_template
from flask.typing import ResponseReturnValue
from marshmallow import fields
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from dam.accounts.doors import Guarded, door_of
from dam.api.doors import public
from dam.api.problems import MEDIA_TYPE
from dam.api.schemas import ProblemOut
from dam.api.shapes import NAMED

blueprint = Blueprint("openapi", __name__)

_BEARER = "bearer"
_DESCRIPTION = (
    "Licensed archival photographs: find, ask, accept, download, and prove. "
    "Every call takes `Authorization: Bearer TOKEN`; a token is made on the profile page. "
    "Errors are RFC 9457 problem documents; lists are keyset-paged."
)


def install(app: APIFlask) -> None:
    """Set how the API describes itself."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        INFO={
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        SERVERS=[{"url": "/"}],
        AUTO_SERVERS=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        JSON_SORT_KEYS=False,
    )
    app.security_schemes = {
        _BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the profile page, or by POST /tokens.",
        }
    }
    app.spec_processor(_with_doors(app))


@blueprint.get("/api/v1/openapi.json")
@public("The description names routes and shapes, and shows nothing that is held.")
def spec() -> ResponseReturnValue:
    """Return the description of the API."""
    app = current_app
    if not isinstance(app, APIFlask):
        raise TypeError("the application is not an APIFlask")
    return Response(json.dumps(app.spec), content_type="application/json")


@blueprint.get("/api/docs")
@public("The page shows the public description of the API.")
def documentation() -> ResponseReturnValue:
    """Show the description of the API to a reader."""
    return render_template("api/documentation.html")


Description = dict[Any, Any] | str

_UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "description": {"$ref": "#/components/schemas/Description"},
                },
            }
        }
    },
}
"""The one body that is no JSON; its stream is read part by part, so no schema may load it."""

_WITH_NAMES = {
    "type": "object",
    "required": ["document"],
    "properties": {
        "document": {"type": "object"},
        "same_as": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_ODRL = {
    "required": True,
    "content": {
        "application/ld+json": {"schema": {"type": "object"}},
        "application/json": {"schema": _WITH_NAMES},
    },
}
"""The other body no schema loads: an ODRL document, or one beside what its names mean here."""


def _with_doors(app: APIFlask) -> Callable[[Description], Description]:
    """Return what adds to every operation who may call it, and the problems it may answer."""

    def add(spec: Description) -> Description:
        if isinstance(spec, str):
            raise TypeError("the description is JSON")
        schemas = spec.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(NAMED, Problem=_problem_schema())
        for rule in app.url_map.iter_rules():
            path = spec["paths"].get(_openapi_path(rule.rule), {})
            door = door_of(app.view_functions[rule.endpoint])
            for method in (rule.methods or set()) & {name.upper() for name in path}:
                _describe(path[method.lower()], door)
                _name_converters(path[method.lower()], rule)
        spec["paths"]["/api/v1/assets"]["post"]["requestBody"] = _UPLOAD
        spec["paths"]["/api/v1/agreements/odrl"]["post"]["requestBody"] = _ODRL
        return spec

    return add


def _describe(operation: dict[str, Any], door: object) -> None:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    answer = {"description": "A problem document", "content": {MEDIA_TYPE: problem}}
    operation["responses"]["default"] = answer
    if isinstance(door, Guarded):
        operation["security"] = [{_BEARER: []}]
        operation["x-permissions"] = [permission.value for permission in door.any_of]


def _name_converters(operation: dict[str, Any], rule: Rule) -> None:
    """Say of each part of the address what the router takes there."""
    for parameter in operation.get("parameters", []):
        match rule._converters.get(parameter["name"]):  # noqa: SLF001 - Werkzeug shows them nowhere else
            case UUIDConverter():
                parameter["schema"] = {"type": "string", "format": "uuid"}
            case AnyConverter() as words:
                parameter["schema"] = {"type": "string", "enum": sorted(words.items)}
            case _:
                pass


def _openapi_path(rule: str) -> str:
    """Return `/a/{id}` for `/a/<uuid:id>`."""
    parts = (part.split(":")[-1].join("{}") if ">" in part else part for part in rule.replace("<", "\0").split("/"))
    return "/".join(part.replace("\0", "").replace(">", "") for part in parts)


def _problem_schema() -> dict[str, Any]:
    return {**_object_schema(ProblemOut()), "required": ["type", "title", "status", "detail", "code"]}


def _object_schema(schema: Schema) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _member(member) for name, member in schema.fields.items()}}


def _member(member: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(member, fields.List) and isinstance(member.inner, fields.Nested):
        return {"type": "array", "items": _object_schema(cast("Schema", member.inner.schema))}
    return {"type": "integer" if isinstance(member, fields.Integer) else "string"}
