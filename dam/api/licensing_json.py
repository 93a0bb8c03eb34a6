"""Requests, offers and licences as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from dam.api.problems import reason_json
from dam.api.schemas import text_json
from dam.licensing.conditions import Conditions, SettledConditions
from dam.licensing.views import (
    Code,
    Decided,
    LicenceItem,
    LicenceRow,
    LicenceView,
    Message,
    Offer,
    OfferItem,
    RequestItem,
    RequestRow,
    RequestView,
    UseView,
)


def decided_json(decided: Decided) -> dict[str, Any]:
    """Return what a decision came to as JSON."""
    return {"state": decided.state.value, "licences": [str(licence) for licence in decided.licences]}


def request_json(view: RequestView) -> dict[str, Any]:
    """Return a request as JSON."""
    return {
        "id": str(view.request_id),
        "number": view.number,
        "state": view.state.value,
        "organisation": {"id": str(view.organisation.organisation_id), "name": text_json(view.organisation.name)},
        "requested_by": view.requested_by.name,
        "use": use_json(view.use),
        "items": [request_item_json(item) for item in view.items],
        "thread": [message_json(message) for message in view.thread],
        "actions": sorted(action.value for action in view.actions),
        "offer": offer_json(view.offer) if view.offer else None,
        "renews": {"id": str(view.renews.licence_id), "number": view.renews.number} if view.renews else None,
        "created_at": view.created_at.isoformat(),
        "updated_at": view.updated_at.isoformat(),
    }


def request_item_json(item: RequestItem) -> dict[str, Any]:
    """Return one photograph of a request as JSON."""
    return {
        "asset": str(item.asset.asset_id),
        "accession_number": item.asset.accession_number,
        "state": item.state.value,
        "verdict": item.verdict,
        "reasons": [reason_json(reason) for reason in item.reasons],
        "free_from": item.free_from.isoformat() if item.free_from else None,
        "refusal_reason": item.refusal_reason,
        "conditions": conditions_json(item.conditions) if item.conditions else None,
        "licence": str(item.licence_id) if item.licence_id else None,
    }


def request_row_json(row: RequestRow) -> dict[str, Any]:
    """Return a request of a list as JSON."""
    return {
        "id": str(row.request_id),
        "number": row.number,
        "state": row.state.value,
        "organisation": text_json(row.organisation.name),
        "purpose": row.purpose,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "items": row.item_count,
        "undecided": row.undecided_count,
        "created_at": row.created_at.isoformat(),
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    """Return a counter-offer as JSON."""
    return {
        "id": str(offer.offer_id),
        "state": offer.state.value,
        "use": use_json(offer.use),
        "differs": sorted(offer.differs),
        "conditions": _written(offer.conditions),
        "message": offer.message,
        "valid_until": offer.valid_until.isoformat(),
        "made_by": offer.made_by.name,
        "made_at": offer.made_at.isoformat(),
        "items": [offer_item_json(item) for item in offer.items],
    }


def offer_item_json(item: OfferItem) -> dict[str, Any]:
    """Return one photograph of a counter-offer as JSON."""
    return {
        "asset": str(item.asset.asset_id),
        "accession_number": item.asset.accession_number,
        "verdict": item.verdict,
        "reasons": [reason_json(reason) for reason in item.reasons],
        "free_from": item.free_from.isoformat() if item.free_from else None,
    }


def message_json(message: Message) -> dict[str, Any]:
    """Return one entry of a thread as JSON."""
    return {
        "author": message.author.name,
        "organisation": text_json(message.author.organisation.name),
        "at": message.at.isoformat(),
        "kind": message.kind,
        "text": message.text,
    }


def use_json(use: UseView) -> dict[str, Any]:
    """Return a use as JSON."""
    return {
        "media": _codes(use.media),
        "territory": _codes(use.territory),
        "territory_except": _codes(use.territory_except),
        "starts_on": use.starts_on.isoformat(),
        "ends_on": use.ends_on.isoformat(),
        "time_zone": use.time_zone,
        "purpose": use.purpose,
        "publication": use.publication,
        "print_run": use.print_run,
        "max_px": use.max_px,
        "exclusive": use.exclusive,
    }


def licence_json(view: LicenceView) -> dict[str, Any]:
    """Return a licence as JSON."""
    return {
        "id": str(view.licence_id),
        "number": view.number,
        "request": str(view.request_id),
        "state": view.state.value,
        "licensor": text_json(view.licensor.name),
        "licensee": {"id": str(view.licensee.organisation_id), "name": text_json(view.licensee.name)},
        "use": use_json(view.use),
        "items": [licence_item_json(item) for item in view.items],
        "downloads_left": view.downloads_left,
        "terms": text_json(view.terms),
        "terms_sha256": view.terms_sha256,
        "granted_at": view.granted_at.isoformat(),
        "accepted_at": view.acceptance.at.isoformat() if view.acceptance else None,
        "accepted_by": view.acceptance.person.name if view.acceptance else None,
        "state_reason": view.state_reason,
        "actions": sorted(action.value for action in view.actions),
    }


def licence_item_json(item: LicenceItem) -> dict[str, Any]:
    """Return one photograph of a licence as JSON."""
    return {
        "asset": str(item.asset.asset_id),
        "accession_number": item.asset.accession_number,
        "conditions": conditions_json(item.conditions),
        "used": item.used,
        "downloads_left": item.downloads_left,
    }


def licence_row_json(row: LicenceRow) -> dict[str, Any]:
    """Return a licence of a list as JSON."""
    return {
        "id": str(row.licence_id),
        "number": row.number,
        "state": row.state.value,
        "licensee": text_json(row.licensee.name),
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "items": row.item_count,
        "downloads_left": row.downloads_left,
    }


def conditions_json(conditions: SettledConditions) -> dict[str, Any]:
    """Return the conditions of a grant as JSON."""
    said = {name: getattr(conditions, name) for name in conditions.__slots__}
    return said | {"report_by": conditions.report_by.isoformat() if conditions.report_by else None}


def _written(conditions: Conditions) -> dict[str, Any]:
    """Return what was written of the conditions; the rest is as asked."""
    said: Mapping[str, Any] = {name: getattr(conditions, name) for name in conditions.__slots__}
    dated = {"report_by": conditions.report_by.isoformat()} if conditions.report_by else {}
    return {name: value for name, value in said.items() if value is not None} | dated


def _codes(codes: Sequence[Code]) -> list[str]:
    return [code.code for code in codes]
