"""Columns that several queries of this room read, and how they become names."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import FromClause, RowMapping
from sqlalchemy.sql.elements import Label

from dam.database.tables.catalogue import asset
from dam.kernel.errors import Reason
from dam.kernel.ids import AssetId, OrganisationId, PersonId
from dam.kernel.text import Bilingual
from dam.licensing.codes import media_named, territory_named
from dam.licensing.conditions import SettledConditions
from dam.licensing.views import AssetRef, OrganisationRef, PersonRef, UseView

Columns: TypeAlias = list[Label[Any]]

_ASSET = ("id", "accession_number", "credit_line", "state", "width_px", "height_px")
_USE = (
    "media",
    "territory",
    "territory_except",
    "starts_on",
    "ends_on",
    "time_zone",
    "purpose",
    "publication",
    "print_run",
    "max_px",
    "exclusive",
)
_CONDITIONS = (
    "max_px",
    "downloads",
    "print_run",
    "no_alteration",
    "no_ai_training",
    "credit_line",
    "report_within_days",
    "report_by",
)


def asset_columns(table: FromClause = asset) -> Columns:
    """Return the columns of a photograph as lists show it, named `asset_…`."""
    return [
        *(table.c[name].label(f"asset_{name}") for name in _ASSET),
        table.c.description["title", "en"].astext.label("asset_title_en"),
        table.c.description["title", "zh-Hans"].astext.label("asset_title_zh"),
    ]


def asset_ref(row: RowMapping) -> AssetRef:
    """Return the photograph of a row with `asset_columns`."""
    return AssetRef(
        asset_id=AssetId(row["asset_id"]),
        accession_number=row["asset_accession_number"],
        title=Bilingual(row["asset_title_en"] or "", row["asset_title_zh"] or ""),
        credit_line=row["asset_credit_line"] or "",
        state=row["asset_state"],
        width_px=row["asset_width_px"],
        height_px=row["asset_height_px"],
    )


def organisation_columns(table: FromClause, prefix: str) -> Columns:
    """Return the columns of an organisation's name, under the prefix."""
    return [table.c[name].label(f"{prefix}_{name}") for name in ("id", "name_en", "name_zh")]


def organisation_ref(row: RowMapping, prefix: str) -> OrganisationRef:
    """Return the organisation of a row with `organisation_columns`."""
    name = Bilingual(row[f"{prefix}_name_en"], row[f"{prefix}_name_zh"])
    return OrganisationRef(OrganisationId(row[f"{prefix}_id"]), name)


def person_columns(person: FromClause, organisation: FromClause, prefix: str) -> Columns:
    """Return the columns of a person and their organisation, under the prefix."""
    own = [person.c[name].label(f"{prefix}_person_{name}") for name in ("id", "name")]
    return [*own, *organisation_columns(organisation, prefix)]


def person_ref(row: RowMapping, prefix: str) -> PersonRef:
    """Return the person of a row with `person_columns`."""
    return PersonRef(PersonId(row[f"{prefix}_person_id"]), row[f"{prefix}_person_name"], organisation_ref(row, prefix))


def use_columns(table: FromClause) -> Columns:
    """Return the columns of a use, named `use_…`."""
    return [table.c[name].label(f"use_{name}") for name in _USE]


def use_view(row: RowMapping) -> UseView:
    """Return the use of a row with `use_columns`."""
    said = {name: row[f"use_{name}"] for name in _USE}
    said["media"] = media_named(said["media"])
    said["territory"] = territory_named(said["territory"])
    said["territory_except"] = territory_named(said["territory_except"])
    return UseView(**said)


def use_values(use: UseView) -> dict[str, object]:
    """Return the use as column values."""
    values: dict[str, object] = {name: getattr(use, name) for name in _USE}
    for name in ("media", "territory", "territory_except"):
        values[name] = [code.code for code in getattr(use, name)]
    return values


def conditions_columns(table: FromClause) -> Columns:
    """Return the columns of the conditions, named `cond_…`."""
    return [table.c[name].label(f"cond_{name}") for name in _CONDITIONS]


def conditions_of(row: RowMapping) -> SettledConditions | None:
    """Return the conditions of a row with `conditions_columns`, None where an outer join found none."""
    if row["cond_max_px"] is None:
        return None
    return SettledConditions(**{name: row[f"cond_{name}"] for name in _CONDITIONS})


def conditions_values(conditions: SettledConditions) -> dict[str, object]:
    """Return the conditions as column values."""
    return {name: getattr(conditions, name) for name in _CONDITIONS}


def reasons_json(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    """Return reasons as they are kept."""
    return [
        {
            "code": reason.code,
            "en": reason.message.en,
            "zh": reason.message.zh,
            "next_en": reason.next_step.en,
            "next_zh": reason.next_step.zh,
        }
        for reason in reasons
    ]


def reasons_of(kept: Sequence[Mapping[str, str]]) -> tuple[Reason, ...]:
    """Return kept reasons."""
    return tuple(
        Reason(one["code"], Bilingual(one["en"], one["zh"]), Bilingual(one["next_en"], one["next_zh"])) for one in kept
    )
