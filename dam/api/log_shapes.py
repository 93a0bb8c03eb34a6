"""What the routes of the log answer, as JSON Schema."""

from dam.api.shapes import COUNT, JSON, SHA256, many, members, named

ENTRY: JSON = named(
    "LogEntry",
    {"type": "object", "description": "The exact bytes that were logged", "required": ["v", "id", "at", "type"]},
)
INCLUSION = named("InclusionProof", members(index=COUNT, size=COUNT, leaf_hash=SHA256, hashes=many(SHA256)))
GROWTH = named("ConsistencyProof", members(**{"from": COUNT}, to=COUNT, hashes=many(SHA256)))
