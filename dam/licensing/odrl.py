"""A licence as an ODRL 2.2 document: an Offer until its terms are accepted, an Agreement after that.

An export; what is enforced is what the database holds. Photographs with the same conditions share their rules.
"""

from collections.abc import Iterable, Iterator, Sequence

from dam.kernel.ids import AgreementId
from dam.kernel.span import days
from dam.licensing.conditions import SettledConditions
from dam.licensing.licence import LicenceState
from dam.licensing.views import Code, LicenceItem, LicenceView
from dam.rights.odrl import (
    PUBLISHING,
    Between,
    Node,
    constraint,
    credit_duty,
    instant,
    party,
    photographs,
    policy,
    rule,
    used_in,
    within,
)
from dam.rights.odrl_terms import DOWNLOAD, PIXEL, PRINTED_COPY, Iris

MINE = "tdm:mine"
"""Text and data mining, the learning of machines included, as W3C's TDM Reservation Protocol names it."""

_ALWAYS_FORBIDDEN = ("sell", "transfer", "grantUse")
_REPORT_WITHIN = {"@value": "P30D", "@type": "xsd:duration"}
_DEAD = frozenset({LicenceState.RESERVED, LicenceState.RELEASED, LicenceState.SUSPENDED, LicenceState.REVOKED})


def licence_policy(view: LicenceView, agreements: Iterable[AgreementId], iris: Iris) -> Node:
    """Return the licence as a JSON-LD document; `agreements` are those whose rights it stands on.

    Shape: one suspended, revoked or not complete carries an unconditional prohibition, which beats its permissions.
    """
    groups = [*_groups(view, iris)]
    kind = "Offer" if view.acceptance is None else "Agreement"
    sources = [{"@id": iris.agreement(one)} for one in agreements]
    return policy(
        kind,
        iris.licence(view.licence_id),
        view.number,
        view.granted_at,
        permission=[told for group in groups for told in _permissions(view, *group)],
        prohibition=[told for group in groups for told in _prohibitions(view, *group)],
        obligation=[told for group in groups for told in _obligations(view, *group)],
        timeZone=view.use.time_zone,
        **{"dct:source": sources},
    )


def _groups(view: LicenceView, iris: Iris) -> Iterator[tuple[Between, SettledConditions]]:
    """Yield the photographs that have the same conditions, in the order of the licence."""
    alike: dict[SettledConditions, list[LicenceItem]] = {}
    for item in view.items:
        alike.setdefault(item.conditions, []).append(item)
    licensor = party(iris.organisation(view.licensor.organisation_id), view.licensor.name)
    licensee = party(iris.organisation(view.licensee.organisation_id), view.licensee.name)
    for nth, (conditions, items) in enumerate(alike.items(), start=1):
        assets = [(item.asset.asset_id, item.asset.accession_number, item.asset.title) for item in items]
        target = photographs(assets, f"{iris.licence(view.licence_id)}#photographs-{nth}", iris)
        yield Between(licensor, licensee, target), conditions


def _permissions(view: LicenceView, between: Between, conditions: SettledConditions) -> list[Node]:
    use = view.use
    bounds = [
        *within(view.term, use.time_zone),
        *used_in(_codes(use.media), _codes(use.territory), _codes(use.territory_except)),
        constraint("absoluteSize", "lteq", conditions.max_px, PIXEL),
    ]
    counts = [constraint("count", "lteq", conditions.downloads, DOWNLOAD)]
    if conditions.print_run is not None:
        counts.append(constraint("count", "lteq", conditions.print_run, PRINTED_COPY))
    duty = [credit_duty(between, conditions.credit_line)]
    return [
        rule("Permission", between, action, [*bounds, *(counts if action == "reproduce" else [])], duty=duty)
        for action in PUBLISHING
    ]


def _prohibitions(view: LicenceView, between: Between, conditions: SettledConditions) -> list[Node]:
    actions = [
        *(("derive", "modify") if conditions.no_alteration else ()),
        *_ALWAYS_FORBIDDEN,
        *((MINE,) if conditions.no_ai_training else ()),
        *(("use",) if view.state in _DEAD else ()),
    ]
    return [rule("Prohibition", between, action) for action in actions]


def _obligations(view: LicenceView, between: Between, conditions: SettledConditions) -> list[Node]:
    """Return what the licensee owes: to tell of each publication, and to delete every copy after the term."""
    if view.term.end is None:
        raise ValueError("a licence has an end")
    after = constraint("dateTime", "gteq", instant(view.term.end, view.use.time_zone))
    return [rule("Duty", between, "inform", _told_when(view, conditions)), rule("Duty", between, "delete", [after])]


def _told_when(view: LicenceView, conditions: SettledConditions) -> list[Node]:
    count = conditions.report_within_days
    duration = _REPORT_WITHIN if count is None else {"@value": f"P{count}D", "@type": "xsd:duration"}
    by = conditions.report_by
    over = None if by is None else days(by, by, view.use.time_zone).end
    last = [] if over is None else [constraint("dateTime", "lt", instant(over, view.use.time_zone))]
    return [constraint("elapsedTime", "lteq", duration), *last]


def _codes(said: Sequence[Code]) -> list[str]:
    return [code.code for code in said]
