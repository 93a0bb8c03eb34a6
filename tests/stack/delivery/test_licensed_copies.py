"""Licensed copies: each refusal its own answer, made once, fetched again, charged once, stamped, deleted."""

import io
import subprocess
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select, text

from dam.audit import verify
from dam.database.tables.catalogue import asset
from dam.database.tables.jobs import job
from dam.database.tables.rights import grant_line
from dam.delivery.asks import Method
from dam.delivery.delivered import DeliveryState, Preparing
from dam.delivery.ranges import Answer
from dam.delivery.reasons import CopyFailed
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.kernel.errors import LogFault, NotAllowed, NotFound, NotLicensed
from dam.kernel.ids import new_id

SECOND = timedelta(seconds=1)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def refusal(world, licence_id, photo, partner=None):
    with pytest.raises(NotLicensed) as refused:
        world.fetch(licence_id, photo, partner)
    for reason in refused.value.reasons:
        assert all((reason.message.en, reason.message.zh, reason.next_step.en, reason.next_step.zh))
    logged = world.events(asset=photo.asset_id, licence=licence_id)[-1]
    assert logged["type"] == "delivery.copy.refused"
    assert logged["why"] == codes(refused)
    assert world.deliveries(licence_id) == []
    assert world.used(licence_id) == 0
    return codes(refused)


# ---- the way that is permitted


def test_the_first_ask_prepares_and_later_ones_are_sent_the_same_copy(world, photo):
    licence_id = world.licence(photo)
    first = world.fetch(licence_id, photo)
    assert isinstance(first, Preparing)
    assert isinstance(world.fetch(licence_id, photo), Preparing)
    world.work()
    copies = {world.read(world.fetch(licence_id, photo, partner)) for partner in (None, world.people["colleague"])}
    assert len(copies) == 1
    image = Image.open(io.BytesIO(copies.pop()))
    assert image.size == (600, 400)
    assert world.used(licence_id) == 1
    kinds = [entry["type"] for entry in world.events(licence=licence_id)]
    assert kinds == [f"delivery.copy.{step}" for step in ("started", "made", "delivered", "delivered")]


def test_the_copy_carries_our_stamp_and_nothing_of_the_original(world, photo):
    """D6: whatever the ask says, the bytes that leave are the stamped ones."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    sent = world.read(world.fetch(licence_id, photo))
    number = world.one(select(grant_line.c.number).where(grant_line.c.licence_id == licence_id))
    assert sent.count(b"Exif\x00\x00") == 1
    assert number.encode() in sent
    assert b"OTHER PEOPLE'S RIGHTS" not in sent
    assert b"chinadaily.com.cn" in sent


@pytest.mark.exiftool
def test_exiftool_reads_the_same_rights_in_exif_iptc_and_xmp(world, photo, tmp_path):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    file = tmp_path / "copy.jpg"
    file.write_bytes(world.read(world.fetch(licence_id, photo)))
    number = world.one(select(grant_line.c.number).where(grant_line.c.licence_id == licence_id))
    told = subprocess.run(["exiftool", "-a", "-G1", "-s", str(file)], capture_output=True, text=True, check=True).stdout
    lines = told.splitlines()
    for group in ("ExifIFD", "IPTC", "XMP-plus"):
        assert any(line.startswith(f"[{group}]") and number in line for line in lines), told
    for group in ("ExifIFD", "IPTC", "XMP-photoshop"):
        assert any(line.startswith(f"[{group}]") and "exclusively provided to chinadaily" in line for line in lines), (
            told
        )
    assert not [line for line in lines if "ThumbnailImage" in line or "GPS" in line or line.startswith("[IFD1]")]
    warnings = [line for line in lines if "Warning" in line]
    assert warnings == []


def test_the_name_of_the_file_is_safe_and_readable(world, photo):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    sent = world.fetch(licence_id, photo)
    world.read(sent)
    header = sent.headers["Content-Disposition"]
    assert header.startswith("attachment; filename=")
    assert not {"\r", "\n"} & set(header)
    assert header.count('"') == 2


def test_every_download_answers_with_a_signed_receipt_of_its_own_event(world, photo):
    """D8, D28: whoever has the file has the proof that its download was written down, and word for word what."""
    licence_id, key = world.licence(photo), verify.Key(world.receipts.signer.verifier.text)
    world.made_copy(licence_id, photo)
    for named in ({}, {"range_header": "bytes=0-9"}, {"method": Method.HEAD}):
        sent = world.fetch(licence_id, photo, **named)
        receipt = verify.Receipt(sent.headers["X-Imprimatur-Receipt"])
        assert key.open(receipt.note)
        query = text("SELECT entry FROM au.event WHERE event_id = :id AND type = 'delivery.copy.delivered'")
        with world.stack.owner.unit() as unit:
            entry = bytes(unit.connection.execute(query, {"id": receipt.event}).scalar_one())
        assert verify.leaf_hash(entry) == receipt.leaf
        if sent.stream is not None:
            world.read(sent)


@pytest.mark.parametrize(
    ("span", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-7", -7, None)]
)
def test_a_range_is_served_logged_with_its_bytes_and_never_charged(world, photo, span, start, end):
    """D26: a range cannot hide a download, and resuming does not cost another."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    whole = world.read(world.fetch(licence_id, photo))
    part = world.fetch(licence_id, photo, range_header=span)
    data = world.read(part)
    assert part.answer is Answer.PART
    assert data == whole[start:end]
    logged = world.events(licence=licence_id)[-1]
    assert (logged["type"], logged["bytes"]) == ("delivery.copy.delivered", len(data))
    assert world.used(licence_id) == 1


def test_an_unsatisfiable_range_and_a_head_send_no_byte_and_are_logged(world, photo):
    """D26."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    beyond = world.fetch(licence_id, photo, range_header="bytes=99999999-")
    head = world.fetch(licence_id, photo, method=Method.HEAD)
    assert (beyond.answer, head.answer) == (Answer.UNSATISFIABLE, Answer.WHOLE)
    assert not beyond.stream
    assert not head.stream
    assert [entry["bytes"] for entry in world.events(licence=licence_id)[-2:]] == [0, 0]


def test_a_resume_after_the_copy_was_made_anew_gets_the_whole(world, photo):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    sent = world.fetch(licence_id, photo, range_header="bytes=0-9", if_range='"another"')
    assert sent.answer is Answer.WHOLE
    world.read(sent)


def test_fifty_at_once_make_one_delivery_and_one_charge(world, photo):
    """D26: one charge however many ask at the same moment; the quota is exact."""
    licence_id = world.licence(photo, cap=1)
    ready = threading.Barrier(50)

    def ask(_: int):
        ready.wait()
        return world.fetch(licence_id, photo)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    assert {type(answer) for answer in answers} == {Preparing}
    assert len({answer.delivery_id for answer in answers}) == 1
    assert len(world.deliveries(licence_id)) == 1
    assert world.used(licence_id) == 1
    assert len(world.rows(select(job.c.id).where(job.c.subject_id == answers[0].delivery_id))) == 1
    assert [entry["type"] for entry in world.events(licence=licence_id)] == ["delivery.copy.started"]


# ---- each refusal its own answer


def test_another_organisations_licence(world, photo):
    """D9: a second organisation gets 403, with the reason, and it is logged."""
    licence_id = world.licence(photo)
    assert refusal(world, licence_id, photo, world.people["rival"]) == ["not_your_licence"]


@pytest.mark.parametrize("who", ["archivist", "manager", "auditor", "administrator", "holder"])
def test_a_role_without_the_permission(world, photo, who):
    licence_id = world.licence(photo)
    with pytest.raises(NotAllowed):
        world.fetch(licence_id, photo, world.people[who])
    assert world.events(licence=licence_id)[-1]["why"] == ["not_allowed"]


def test_unknown_identifiers(world, photo):
    licence_id, nobody = world.licence(photo), new_id()
    with pytest.raises(NotFound):
        world.fetch(nobody, photo)
    assert world.events(licence=nobody)[-1]["why"] == ["unknown_id"]
    photo.asset_id = new_id()
    with pytest.raises(NotFound):
        world.fetch(licence_id, photo)
    assert world.events(asset=photo.asset_id)[-1]["why"] == ["unknown_id"]


def test_a_photograph_the_licence_does_not_cover(world, photo):
    licence_id, other = world.licence(photo), world.photograph()
    world.agreement(other)
    assert refusal(world, licence_id, other) == ["not_in_licence"]


@pytest.mark.parametrize("state", ["revoked", "suspended"])
def test_a_licence_that_was_taken_back(world, photo, state):
    licence_id = world.licence(photo)
    world.revoke(licence_id, state)
    assert refusal(world, licence_id, photo) == [f"licence_{state}"]


def test_terms_that_nobody_accepted(world, photo):
    """D7: acceptance is a row of ours; nothing in the ask can stand in for it."""
    licence_id = world.licence(photo, accepted=False, state="offered")
    assert refusal(world, licence_id, photo) == ["terms_not_accepted"]


def test_no_rights_recorded_is_a_refusal(world):
    """D10: nothing recorded means nothing allowed."""
    bare = world.photograph()
    licence_id = world.licence(bare)
    assert refusal(world, licence_id, bare) == ["rights_not_recorded"]


@pytest.mark.parametrize("state", ["received", "processing", "quarantined", "withdrawn"])
def test_a_photograph_that_is_not_ready(world, state):
    """D15: every state of the photograph x the copy route."""
    photo = world.photograph(state=state)
    world.agreement(photo)
    licence_id = world.licence(photo)
    assert refusal(world, licence_id, photo)[0].startswith("asset_")


def test_a_restriction_anywhere_in_what_the_licence_covers(world, photo):
    """D5: a takedown in one country bars the file, for the file can be published there."""
    licence_id = world.licence(photo)
    world.restrict(photo, "JP")
    assert refusal(world, licence_id, photo) == ["takedown"]


def test_over_quota(world, photo):
    licence_id = world.licence(photo, cap=1)
    world.made_copy(licence_id, photo)
    world.read(world.fetch(licence_id, photo))
    world.at += timedelta(hours=25)
    with pytest.raises(NotLicensed) as refused:
        world.fetch(licence_id, photo)
    assert codes(refused) == ["quota_used"]
    assert len(world.deliveries(licence_id)) == 1


def test_every_type_of_original_stands_under_the_same_rule(world, photo):
    """D14: no media type is exempt."""
    licence_id = world.licence(photo)
    world.revoke(licence_id)
    for media_type in ("image/tiff", "image/png", "application/pdf"):
        world.change(asset, photo.asset_id, media_type=media_type)
        assert refusal(world, licence_id, photo) == ["licence_revoked"]


# ---- time


@pytest.mark.parametrize(
    ("edge", "before", "after"),
    [("start", "licence_not_started", None), ("end", None, "licence_expired")],
)
def test_the_edges_of_the_term_to_the_second(world, photo, edge, before, after):
    """D16, D17: days of Beijing as instants, exact to the second, and no job has to run for it."""
    licence_id = world.licence(photo)
    at = getattr(world.TERM, edge)
    for moment, expected in ((at - SECOND, before), (at, after), (at + SECOND, after)):
        world.at = moment
        if expected is None:
            assert isinstance(world.fetch(licence_id, photo), Preparing)
        else:
            with pytest.raises(NotLicensed) as refused:
                world.fetch(licence_id, photo)
            assert expected in codes(refused)


def test_one_partners_expiry_leaves_the_other_untouched(world, photo):
    """D18."""
    over = world.licence(photo, last=date(2026, 3, 1))
    live = world.licence(photo, world.people["rival"])
    assert refusal(world, over, photo) == ["licence_expired"]
    assert isinstance(world.fetch(live, photo, world.people["rival"]), Preparing)


@pytest.mark.parametrize("then", ["revoked", "restricted", "expired"])
@pytest.mark.parametrize("ask", [{}, {"range_header": "bytes=5-"}, {"method": Method.HEAD}, {"if_none_match": "*"}])
def test_a_copy_that_was_fetched_a_moment_ago(world, photo, then, ask):
    """D5, D23, D25: after revocation, restriction or expiry the next ask of any kind is refused; the copy stays in."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    world.read(world.fetch(licence_id, photo))
    if then == "revoked":
        world.revoke(licence_id)
    elif then == "restricted":
        world.restrict(photo)
    else:
        world.at = world.TERM.end
    with pytest.raises(NotLicensed):
        world.fetch(licence_id, photo, **ask)
    assert world.events(licence=licence_id)[-1]["type"] == "delivery.copy.refused"


# ---- the life of a delivery


def test_after_its_day_a_delivery_is_over_and_the_next_ask_starts_another(world, photo):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    made = world.deliveries(licence_id)[0]
    world.at = made.expires_at - SECOND
    world.read(world.fetch(licence_id, photo))
    world.at = made.expires_at
    assert isinstance(world.fetch(licence_id, photo), Preparing)
    assert world.used(licence_id) == 2
    world.work()
    old, new = world.deliveries(licence_id)
    assert (old.state, new.state) == ("deleted", "ready")
    assert keys_of(world) >= {new.copy_key}
    assert old.copy_key not in keys_of(world)


def test_the_sweep_deletes_the_copies_of_lapsed_deliveries(world, photo):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    made = world.deliveries(licence_id)[0]
    assert made.copy_key in keys_of(world)
    world.at = made.expires_at - SECOND
    world.delivery.sweep()
    assert world.deliveries(licence_id)[0].state == "ready"
    world.at = made.expires_at
    world.delivery.sweep()
    world.work()
    assert world.deliveries(licence_id)[0].state == "deleted"
    assert made.copy_key not in keys_of(world)
    assert world.events(licence=licence_id)[-1]["type"] == "delivery.copy.deleted"


def test_a_delivery_that_was_never_made_is_not_charged(world, photo):
    licence_id = world.licence(photo)
    world.fetch(licence_id, photo)
    assert world.used(licence_id) == 1
    world.at += timedelta(hours=25)
    world.delivery.sweep()
    assert world.used(licence_id) == 0
    world.work()
    assert world.deliveries(licence_id)[0].state == "deleted"


def test_a_damaged_original_fails_the_delivery_with_its_reason_and_no_charge(world, photo):
    """D29: one changed byte, the last one, is found; nothing of it is handed out."""
    licence_id = world.licence(photo)
    swap_last_byte(world, photo)
    world.fetch(licence_id, photo)
    world.work()
    (failed,) = world.deliveries(licence_id)
    assert (failed.state, failed.failure) == ("failed", "original_damaged")
    assert world.used(licence_id) == 0
    with pytest.raises(CopyFailed):
        world.fetch(licence_id, photo)
    kinds = [entry["type"] for entry in world.events(licence=licence_id)]
    assert kinds == ["delivery.copy.started", "delivery.copy.failed", "delivery.copy.refused"]
    world.at += timedelta(minutes=11)
    assert isinstance(world.fetch(licence_id, photo), Preparing)
    assert world.used(licence_id) == 1


def test_a_copy_given_up_after_every_attempt_is_told_and_not_charged_twice_over(world, photo):
    licence_id = world.licence(photo)
    started = world.fetch(licence_id, photo)
    for _ in range(2):
        world.delivery._maker.give_up(started.delivery_id)
    assert world.used(licence_id) == 0
    assert world.deliveries(licence_id)[0].failure == "not_made"
    assert len([entry for entry in world.events(licence=licence_id) if entry["type"].endswith("failed")]) == 1
    with pytest.raises(CopyFailed):
        world.fetch(licence_id, photo)


def test_making_the_same_delivery_twice_makes_one_copy(world, photo):
    """A worker that stored the copy and died before it could say so: the next one does it again, to the same end."""
    licence_id = world.licence(photo)
    started = world.fetch(licence_id, photo)
    dead = Lease(0, JobKind.MAKE_COPY, UUID(str(started.delivery_id)), new_id(), 1)
    with pytest.raises(Exception, match="taken over"):
        world.delivery.make_copy(dead)
    assert world.deliveries(licence_id)[0].state == "making"
    world.work()
    assert world.deliveries(licence_id)[0].state == DeliveryState.READY
    assert [e["type"] for e in world.events(licence=licence_id)] == ["delivery.copy.started", "delivery.copy.made"]


# ---- the log comes first


@pytest.mark.parametrize("ready", [False, True])
def test_without_a_log_nothing_leaves(world, photo, ready):
    """D8, D28, D3: when the event cannot be written there is no permit, no delivery, no charge and no byte."""
    licence_id = world.licence(photo)
    if ready:
        world.made_copy(licence_id, photo)
    before = (len(world.events()), world.used(licence_id), len(world.deliveries(licence_id)))
    with locked_log(world):
        for ask in (lambda: world.fetch(licence_id, photo), lambda: world.view("partner", photo)):
            with pytest.raises(LogFault):
                ask()
        with pytest.raises(LogFault):
            world.fetch(licence_id, photo, world.people["rival"])
    assert (len(world.events()), world.used(licence_id), len(world.deliveries(licence_id))) == before


# ---- the store's own door


def test_no_stored_key_opens_without_our_key(world, photo):
    """D4, D31: originals, renditions and copies: 403 for a stranger who knows the exact address of every one."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    settings, checked = world.stack.settings, 0
    for bucket in ("originals", "renditions", "copies"):
        name = f"{settings.s3_bucket_prefix}{bucket}"
        for found in world.stack.s3.list_objects_v2(Bucket=name).get("Contents", []):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{settings.s3_endpoint}/{name}/{quote(found['Key'])}", timeout=5)
            assert refused.value.code == 403
            checked += 1
    assert checked >= 4


def test_nginx_mode_hands_over_after_the_same_decision_and_log(world, photo):
    """D1: with X-Accel the path is for nginx; the decision and the event are the same."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    handed = world.delivery_with(x_accel=True).fetch_copy(world.people["partner"], licence_id, photo.asset_id)
    assert handed.headers["X-Accel-Redirect"].startswith("/_objects/test-copies/delivery/")
    assert not handed.stream
    assert world.events(licence=licence_id)[-1]["type"] == "delivery.copy.delivered"
    world.revoke(licence_id)
    with pytest.raises(NotLicensed):
        world.delivery_with(x_accel=True).fetch_copy(world.people["partner"], licence_id, photo.asset_id)


def test_deliveries_are_listed_for_their_own_organisation_and_readers_of_all(world, photo):
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    for who in ("partner", "manager", "auditor"):
        assert [one.state for one in world.delivery.deliveries(world.people[who], licence_id)] == [DeliveryState.READY]
    with pytest.raises(NotFound):
        world.delivery.deliveries(world.people["rival"], licence_id)
    with pytest.raises(NotAllowed):
        world.delivery.deliveries(world.people["archivist"], licence_id)


def keys_of(world):
    listed = world.stack.s3.list_objects_v2(Bucket=f"{world.stack.settings.s3_bucket_prefix}copies")
    return {found["Key"] for found in listed.get("Contents", [])}


def swap_last_byte(world, photo):
    """Put other bytes where the original lies, as a failing disk would: same length, the last byte another."""
    changed = photo.original[:-1] + bytes([photo.original[-1] ^ 1])
    bucket = f"{world.stack.settings.s3_bucket_prefix}originals"
    world.stack.s3.put_object(Bucket=bucket, Key=photo.original_key, Body=changed)


class locked_log:  # noqa: N801  reads as a phrase
    """The service's role may not write the log."""

    def __init__(self, world):
        self.world = world

    def _say(self, words):
        with self.world.stack.owner.unit() as unit:
            unit.connection.execute(text(words))

    def __enter__(self):
        self._say("REVOKE INSERT ON au.event FROM imprimatur_app")
        self._say("REVOKE INSERT (event_id, entry) ON au.event FROM imprimatur_app")

    def __exit__(self, *_):
        self._say("GRANT INSERT (event_id, entry) ON au.event TO imprimatur_app")
