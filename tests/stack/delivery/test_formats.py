"""Copies in four formats, each a delivery of its own, each signed."""

import hashlib
import io

import pytest
from PIL import Image
from sqlalchemy import select

from dam.database.tables.rights import grant_line
from dam.delivery.asks import Method
from dam.delivery.delivered import Preparing
from dam.delivery.formats import CopyFormat
from dam.delivery.ranges import Answer
from dam.delivery.reasons import CopyFailed
from dam.kernel.errors import Invalid
from dam.metadata.c2pa import Standing, inspect

pytestmark = pytest.mark.stack
ENDINGS = {CopyFormat.JPEG: ".jpg", CopyFormat.TIFF: ".tif", CopyFormat.PNG: ".png", CopyFormat.WEBP: ".webp"}


@pytest.mark.exiftool
@pytest.mark.parametrize("wanted", list(CopyFormat))
def test_a_format_is_one_delivery_in_parts_or_whole(world, photo, tmp_path, wanted):
    """One charge and one started event, however it is fetched; the bytes are stamped, signed and of the format."""
    licence_id = world.licence(photo)
    assert isinstance(world.fetch(licence_id, photo, wanted=wanted.value), Preparing)
    assert isinstance(world.fetch(licence_id, photo, wanted=wanted.value), Preparing)
    world.work()
    sent = world.fetch(licence_id, photo, wanted=wanted.value)
    data = world.read(sent)
    assert sent.headers["Content-Type"] == wanted.media_type.value
    assert ENDINGS[wanted] in sent.headers["Content-Disposition"]
    assert (Image.open(io.BytesIO(data)).format or "").casefold() == wanted.value
    assert Image.open(io.BytesIO(data)).size == (600, 400)
    part = world.fetch(licence_id, photo, wanted=wanted.value, range_header="bytes=10-99")
    assert (part.answer, world.read(part)) == (Answer.PART, data[10:100])
    head = world.fetch(licence_id, photo, method=Method.HEAD, wanted=wanted.value)
    assert head.headers["Content-Length"] == str(len(data))
    assert not head.stream
    assert world.used(licence_id) == 1
    (made,) = world.deliveries(licence_id)
    assert (made.format, made.copy_sha256) == (wanted.value, hashlib.sha256(data).hexdigest())
    events = world.events(licence=licence_id)
    steps = ["started", "made", "delivered", "delivered", "delivered"]
    assert [each["type"] for each in events] == [f"delivery.copy.{step}" for step in steps]
    assert events[0]["more"]["format"] == wanted.value
    assert events[1]["more"]["manifest_sha256"] == made.manifest_sha256
    credentials(world, licence_id, data, wanted, tmp_path)


def credentials(world, licence_id, data, wanted, tmp_path):
    file = tmp_path / "copy"
    file.write_bytes(data)
    found = inspect(file, wanted.media_type.value, world.signer.root)
    assert found.standing is Standing.TRUSTED
    said = {each["label"]: each["data"] for each in found.manifest["assertions"]}
    number = world.one(select(grant_line.c.number).where(grant_line.c.licence_id == licence_id))
    assert said["cawg.metadata"]["plus:LicenseID"] == number
    assert "cawg.training-mining" in said, "the licence bars training"
    actions = [each["action"] for each in said["c2pa.actions.v2"]["actions"]]
    assert actions == ["c2pa.opened", "c2pa.resized", "c2pa.transcoded", "c2pa.edited.metadata"]
    assert b"OTHER PEOPLE'S RIGHTS" not in data
    middle = len(data) // 2
    file.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    assert inspect(file, wanted.media_type.value, world.signer.root).standing is Standing.INVALID


def test_two_formats_are_two_downloads(world, photo):
    licence_id = world.licence(photo, cap=2)
    for wanted in ("jpeg", "tiff"):
        world.fetch(licence_id, photo, wanted=wanted)
    world.work()
    assert world.used(licence_id) == 2
    for wanted in ("jpeg", "tiff"):
        assert world.read(world.fetch(licence_id, photo, wanted=wanted))
    assert world.used(licence_id) == 2
    with pytest.raises(Exception, match="download"):
        world.fetch(licence_id, photo, wanted="png")


@pytest.mark.parametrize("wanted", ["gif", "JPEG", "image/jpeg", "jpeg\x00", "tiff,png", "../x", "柴"])
def test_a_format_nobody_offers_is_a_fault_of_its_field(world, photo, wanted):
    licence_id = world.licence(photo)
    with pytest.raises(Invalid) as refused:
        world.fetch(licence_id, photo, wanted=wanted)
    (fault,) = refused.value.faults
    assert (fault.field, fault.code) == ("format", "unknown_format")
    assert world.deliveries(licence_id) == []


def test_a_full_size_copy_keeps_the_original_pixels_and_says_so(world, photo, tmp_path):
    """Not one coded pixel is touched: the credentials say repackaged and not transcoded."""
    licence_id = world.licence(photo, max_px=900)
    world.made_copy(licence_id, photo)
    data = world.read(world.fetch(licence_id, photo))
    (tmp_path / "copy.jpg").write_bytes(data)
    assert Image.open(io.BytesIO(data)).tobytes() == Image.open(io.BytesIO(photo.original)).tobytes()
    assert b"OTHER PEOPLE'S RIGHTS" not in data
    manifest = inspect(tmp_path / "copy.jpg", "image/jpeg", world.signer.root).manifest
    said = {each["label"]: each["data"] for each in manifest["assertions"]}
    actions = [each["action"] for each in said["c2pa.actions.v2"]["actions"]]
    assert actions == ["c2pa.opened", "c2pa.repackaged", "c2pa.edited.metadata"]
    (original,) = manifest["ingredients"]
    assert original["instance_id"] == f"urn:sha256:{hashlib.sha256(photo.original).hexdigest()}"


def test_without_a_key_no_copy_leaves_and_none_is_charged(world, photo):
    """Never an unsigned copy: the delivery fails with its reason."""
    licence_id = world.licence(photo)
    world.fetch(licence_id, photo)
    signed = world.__dict__["delivery"]
    world.__dict__["delivery"] = world.delivery_with(signer=None)
    try:
        world.work()
    finally:
        world.__dict__["delivery"] = signed
    (failed,) = world.deliveries(licence_id)
    assert (failed.state, failed.failure, failed.copy_key) == ("failed", "not_signed", None)
    assert world.used(licence_id) == 0
    with pytest.raises(CopyFailed):
        world.fetch(licence_id, photo)
