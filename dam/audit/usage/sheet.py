"""The usage log as comma-separated values that no spreadsheet can mistake for formulas."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC

from dam.audit.usage.nouns import UsageEvent

COLUMNS = (
    "id",
    "at",
    "outcome",
    "rendition",
    "asset",
    "accession_number",
    "licence",
    "licence_number",
    "partner",
    "partner_name",
    "actor",
    "actor_name",
    "reasons",
    "size_bytes",
    "method",
    "log_index",
)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width signs, which some spreadsheets read as the plain ones."""


def csv_lines(events: Iterable[UsageEvent]) -> Iterator[str]:
    """Return the header and one line an event, as they come.

    Shape: RFC 4180, lines ended with CR LF; reasons joined with a space.
    Source: OWASP, CSV injection: a cell that could start a formula gets an apostrophe in front.
    """
    writer = csv.writer(_Line())  # its `writerow` returns what `write` returned: here, the line
    yield writer.writerow(COLUMNS)
    for event in events:
        yield writer.writerow([safe_cell(text) for text in _cells(event)])


def safe_cell(text: str) -> str:
    """Return the text as a cell that stays text."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


class _Line:
    """Hands every line straight back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _cells(event: UsageEvent) -> list[str]:
    return [
        str(event.event_id),
        event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        event.outcome.value,
        event.rendition or "",
        _text(event.asset),
        event.accession_number or "",
        _text(event.licence),
        event.licence_number or "",
        _text(event.partner),
        event.partner_name.en if event.partner_name else "",
        _text(event.actor),
        event.actor_name or "",
        " ".join(event.reasons),
        str(event.size_bytes),
        event.method or "",
        _text(event.log_index),
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)
