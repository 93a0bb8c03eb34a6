"""Marked renditions through the gate: who sees them, when, and what is logged."""

import pytest

from dam.database.tables.rights import rights_holder
from dam.delivery.asks import Method
from dam.delivery.ranges import Answer
from dam.kernel.errors import NotAllowed, NotFound, NotLicensed
from dam.kernel.ids import new_id

KINDS = ["thumbnail", "preview"]
STATES = ["received", "processing", "quarantined", "withdrawn"]
VIEWERS = ["archivist", "manager", "auditor", "partner", "rival", "holder"]


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_ready_photograph_is_shown_marked_and_logged_once(world, photo, who, kind):
    shown = world.view(who, photo, kind)
    assert world.read(shown) == photo.renditions[kind]
    logged = world.events(asset=photo.asset_id)
    assert [entry["type"] for entry in logged] == ["delivery.rendition.viewed"]
    assert logged[0]["rend"] == kind
    assert logged[0]["bytes"] == len(photo.renditions[kind])
    assert logged[0]["actor"] == str(world.people[who].person_id)


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", list(Method))
def test_no_rendition_of_any_state_but_ready_is_shown_to_anybody(world, who, kind, state, method):
    """D11, D15: every rendition x every state x every role, GET and HEAD: refused with a reason, and logged."""
    photo = world.photograph(state=state)
    with pytest.raises(NotLicensed) as refused:
        world.view(who, photo, kind, method=method)
    assert codes(refused)[0].startswith("asset_")
    assert [entry["type"] for entry in world.events(asset=photo.asset_id)] == ["delivery.rendition.refused"]


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_restriction_placed_after_the_link_was_known_refuses_it(world, photo, who, kind):
    """D5, D11: what was shown a moment ago is refused to everybody, archivist included, from the next ask."""
    world.read(world.view(who, photo, kind))
    world.restrict(photo)
    with pytest.raises(NotLicensed) as refused:
        world.view(who, photo, kind)
    assert codes(refused) == ["takedown"]


def test_a_role_without_the_permission_is_refused_and_logged(world, photo):
    with pytest.raises(NotAllowed):
        world.view("administrator", photo)
    (logged,) = world.events(asset=photo.asset_id)
    assert (logged["type"], logged["why"]) == ("delivery.rendition.refused", ["not_allowed"])


def test_an_unknown_photograph_is_not_found_and_logged(world, photo):
    """D9: an identifier nobody issued has its own answer."""
    photo.asset_id = new_id()
    with pytest.raises(NotFound):
        world.view("partner", photo)
    assert world.events(asset=photo.asset_id)[0]["why"] == ["unknown_id"]


def test_people_of_a_rights_holder_see_only_their_own_photographs(world):
    other = world.add(
        rights_holder,
        id=new_id(),
        number=world.next_number() + 100,
        name_en="Another museum",
        recorded_by=world.people["manager"].person_id,
        recorded_at=world.NOON,
    )
    photo = world.photograph(holder=other)
    with pytest.raises(NotLicensed) as refused:
        world.view("holder", photo)
    assert codes(refused) == ["not_visible"]
    assert world.read(world.view("partner", photo))


def test_every_answer_forbids_caching_and_a_conditional_one_is_decided_first(world, photo):
    """D25, D9: `private, no-store`; 304 only after a permit, and never after a restriction."""
    first = world.view("partner", photo)
    world.read(first)
    assert first.headers["Cache-Control"] == "private, no-store"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    etag = first.headers["ETag"]
    unchanged = world.view("partner", photo, if_none_match=etag)
    assert unchanged.answer is Answer.UNCHANGED
    assert not unchanged.stream
    assert world.events(asset=photo.asset_id)[-1]["bytes"] == 0
    world.restrict(photo)
    with pytest.raises(NotLicensed):
        world.view("partner", photo, if_none_match=etag)


def test_head_has_every_header_and_no_byte(world, photo):
    """D26: a HEAD is logged as one, with no bytes."""
    head = world.view("partner", photo, method=Method.HEAD)
    assert not head.stream
    assert head.headers["Content-Length"] == str(len(photo.renditions["preview"]))
    (logged,) = world.events(asset=photo.asset_id)
    assert (logged["bytes"], logged["more"]["method"]) == (0, "HEAD")


def test_no_header_names_the_store(world, photo):
    """D1, D31: neither a key nor an address of the store reaches a person."""
    shown = world.view("partner", photo)
    world.read(shown)
    told = " ".join(f"{name}: {value}" for name, value in shown.headers.items())
    assert str(photo.asset_id) not in told
    assert world.stack.settings.s3_endpoint not in told
    assert "X-Amz" not in told
