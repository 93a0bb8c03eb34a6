"""Holds answers against what the API says of itself."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import jsonschema_rs

Operation = tuple[str, str]


class Contract:
    """The description at `/api/v1/openapi.json`, and which operations were seen to keep it."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.kept: set[tuple[Operation, int]] = set()
        self._components = {"schemas": {name: _closed(shape) for name, shape in _schemas(description)}}
        self._operations = {
            (method.upper(), path): operation
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
            if method in {"get", "post", "patch", "put", "delete"}
        }

    @property
    def operations(self) -> set[Operation]:
        return set(self._operations)

    def operation_of(self, method: str, path: str) -> Operation | None:
        """Return the operation an address belongs to; the most literal one where several fit."""
        method = "GET" if method == "HEAD" else method
        fitting = [op for op in self._operations if op[0] == method and _pattern(op[1]).fullmatch(path)]
        return min(fitting, key=lambda op: op[1].count("{"), default=None)

    def check(self, response: httpx.Response) -> None:
        """Fail when an answer is not as described."""
        request = response.request
        operation = self.operation_of(request.method, request.url.path)
        if operation is None:
            return
        described = self._operations[operation]["responses"]
        answer = described.get(str(response.status_code), described["default"])
        where = f"{request.method} {request.url} -> {response.status_code}"
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if "content" not in answer or request.method == "HEAD":
            assert not response.content, where
        else:
            shape = _shape_for(answer["content"], media_type)
            assert shape is not None, f"{where}: {media_type} is not described"
            if media_type.endswith(("/json", "+json")):
                self._validate(shape, response.json(), where)
        if response.is_success:
            self.kept.add((operation, response.status_code))

    def _validate(self, shape: Mapping[str, Any], body: Any, where: str) -> None:
        schema = {**_closed(shape), "components": self._components}
        faults = [
            f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"
            for fault in jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(body)
        ]
        assert not faults, f"{where}\n" + "\n".join(faults) + "\n" + json.dumps(body, ensure_ascii=False)[:2000]


def _schemas(description: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(description["components"]["schemas"].items())


def _shape_for(content: Mapping[str, Any], media_type: str) -> Mapping[str, Any] | None:
    kind = f"{media_type.partition('/')[0]}/*"
    found = content.get(media_type) or content.get(kind)
    return found["schema"] if found else None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)))


def _closed(shape: Any) -> Any:
    """Return the shape with nothing allowed beside what it names; problem documents stay open."""
    if isinstance(shape, list):
        return [_closed(part) for part in shape]
    if not isinstance(shape, dict):
        return copy.copy(shape)
    closed = {key: _closed(value) for key, value in shape.items()}
    open_ended = "additionalProperties" in shape or "detail_zh" in shape.get("properties", {})
    if isinstance(shape.get("properties"), dict) and shape.get("type") == "object" and not open_ended:
        closed["additionalProperties"] = False
    return closed
