"""The auditor's desk: every delivery and refusal, filtered, charted, exported."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.usage.asking import NAMES, parse_usage
from dam.audit.usage.nouns import Outcome, Rendition, Step, UsageFilter, UsePoint
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import EventId
from dam.kernel.text import Bilingual
from dam.web.doors import permission
from dam.web.forms import faults_by_field
from dam.web.i18n import day
from dam.web.session import the_house

blueprint = Blueprint("audit", __name__)

_DAYS_BY_DAY = 62
_DAYS_BY_WEEK = 400
OUTCOME_NAMES: Mapping[Outcome, LazyString] = {
    Outcome.DELIVERED: _l("Delivered"),
    Outcome.REFUSED: _l("Refused"),
}
RENDITION_NAMES: Mapping[Rendition, LazyString] = {
    Rendition.THUMBNAIL: _l("Thumbnail"),
    Rendition.PREVIEW: _l("Preview"),
    Rendition.COPY: _l("Licensed copy"),
}
REASON_NAMES: Mapping[str, LazyString] = {
    "alteration_barred": _l("Alteration not allowed"),
    "asset_not_ready": _l("Photograph not ready"),
    "asset_quarantined": _l("Photograph in quarantine"),
    "asset_withdrawn": _l("Photograph withdrawn"),
    "copy_failed": _l("Copy could not be made"),
    "cultural": _l("Community's wish"),
    "embargo": _l("Embargo"),
    "empty_use": _l("Use not named"),
    "exclusive_to_another": _l("Exclusive to another"),
    "facts_incomplete": _l("Rights not readable"),
    "legal": _l("Legal reasons"),
    "licence_expired": _l("Licence expired"),
    "licence_not_started": _l("Licence not begun"),
    "licence_revoked": _l("Licence revoked"),
    "licence_suspended": _l("Licence suspended"),
    "no_licence": _l("No licence"),
    "not_allowed": _l("Role does not include it"),
    "not_in_licence": _l("Not in this licence"),
    "not_visible": _l("Not visible to them"),
    "not_your_licence": _l("Another organisation's licence"),
    "other_organisation": _l("Another organisation's licence"),
    "outside_media": _l("Outside the media"),
    "outside_term": _l("Outside the term"),
    "outside_territory": _l("Outside the territory"),
    "party_inactive": _l("Account not active"),
    "print_run_exceeded": _l("Print run exceeded"),
    "privacy": _l("Privacy"),
    "quota_used": _l("Downloads used up"),
    "rights_ended": _l("Rights ended"),
    "rights_narrower": _l("Rights narrower"),
    "rights_not_recorded": _l("Rights not recorded"),
    "rights_not_started": _l("Rights not begun"),
    "sensitivity": _l("Sensitive"),
    "takedown": _l("Taken down"),
    "terms_not_accepted": _l("Terms not accepted"),
    "territory_bar": _l("Barred in the territory"),
    "twin_same": _l("Same picture as another photograph"),
    "twin_unruled": _l("Looks like another photograph, not ruled on"),
    "unknown_id": _l("No such photograph or licence"),
    "use_period_past": _l("Dates are over"),
}


@blueprint.app_template_global()
def reason_name(code: str) -> str:
    """Return a reason of the log in a few words of the page's language."""
    return str(REASON_NAMES.get(code, code))


@blueprint.get("/usage")
@permission(Permission.USAGE_READ)
def usage(actor: Actor) -> ResponseReturnValue:
    """Show who used what, when, under which licence, and what was refused."""
    try:
        wanted, before = parse_usage(_asked(), the_house().settings.zone), _before()
    except Invalid as error:
        return _page(actor, UsageFilter(), None, faults=faults_by_field(error)), 422
    return _page(actor, wanted, before)


@blueprint.get("/usage.csv")
@permission(Permission.USAGE_READ)
def usage_csv(actor: Actor) -> ResponseReturnValue:
    """Export what the page shows, all of it."""
    lines = the_house().audit.usage_csv(actor, parse_usage(_asked(), the_house().settings.zone))
    headers = {"Content-Disposition": 'attachment; filename="usage-events.csv"'}
    return Response(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _page(
    actor: Actor, wanted: UsageFilter, before: EventId | None, *, faults: Mapping[str, list[Fault]] | None = None
) -> str:
    desk, step = the_house().audit, _step(wanted)
    points = desk.use_over_time(actor, wanted, step)
    reasons = desk.refusals_by_reason(actor, wanted)
    return render_template(
        "audit/usage.html",
        page=desk.usage(actor, wanted, before),
        points=points,
        chart=json.dumps(_chart(points)),
        step=step.value,
        partners=desk.by_partner(actor, wanted),
        reasons=reasons,
        most=max((each.refused for each in reasons), default=1),
        organisations=the_house().accounts.organisations(actor),
        outcomes=[(each.value, OUTCOME_NAMES[each]) for each in Outcome],
        renditions=[(each.value, RENDITION_NAMES[each]) for each in Rendition],
        outcome_names=OUTCOME_NAMES,
        rendition_names={each.value: name for each, name in RENDITION_NAMES.items()},
        asked=_asked(),
        faults=faults,
    )


def _asked() -> dict[str, str]:
    return {name: request.args[name] for name in NAMES if request.args.get(name)}


def _before() -> EventId | None:
    cursor = request.args.get("cursor")
    try:
        return EventId(UUID(cursor)) if cursor else None
    except ValueError:
        sentence = Bilingual("This is no place in a list. Begin at the first page.", "翻页位置无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", sentence)]) from None


def _step(wanted: UsageFilter) -> Step:
    """Return bars that stay readable: days for two months, weeks for a year, months beyond."""
    if wanted.since is None:
        return Step.DAY
    width = (wanted.until or the_house().clock()) - wanted.since
    if width <= timedelta(days=_DAYS_BY_DAY):
        return Step.DAY
    return Step.WEEK if width <= timedelta(days=_DAYS_BY_WEEK) else Step.MONTH


def _chart(points: Sequence[UsePoint]) -> dict[str, object]:
    return {
        "labels": [day(point.starts_on) for point in points],
        "copies": [point.copies for point in points],
        "views": [point.views for point in points],
        "refused": [point.refused for point in points],
    }
