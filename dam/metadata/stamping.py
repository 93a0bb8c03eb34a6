"""Writes our metadata into a picture of our own: EXIF, IPTC-IIM and XMP, afresh, one block each, pixels untouched.

Nothing of what stood in the file before is kept but the colour profile: an inherited EXIF block would keep the clean
thumbnail and stale rights. PNG and WebP have no place for IIM.
"""

import mmap
from dataclasses import replace
from pathlib import Path

import piexif

from dam.metadata.fields import RightsStamp, both, iim_date, tidy
from dam.metadata.form import Form, form_of
from dam.metadata.iptc import build_iim, digest_block, photoshop_block
from dam.metadata.packet import build_packet, instructions
from dam.metadata.tiff import Bytes, NotWhole
from dam.metadata.writing import EXIF_HEAD, Written, fits_jpeg, rewrite, rewritten

_TEXT_LENGTHS = (2_000, 800, 250)
"""Texts are cut only where a JPEG segment could not hold them otherwise."""
_SRGB, _OTHER_COLOURS, _CENTRED = 1, 0xFFFF, 1


def stamp(path: Path, stamp: RightsStamp) -> None:
    """Replace all metadata of the JPEG, TIFF, PNG or WebP by the stamp; the coded pixels stay byte for byte.

    Raises: NotWhole, which is a ValueError, when the file is none of these, or not whole.
    """
    if path.stat().st_size == 0:
        raise NotWhole("only a JPEG, TIFF, PNG or WebP can be stamped")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        blocks = compose(stamp, _form(data))
    beside = path.with_name(path.name + ".stamped")
    rewrite(path, beside, blocks)
    beside.replace(path)


def stamped_bytes(data: bytes, stamp: RightsStamp) -> bytes:
    """Return the picture with nothing but the stamp and its colour profile beside the pixels.

    Raises: NotWhole.
    """
    return b"".join(rewritten(data, compose(stamp, _form(data))))


def _form(data: Bytes) -> Form:
    known = bytes(data[0:4]).startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"II*\x00", b"MM\x00*"))
    return form_of(data) if known else Form()


def compose(stamp: RightsStamp, form: Form) -> Written:
    """Return the blocks of a stamp for a picture of this form."""
    short = fitted(stamp)
    return _blocks(short, form)


def fitted(stamp: RightsStamp) -> RightsStamp:
    """Return the stamp with its texts cut no further than one JPEG segment for each block demands."""
    for most in _TEXT_LENGTHS:
        short = tidy(stamp, most)
        if fits_jpeg(_blocks(short, Form())):
            break
    return short


def _blocks(stamp: RightsStamp, form: Form) -> Written:
    iim = _iim(stamp)
    return Written(
        exif=_exif(stamp, form),
        xmp=build_packet(stamp),
        iim=iim,
        resources=photoshop_block(iim),
        digest=digest_block(iim),
    )


def _exif(stamp: RightsStamp, form: Form) -> bytes:
    """Return the EXIF block; texts go in as UTF-8 bytes, which every reader but the oldest shows right."""
    texts = {
        piexif.ImageIFD.ImageDescription: both(stamp.caption),
        piexif.ImageIFD.Software: "Imprimatur",
        piexif.ImageIFD.Artist: stamp.creator,
        piexif.ImageIFD.Copyright: both(stamp.rights_notice),
    }
    exif: dict[int, object] = {
        piexif.ExifIFD.ExifVersion: b"0232",
        piexif.ExifIFD.ComponentsConfiguration: b"\x01\x02\x03\x00",
        piexif.ExifIFD.UserComment: b"UNICODE\x00" + user_comment(stamp).encode("utf-16-be"),
        piexif.ExifIFD.FlashpixVersion: b"0100",
        piexif.ExifIFD.ColorSpace: _SRGB if form.is_srgb else _OTHER_COLOURS,
        piexif.ExifIFD.PixelXDimension: form.width_px,
        piexif.ExifIFD.PixelYDimension: form.height_px,
    }
    if stamp.image_id:
        exif[piexif.ExifIFD.ImageUniqueID] = stamp.image_id.replace("-", "").encode()
    zeroth: dict[int, object] = {tag: text.encode() for tag, text in texts.items() if text}
    zeroth |= {
        piexif.ImageIFD.XResolution: (form.resolution, 1),
        piexif.ImageIFD.YResolution: (form.resolution, 1),
        piexif.ImageIFD.ResolutionUnit: form.unit,
        piexif.ImageIFD.YCbCrPositioning: _CENTRED,
    }
    return bytes(piexif.dump({"0th": zeroth, "Exif": exif})).removeprefix(EXIF_HEAD)


def user_comment(stamp: RightsStamp) -> str:
    """Return what EXIF has no field for, a line each: the licence (or that there is none), credit, terms."""
    lines = [
        stamp.licence_id or stamp.other_image_info,
        f"Credit: {stamp.credit_line}" if stamp.credit_line else "",
        f"Terms: {instructions(stamp)}" if instructions(stamp) else "",
    ]
    return "\n".join(line for line in lines if line)


def _iim(stamp: RightsStamp) -> bytes:
    """Return the IIM block.

    Short names keep IIM's own lengths. Credit, notice and terms are written whole all the same: a rights line cut in
    the middle misleads, and every reader we know of takes the longer text.
    """
    whole = 32_000
    values = [(5, both(stamp.title), 64)]
    values += [(25, name, 64) for name in (*stamp.persons, *stamp.keywords)]
    values += [
        (40, instructions(stamp), whole),
        (55, iim_date(stamp.date), 8),
        (80, stamp.creator, 32),
        (103, stamp.licence_id, 32),
        (105, stamp.headline, 256),
        (110, stamp.credit_line, whole),
        (115, stamp.source, 32),
        (116, both(stamp.rights_notice), whole),
        (120, both(stamp.caption), 2_000),
    ]
    return build_iim(values)


def for_embedding(stamp: RightsStamp, token: str) -> RightsStamp:
    """Return the stamp of a picture that others show through us: its token for a licence, nobody's name in it."""
    return replace(stamp, licence=None, embed_token=token, persons=(), artwork=False, other_image_info="")
