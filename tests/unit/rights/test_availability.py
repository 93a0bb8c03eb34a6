"""What a photograph says about a use before anybody asks. D9, D10, D11, D18."""

from dataclasses import replace
from datetime import date

import pytest

from dam.kernel.span import Span, days
from dam.rights.decision import Facts, Verdict, availability
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set
from tests.unit.rights.cases import (
    BOOK,
    DAILY,
    END,
    LONG,
    NEWS,
    NOON,
    RIVAL,
    RIVALS,
    SHANGHAI,
    WORLD,
    YEAR,
    bar,
    exclusive,
    facts,
    right,
    twin,
    use,
)

AUTUMN = days(date(2026, 9, 1), date(2026, 10, 31), SHANGHAI)
SUMMER = days(date(2026, 7, 1), date(2026, 8, 31), SHANGHAI)
CLEAR = facts(lines=(), exclusives=())
GRANTED = facts(lines=(), rights_in=(right(grantee=DAILY, exclusive=True, media=NEWS, span=YEAR),))
FOR_THE_WORLD = replace(RIVALS, territory=WORLD)

# fmt: off
ROWS = [
    ("the archive may license it", RIVALS, CLEAR, "available", "", None),
    ("its own exclusive supply", use(), GRANTED, "available", "", None),
    ("another's exclusive", RIVALS, facts(lines=()), "exclusive", "exclusive_to_another", date(2026, 8, 1)),
    ("dates that touch another's exclusive", replace(RIVALS, span=SUMMER), facts(lines=()), "exclusive", "exclusive_to_another", date(2026, 8, 1)),  # noqa: E501
    ("dates after another's exclusive", replace(RIVALS, span=AUTUMN), facts(lines=()), "available", "", None),
    ("a book beside a news exclusive", replace(RIVALS, media=BOOK), facts(lines=()), "available", "", None),
    ("nothing recorded (D10)", RIVALS, Facts(True, "ready", True, True), "on_request", "rights_not_recorded", None),
    ("the right is somebody else's", replace(RIVALS, media=BOOK), GRANTED, "on_request", "rights_not_recorded", None),
    ("both: exclusive and no right", RIVALS, GRANTED, "exclusive", "exclusive_to_another rights_not_recorded", date(2026, 8, 1)),  # noqa: E501
    ("a right that is narrower", replace(RIVALS, media=media_set(["editorial"])), facts(lines=(), exclusives=(), rights_in=(right(media=NEWS),)), "on_request", "rights_narrower", None),  # noqa: E501
    ("a right that begins with the use", replace(RIVALS, span=AUTUMN), facts(lines=(), exclusives=(), rights_in=(right(span=AUTUMN),)), "available", "", None),  # noqa: E501
    ("a right that begins later", RIVALS, facts(lines=(), exclusives=(), rights_in=(right(span=AUTUMN),)), "on_request", "rights_not_started", None),  # noqa: E501
    ("withdrawn", RIVALS, replace(CLEAR, asset_state="withdrawn"), "never", "asset_withdrawn", None),
    ("quarantined", RIVALS, replace(CLEAR, asset_state="quarantined"), "never", "asset_quarantined", None),
    ("still being prepared", RIVALS, replace(CLEAR, asset_state="received"), "on_request", "asset_not_ready", None),
    ("taken down the world over", RIVALS, replace(CLEAR, restrictions=(bar("takedown"),)), "never", "takedown", date(2030, 1, 1)),  # noqa: E501
    ("taken down now, asked for later", replace(RIVALS, span=AUTUMN), replace(CLEAR, restrictions=(bar("takedown", span=Span(LONG.start, END)),)), "never", "takedown", date(2026, 8, 1)),  # noqa: E501
    ("under embargo", RIVALS, replace(CLEAR, restrictions=(bar("embargo", ["CN"], Span(LONG.start, END)),)), "never", "embargo", date(2026, 8, 1)),  # noqa: E501
    ("dates after the embargo", replace(RIVALS, span=AUTUMN), replace(CLEAR, restrictions=(bar("embargo", ["CN"], Span(LONG.start, END)),)), "available", "", None),  # noqa: E501
    ("barred in a part of the territory", FOR_THE_WORLD, replace(CLEAR, restrictions=(bar("territory_bar", ["JP"]),)), "on_request", "territory_bar", date(2030, 1, 1)),  # noqa: E501
    ("barred in just this territory", replace(RIVALS, territory=territory_set(["JP"])), replace(CLEAR, restrictions=(bar("territory_bar", ["JP"]),)), "never", "territory_bar", date(2030, 1, 1)),  # noqa: E501
    ("a right that needs consent", RIVALS, facts(lines=(), exclusives=(), rights_in=(right(consent_required=True),)), "on_request", "consent_needed", None),  # noqa: E501
    ("beside one that needs none", RIVALS, facts(lines=(), exclusives=(), rights_in=(right(consent_required=True), right())), "available", "", None),  # noqa: E501
    ("a narrower right that needs consent", RIVALS, facts(lines=(), exclusives=(), rights_in=(right(consent_required=True, media=BOOK),)), "on_request", "rights_narrower", None),  # noqa: E501
    ("a claim nobody has ruled on", RIVALS, replace(CLEAR, unconfirmed_claim=True), "on_request", "claim_unconfirmed", None),  # noqa: E501
    ("a claim and no right recorded", RIVALS, Facts(True, "ready", True, True, unconfirmed_claim=True), "on_request", "claim_unconfirmed rights_not_recorded", None),  # noqa: E501
    ("a claim beside another's exclusive", RIVALS, facts(lines=(), unconfirmed_claim=True), "exclusive", "claim_unconfirmed exclusive_to_another", date(2026, 8, 1)),  # noqa: E501
    ("a claim about what is withdrawn", RIVALS, replace(CLEAR, asset_state="withdrawn", unconfirmed_claim=True), "never", "asset_withdrawn claim_unconfirmed", None),  # noqa: E501
    ("an organisation that is closed", RIVALS, replace(CLEAR, party_active=False), "never", "party_inactive", None),
    ("facts that could not be read", RIVALS, replace(CLEAR, complete=False), "never", "facts_incomplete", None),
    ("the worst verdict wins, every reason is told", RIVALS, facts(lines=(), restrictions=(bar("legal"),)), "never", "legal exclusive_to_another", date(2030, 1, 1)),  # noqa: E501
    ("a twin with the same rights", RIVALS, replace(CLEAR, twins=(twin(),)), "available", "", None),
    ("a twin without rights holds it back", RIVALS, replace(CLEAR, twins=(twin(rights_in=()),)), "on_request", "twin_unruled rights_not_recorded", None),  # noqa: E501
    ("a twin whose right is narrower", RIVALS, replace(CLEAR, twins=(twin(rights_in=(right(media=BOOK),)),)), "on_request", "twin_unruled rights_narrower", None),  # noqa: E501
    ("a twin with a claim nobody has ruled on", RIVALS, replace(CLEAR, twins=(twin(unconfirmed_claim=True),)), "on_request", "twin_unruled claim_unconfirmed", None),  # noqa: E501
    ("a twin exclusive to another", RIVALS, replace(CLEAR, twins=(twin(exclusives=(exclusive(),)),)), "exclusive", "twin_unruled exclusive_to_another", date(2026, 8, 1)),  # noqa: E501
    ("a twin under embargo", RIVALS, replace(CLEAR, twins=(twin(unruled=False, restrictions=(bar("embargo", ["CN"], Span(LONG.start, END)),)),)), "never", "twin_same embargo", date(2026, 8, 1)),  # noqa: E501
    ("dates after the twin's embargo", replace(RIVALS, span=AUTUMN), replace(CLEAR, twins=(twin(restrictions=(bar("embargo", ["CN"], Span(LONG.start, END)),)),)), "available", "", None),  # noqa: E501
    ("a twin hidden from everybody now, asked for later", replace(RIVALS, span=AUTUMN), replace(CLEAR, twins=(twin(restrictions=(bar("takedown", span=Span(LONG.start, END)),)),)), "never", "twin_unruled takedown", date(2026, 8, 1)),  # noqa: E501
    ("a spare copy, the same, withdrawn without rights", RIVALS, replace(CLEAR, twins=(twin(unruled=False, asset_state="withdrawn", rights_in=()),)), "available", "", None),  # noqa: E501
    ("the twin's holder must consent", RIVALS, replace(CLEAR, twins=(twin(rights_in=(right(consent_required=True),)),)), "on_request", "twin_unruled consent_needed", None),  # noqa: E501
    ("two exclusives: free when both are over", RIVALS, facts(lines=(), exclusives=(exclusive(), exclusive(span=Span(YEAR.start, AUTUMN.end)))), "exclusive", "exclusive_to_another exclusive_to_another", date(2026, 11, 1)),  # noqa: E501
]
# fmt: on


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row(row) -> None:
    _, asked, known, verdict, codes, free_from = row
    found = availability(asked, known, NOON)
    assert found.verdict is Verdict(verdict)
    assert [reason.code for reason in found.reasons] == codes.split()
    assert found.free_from == free_from


def test_a_licence_already_held_makes_nothing_available() -> None:
    """Availability is about what could be licensed; D2: a permission never hides a bar."""
    assert availability(use(party=RIVAL), facts(), NOON).verdict is Verdict.EXCLUSIVE
