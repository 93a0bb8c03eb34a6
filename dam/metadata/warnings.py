"""What a person should know about a file's metadata before trusting it."""

from dam.kernel.text import Bilingual
from dam.metadata.claims import ReadWarning

_MESSAGES = {
    "exif_unreadable": Bilingual("The EXIF block cannot be read.", "无法读取 EXIF 数据。"),
    "exif_damaged": Bilingual(
        "Parts of the EXIF block are damaged and were left out.",
        "EXIF 数据部分损坏，已略去。",
    ),
    "exif_repeated": Bilingual(
        "The file has several EXIF blocks; the first was read.", "文件含有多个 EXIF 数据块，仅读取第一个。"
    ),
    "iptc_damaged": Bilingual(
        "The IPTC block breaks off; what came before was read.", "IPTC 数据不完整，仅读取其前面部分。"
    ),
    "xmp_refused_dtd": Bilingual(
        "The XMP block contains a DTD, which is forbidden, and was not read.", "XMP 数据含有被禁止的 DTD，未予读取。"
    ),
    "xmp_unreadable": Bilingual(
        "The XMP block is not well-formed and was not read.",
        "XMP 数据格式错误，未予读取。",
    ),
    "xmp_too_large": Bilingual("The XMP block is too large and was not read.", "XMP 数据过大，未予读取。"),
    "xmp_extended_broken": Bilingual(
        "The extended XMP does not match its declaration and was left out.", "扩展 XMP 与其声明不符，已略去。"
    ),
    "charset_guessed": Bilingual(
        "The character set of some values was guessed; compare them with the original.",
        "部分内容的字符编码为推测所得，请与原文核对。",
    ),
    "trailing_bytes": Bilingual(
        "Other data follows the end of the picture. It is never passed on.",
        "图像结尾之后还有其他数据，这些数据不会被传出。",
    ),
    "orientation_invalid": Bilingual(
        "The orientation stated in the file is impossible; the picture is shown as stored.",
        "文件标注的方向无效，图像按原样显示。",
    ),
    "date_unreadable": Bilingual(
        "A date in the file is impossible and was left out.",
        "文件中有无效日期，已略去。",
    ),
    "iptc_newer_than_xmp": Bilingual(
        "The IPTC block was edited after the XMP block; its values are preferred.",
        "IPTC 数据的修改晚于 XMP，优先采用 IPTC 的内容。",
    ),
    "claims_conflict": Bilingual(
        "The metadata blocks contradict each other; choose the right value.",
        "各元数据块内容互相矛盾，请选择正确的内容。",
    ),
    "claims_cut": Bilingual(
        "The file holds more metadata than is kept; the rest was left out.", "文件的元数据超过保存上限，其余已略去。"
    ),
    "name_mismatch": Bilingual(
        "The file name says another format than the file has.", "文件名的扩展名与实际格式不符。"
    ),
}


def warning(code: str, detail: str = "") -> ReadWarning:
    """Return the warning of this code."""
    return ReadWarning(code, _MESSAGES[code], detail[:500])


_EXTENSIONS = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/tiff": ("tif", "tiff", "btf", "tf8"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/avif": ("avif", "avifs"),
}


def name_warning(file_name: str, media_type: str) -> ReadWarning | None:
    """Return a warning where the uploaded file's name says another format than its content."""
    stem, dot, extension = file_name.rpartition(".")
    if not stem or not dot or extension.lower() in _EXTENSIONS.get(media_type, (extension.lower(),)):
        return None
    return warning("name_mismatch", f".{extension[:20]} / {media_type}")
