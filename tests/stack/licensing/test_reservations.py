"""Places that are held: for a rights holder's consent, for a second signature, and until they lapse."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from dam.accounts.permissions import Role
from dam.database.tables.licensing import consent, licence
from dam.database.tables.rights import grant_line
from dam.kernel.errors import Conflict, ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.text import Bilingual
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.licence import LicenceState
from dam.licensing.offers import OfferDraft
from dam.licensing.request import ItemState, RequestState
from dam.licensing.views import ConsentState
from dam.rights.agreement import HolderDraft
from dam.rights.decision import Permit, decide
from dam.rights.facts import Action, Use
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set
from tests.stack.licensing.test_at_once import all_at_once


@pytest.fixture
def museum(archive):
    """The archive, its holder an organisation with a person of its own who is asked."""
    organisation = archive.organisation("holder", "Museum", "CN")
    archive.curator = archive.person(organisation, Role.RIGHTS_HOLDER)
    draft = HolderDraft(Bilingual("Museum", "博物馆"), organisation_id=organisation)
    archive.holder = archive.rights.record_holder(archive.archivist, draft)
    return archive


def grant(archive, view, *photos, by=None):
    decisions = [ItemDecision(one, Verdict.GRANT) for one in photos]
    return archive.licensing.decide(by or archive.manager, view.request_id, decisions)


def verdict(archive, photo, licence_id):
    use = Use(Action.PUBLISH, archive.daily.organisation_id, media_set(["editorial.news.web"]), territory_set(["CN"]))
    with archive.stack.database.unit() as unit:
        party = archive.daily.organisation_id
        facts = archive.rights.facts(unit, photo, party=party, at=archive.at, licence_id=licence_id)
    answer = decide(use, facts, archive.at)
    return "permit" if isinstance(answer, Permit) else {one.code for one in answer.reasons}


def accept(archive, licence_id):
    held = archive.licensing.licence(archive.daily, licence_id)
    return archive.licensing.accept(archive.daily, licence_id, held.terms_sha256)


def states(archive, request_id):
    view = archive.licensing.request(archive.manager, request_id)
    return view.state, [item.state for item in view.items]


def test_a_use_that_needs_consent_waits_for_it_and_is_then_granted(museum):
    asked_for, free = museum.photograph(), museum.photograph()
    museum.supply(asked_for, consent_required=True)
    museum.supply(free)
    view = museum.ask(museum.daily, asked_for, free)
    assert [(one.verdict, [why.code for why in one.reasons]) for one in view.items] == [
        ("on_request", ["consent_needed"]),
        ("available", []),
    ]
    done = grant(museum, view, asked_for, free)
    assert done.state is RequestState.PENDING
    assert states(museum, view.request_id)[1] == [ItemState.CONSENT_PENDING, ItemState.GRANTED]
    now, waiting = done.licences
    assert museum.licensing.licence(museum.daily, now).state is LicenceState.OFFERED
    assert museum.licensing.licence(museum.daily, waiting).state is LicenceState.RESERVED
    assert verdict(museum, asked_for, waiting) == {"licence_reserved", "consent_needed"}
    with pytest.raises(WrongState):
        accept(museum, waiting)
    (queued,) = museum.licensing.consents(museum.curator, "asked").items
    assert (queued.asset.asset_id, queued.licensee.name.en, queued.answerable) == (asked_for, "China Daily", True)
    assert museum.licensing.counts(museum.curator).consents == 1
    with pytest.raises(Conflict) as itself:
        museum.licensing.give_consent(museum.manager, queued.consent_id, "Letter of 3 March")
    assert itself.value.code == "holder_answers_itself"
    given = museum.licensing.give_consent(museum.curator, queued.consent_id)
    assert (given.state, given.on_behalf, given.answerable, given.withdrawable) == (
        ConsentState.GIVEN,
        False,
        False,
        True,
    )
    assert states(museum, view.request_id) == (RequestState.DECIDED, [ItemState.GRANTED] * 2)
    accept(museum, waiting)
    assert verdict(museum, asked_for, waiting) == "permit"
    with pytest.raises(WrongState):
        museum.licensing.refuse_consent(museum.curator, queued.consent_id, "No.")
    museum.licensing.withdraw_consent(museum.curator, queued.consent_id, "The family asks us to.")
    assert verdict(museum, asked_for, waiting) == {"consent_withdrawn"}
    assert museum.licensing.counts(museum.curator).consents == 0
    logged = museum.events(licence_id=waiting)
    assert {name for name in logged if "consent" in name} == {
        "licensing.consent.asked",
        "licensing.consent.given",
        "licensing.consent.withdrawn",
    }


def test_a_refused_consent_refuses_its_photograph_and_keeps_the_consents_that_were_given(museum):
    photos = [museum.photograph() for _ in range(2)]
    museum.supply(*photos, consent_required=True)
    view = museum.ask(museum.daily, *photos)
    (held,) = grant(museum, view, *photos).licences
    by_asset = {
        one.asset.asset_id: one.consent_id for one in museum.licensing.reservation(museum.manager, held).consents
    }
    museum.licensing.give_consent(museum.curator, by_asset[photos[0]])
    assert states(museum, view.request_id)[0] is RequestState.PENDING
    with pytest.raises(Invalid):
        museum.licensing.refuse_consent(museum.curator, by_asset[photos[1]], "  ")
    museum.licensing.refuse_consent(museum.curator, by_asset[photos[1]], "It hangs in our show.")
    assert states(museum, view.request_id) == (RequestState.IN_REVIEW, [ItemState.UNDECIDED, ItemState.REFUSED])
    assert museum.licensing.licence(museum.manager, held).state is LicenceState.RELEASED
    assert {state for state, _ in museum.line_states(held)} == {"released"}
    again = grant(museum, view, photos[0])
    assert again.state is RequestState.DECIDED
    (complete,) = again.licences
    assert museum.licensing.licence(museum.daily, complete).state is LicenceState.OFFERED
    accept(museum, complete)
    assert verdict(museum, photos[0], complete) == "permit"
    item = museum.licensing.request(museum.daily, view.request_id).items[1]
    assert "It hangs in our show." in item.refusal_reason


def test_another_holder_is_told_of_nothing_and_a_holder_without_people_is_spoken_for(museum):
    stranger = museum.person(museum.organisation("holder", "Other Museum", "CN"), Role.RIGHTS_HOLDER)
    museum.holder = museum.rights.record_holder(museum.archivist, HolderDraft(Bilingual("Estate", "后人")))
    photo = museum.photograph()
    museum.supply(photo, consent_required=True)
    view = museum.ask(museum.daily, photo)
    (held,) = grant(museum, view, photo).licences
    (asked,) = museum.licensing.reservation(museum.manager, held).consents
    for outsider in (stranger, museum.curator):
        assert asked.consent_id not in {one.consent_id for one in museum.licensing.consents(outsider).items}
        with pytest.raises(NotFound):
            museum.licensing.give_consent(outsider, asked.consent_id)
    for role in (museum.daily, museum.archivist, museum.auditor):
        with pytest.raises(NotAllowed):
            museum.licensing.give_consent(role, asked.consent_id)
    with pytest.raises(Invalid):
        museum.licensing.give_consent(museum.manager, asked.consent_id)
    spoken = museum.licensing.give_consent(museum.manager, asked.consent_id, "Letter of 3 March 2026, file 7")
    assert (spoken.on_behalf, spoken.words) == (True, "Letter of 3 March 2026, file 7")
    assert museum.licensing.licence(museum.daily, held).state is LicenceState.OFFERED


def test_an_exclusive_licence_needs_two_people(archive):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo, exclusive=True)
    rival = archive.ask(archive.herald, photo)
    done = grant(archive, view, photo)
    (held,) = done.licences
    assert (done.state, states(archive, view.request_id)[1]) == (RequestState.PENDING, [ItemState.RESERVED])
    with pytest.raises(ExclusivityConflict):
        grant(archive, rival, photo)
    with pytest.raises(Conflict) as alone:
        archive.licensing.sign(archive.manager, held)
    assert alone.value.code == "second_signer_needed"
    assert alone.value.extra["other_signers"] >= 1
    with pytest.raises(NotAllowed):
        archive.licensing.sign(archive.daily, held)
    assert verdict(archive, photo, held) == {"licence_reserved"}
    told = archive.licensing.reservation(archive.second_manager, held)
    assert (told.may_sign, told.needs_signature) == (True, True)
    archive.licensing.sign(archive.second_manager, held)
    signed = archive.licensing.licence(archive.daily, held)
    assert signed.state is LicenceState.OFFERED
    assert "This licence is exclusive" in signed.terms.en
    assert states(archive, view.request_id) == (RequestState.DECIDED, [ItemState.GRANTED])
    assert archive.licensing.reservation(archive.daily, held).signed_by.person_id == archive.second_manager.person_id
    accept(archive, held)
    assert verdict(archive, photo, held) == "permit"
    with pytest.raises(WrongState):
        archive.licensing.sign(archive.second_manager, held)
    with pytest.raises(ExclusivityConflict):
        grant(archive, rival, photo)


def test_a_refused_signature_releases_the_place(archive):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo, exclusive=True)
    rival = archive.ask(archive.herald, photo)
    (held,) = grant(archive, view, photo).licences
    with pytest.raises(Invalid):
        archive.licensing.release(archive.second_manager, held, "")
    archive.licensing.release(archive.second_manager, held, "Not for a whole year.")
    assert states(archive, view.request_id) == (RequestState.IN_REVIEW, [ItemState.UNDECIDED])
    assert archive.licensing.licence(archive.daily, held).state_reason == "Not for a whole year."
    assert verdict(archive, photo, held) == {"licence_released"}
    grant(archive, rival, photo)
    with pytest.raises(ExclusivityConflict):
        grant(archive, view, photo)


def test_a_place_that_nobody_completes_lapses_by_the_clock(archive):
    photos = [archive.photograph(), archive.photograph()]
    archive.supply(*photos)
    view = archive.ask(archive.daily, *photos, exclusive=True)
    rival = archive.ask(archive.herald, photos[0])
    held = grant(archive, view, *photos).licences[0]
    archive.later(days=14, microseconds=-1)
    with pytest.raises(ExclusivityConflict):
        grant(archive, rival, photos[0])
    archive.later(microseconds=1)
    assert archive.licensing.licence(archive.daily, held).state is LicenceState.RELEASED
    with pytest.raises(Conflict) as late:
        archive.licensing.sign(archive.second_manager, held)
    assert late.value.code == "reservation_lapsed"
    assert archive.licensing.licence(archive.daily, held).state is LicenceState.RELEASED
    grant(archive, rival, photos[0])
    assert archive.licensing.sweep_reservations() >= 1
    assert {state for state, _ in archive.line_states(held)} == {"released"}
    assert states(archive, view.request_id) == (RequestState.IN_REVIEW, [ItemState.UNDECIDED] * 2)
    assert archive.events(licence_id=held).count("licensing.licence.released") == 1
    assert archive.licensing.sweep_reservations() == 0


def test_consent_and_signature_together_and_a_withdrawn_request(museum):
    photo = museum.photograph()
    museum.supply(photo, consent_required=True)
    view = museum.ask(museum.daily, photo)
    draft = OfferDraft(replace(museum.draft(), exclusive=True), message="Exclusive, then.")
    offer = museum.licensing.counter(museum.manager, view.request_id, draft).offer
    done = museum.licensing.accept_offer(museum.daily, view.request_id, offer.offer_id)
    (held,) = done.licences
    assert done.state is RequestState.PENDING
    with pytest.raises(Conflict) as awaited:
        museum.licensing.sign(museum.second_manager, held)
    assert awaited.value.code == "consents_awaited"
    (asked,) = museum.licensing.consents(museum.curator, "asked").items
    museum.licensing.give_consent(museum.curator, asked.consent_id)
    assert states(museum, view.request_id) == (RequestState.PENDING, [ItemState.RESERVED])
    museum.licensing.withdraw(museum.daily, view.request_id)
    assert museum.licensing.licence(museum.manager, held).state is LicenceState.RELEASED
    with pytest.raises(WrongState):
        museum.licensing.sign(museum.second_manager, held)


def test_no_consent_or_signature_can_be_removed_or_forged(museum):
    """D20: even for the owner of the tables; and nothing exclusive is offered past the second person."""
    photo = museum.photograph()
    museum.supply(photo, consent_required=True)
    view = museum.ask(museum.daily, photo, exclusive=True)
    (held,) = grant(museum, view, photo).licences
    for statement in (
        "DELETE FROM consent",
        "TRUNCATE licence_signature",
        f"UPDATE licence SET state = 'offered' WHERE id = '{held}'",
        f"UPDATE licence SET state = 'active' WHERE id = '{held}'",
        f"UPDATE licence SET reserved_until = NULL WHERE id = '{held}'",
        f"UPDATE consent SET state = 'withdrawn' WHERE licence_id = '{held}'",
        f"UPDATE grant_line SET reserved_until = NULL WHERE licence_id = '{held}'",
    ):
        with pytest.raises(DBAPIError), museum.stack.owner.unit() as unit:
            unit.connection.execute(text(statement))
    with museum.stack.owner.unit() as unit:
        unit.connection.execute(
            text(f"UPDATE consent SET state='given', answered_by=asked_by, answered_at=now() WHERE licence_id='{held}'")
        )
    for signer in (None, museum.manager):
        with pytest.raises(DBAPIError), museum.stack.owner.unit() as unit:
            if signer:
                values = {"l": held, "p": signer.person_id}
                unit.connection.execute(text("INSERT INTO licence_signature VALUES (:l, :p, now())"), values)
            unit.connection.execute(text(f"UPDATE licence SET state = 'offered' WHERE id = '{held}'"))
    assert museum.count(consent, consent.c.licence_id == held) == 1


@pytest.mark.parametrize("round_number", range(4))
def test_signed_and_refused_at_once_is_one_of_them(archive, round_number):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo, exclusive=True)
    (held,) = grant(archive, view, photo).licences
    outcomes = all_at_once(
        lambda: archive.licensing.sign(archive.second_manager, held),
        lambda: archive.licensing.release(archive.manager, held, "Taken back."),
    )
    lost = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in lost] == [WrongState]
    state = archive.licensing.licence(archive.manager, held).state
    assert state is (LicenceState.OFFERED if outcomes[0] is None else LicenceState.RELEASED)
    assert archive.line_states(held) == [(state.value, False)]


@pytest.mark.parametrize("round_number", range(3))
def test_a_lapsed_place_is_signed_or_taken_never_both(archive, round_number):
    """At the very end of the hold: two rivals and the sweep, and the place has at most one exclusive owner."""
    photo = archive.photograph()
    archive.supply(photo)
    view, rival = archive.ask(archive.daily, photo, exclusive=True), archive.ask(archive.herald, photo, exclusive=True)
    (held,) = grant(archive, view, photo).licences
    archive.later(days=14)
    all_at_once(
        lambda: grant(archive, rival, photo, by=archive.second_manager),
        archive.licensing.sweep_reservations,
        lambda: archive.licensing.sign(archive.second_manager, held),
    )
    with archive.stack.owner.unit() as unit:
        live = select(func.count()).where(
            grant_line.c.asset_id == photo, grant_line.c.licence_id.is_not(None), grant_line.c.live
        )
        assert unit.connection.execute(live).scalar_one() == 1
    assert archive.licensing.licence(archive.manager, held).state is LicenceState.RELEASED


def test_a_reservation_always_has_an_end(archive):
    """D19."""
    photo = archive.photograph()
    archive.supply(photo, ends_on=date(2026, 12, 31))
    (held,) = grant(archive, archive.ask(archive.daily, photo, exclusive=True), photo).licences
    told = archive.licensing.reservation(archive.manager, held)
    assert told.until == archive.at + timedelta(days=14)
    assert archive.count(licence, licence.c.id == held, licence.c.reserved_until.is_not(None)) == 1
