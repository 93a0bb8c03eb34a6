"""What the child process can do: prepare an original, or make a licensed copy of it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pyvips

from dam.imaging.copying import copy
from dam.imaging.fonts import find_face
from dam.imaging.limits import Limits, MediaType
from dam.imaging.mark import MarkSpec, Strength
from dam.imaging.renditions import render
from dam.imaging.vips import (
    UnopenableError,
    explain,
    harden,
    has_field,
    open_header,
    orientation,
    page_count,
    profile_usable,
)
from dam.kernel.text import Bilingual
from dam.metadata.claims import ReadWarning
from dam.metadata.containers import Blocks
from dam.metadata.reading import read

_TURNED = 5
_MORE_PAGES = Bilingual(
    "The file holds {count} pages; the preview shows the first.", "文件共 {count} 页，预览仅显示第一页。"
)
_NO_PROFILE = Bilingual(
    "The colour profile in the file cannot be used, so colours are shown as sRGB. The original keeps the profile.",
    "文件中的颜色配置文件无法使用，颜色按 sRGB 显示。原件仍保留该配置文件。",
)


def perform(task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Do one task; a file that cannot be opened is an answer, not an exception."""
    harden()
    verbs: dict[str, Callable[[dict[str, Any], Limits], dict[str, Any]]] = {"prepare": _prepare, "copy": copy}
    try:
        return verbs[task["verb"]](task, limits)
    except UnopenableError as fault:
        return {"fault": fault.code, "detail": str(fault)}
    except pyvips.Error as error:
        reason = explain(error)
        return {"fault": reason.code, "detail": str(reason)}
    except MemoryError:
        return {"fault": "too_much_memory", "detail": ""}


def _prepare(task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    original, media_type, out_dir = task["original"], MediaType(task["media_type"]), task["out_dir"]
    header = open_header(original, media_type, limits)
    pages, turn = page_count(original, media_type, header), orientation(header)
    drawn = render(original, media_type, header, out_dir, _mark(task["mark"]), find_face())
    reading = read(original, _blocks_of(header))
    width, height = upright_size(header, turn)
    return {
        "width_px": width,
        "height_px": height,
        "page_count": pages,
        "orientation": turn,
        "warnings": [asdict(warning) for warning in _picture_warnings(header, pages)]
        + [asdict(w) for w in reading.warnings],
        "reading": reading.to_dict(),
        "sizes": drawn.sizes,
        "looks": [look.to_dict() for look in drawn.looks],
    }


def upright_size(header: pyvips.Image, turn: int) -> tuple[int, int]:
    """Return width and height as a person sees them."""
    return (header.height, header.width) if turn >= _TURNED else (header.width, header.height)


def _mark(data: dict[str, Any]) -> MarkSpec:
    names = {name: Bilingual(**data[name]) for name in ("institution", "notice")}
    return MarkSpec(**(data | names | {"strength": Strength(data["strength"])}))


def _blocks_of(header: pyvips.Image) -> Blocks:
    """Take the blocks libvips found, for the formats whose boxes we do not walk ourselves."""

    def block(name: str) -> bytes:
        return bytes(header.get(name)) if has_field(header, name) else b""

    return Blocks(exif=block("exif-data"), iptc=block("iptc-data"), xmp=block("xmp-data"))


def _picture_warnings(header: pyvips.Image, pages: int) -> list[ReadWarning]:
    """Return what an archivist should know about the picture that its preview does not show."""
    warnings = [ReadWarning("more_pages", _MORE_PAGES.format(count=pages), str(pages))] if pages > 1 else []
    return warnings if profile_usable(header) else [*warnings, ReadWarning("profile_ignored", _NO_PROFILE, "")]
