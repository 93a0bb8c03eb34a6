"""Why a file could not become a photograph: one code and one sentence for each way to fail."""

from dam.kernel.errors import BadImage
from dam.kernel.text import Bilingual

FAULTS = {
    "empty": Bilingual("The file is empty.", "文件为空。"),
    "not_an_image": Bilingual(
        "This file is not a photograph in a format we know. Send JPEG, TIFF, PNG, WebP or AVIF.",
        "该文件不是我们能识别的照片格式。请上传 JPEG、TIFF、PNG、WebP 或 AVIF。",
    ),
    "unsupported_format": Bilingual(
        "We recognise this format but cannot open it. Convert it to TIFF or JPEG and send it again.",
        "我们能识别但无法打开此格式。请转换为 TIFF 或 JPEG 后重新上传。",
    ),
    "too_many_pixels": Bilingual(
        "The picture has more pixels than this archive accepts. Send a smaller scan.",
        "图像像素超过本档案库的上限。请上传较小的扫描件。",
    ),
    "too_many_pages": Bilingual(
        "The file holds more pages than this archive accepts. Send the pages as separate files.",
        "文件页数超过本档案库的上限。请将各页分别上传。",
    ),
    "truncated": Bilingual(
        "The file ends before the picture does: part of it was lost on the way. Send it again.",
        "文件在图像结束之前中断，传输中有部分丢失。请重新上传。",
    ),
    "damaged": Bilingual(
        "The picture inside the file is damaged and cannot be shown. Send an intact copy.",
        "文件中的图像已损坏，无法显示。请上传完好的副本。",
    ),
    "too_slow": Bilingual(
        "Opening this file took too long and was stopped. It may be damaged or built to do harm.",
        "打开该文件耗时过长，已被中止。文件可能已损坏或含有恶意内容。",
    ),
    "too_much_memory": Bilingual(
        "Opening this file needs too much memory and was stopped. It may be damaged or built to do harm.",
        "打开该文件占用内存过多，已被中止。文件可能已损坏或含有恶意内容。",
    ),
    "crashed": Bilingual(
        "The decoder broke down on this file. It was stopped safely; nothing else was affected.",
        "解码程序在处理该文件时崩溃，已安全中止，其他内容未受影响。",
    ),
}


def bad_image(code: str, detail: str = "") -> BadImage:
    """Return the refusal for a code of `FAULTS`; `detail` is for the log and the archivist, never the reason itself."""
    return BadImage(FAULTS[code], code=code, extra={"detail": detail[:500]})
