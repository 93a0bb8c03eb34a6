"""Why the gate itself refuses, beside what the rights say; the codes stand in the usage log and are never reused."""

from dam.kernel.errors import Conflict, Reason
from dam.kernel.text import Bilingual

UNKNOWN_ID = "unknown_id"
"""No such photograph or licence; answered as not found."""
NOT_ALLOWED = "not_allowed"
"""The person's role does not include it; answered as not allowed."""
COPY_FAILED = "copy_failed"
"""The copy could not be made a short while ago; answered as a conflict."""

PHOTOGRAPH = Bilingual("photograph", "照片")
LICENCE_OR_PHOTOGRAPH = Bilingual("licence or photograph", "许可证或照片")

NOT_YOUR_LICENCE = Reason(
    "not_your_licence",
    Bilingual("This licence was granted to another organisation.", "此许可证授予了其他机构。"),
    Bilingual(
        "Sign in for the organisation that holds it, or ask for a licence of your own.",
        "请以持有该许可证的机构身份登录，或为贵机构申请许可。",
    ),
)
NOT_IN_LICENCE = Reason(
    "not_in_licence",
    Bilingual("This licence does not cover this photograph.", "此许可证不涵盖此照片。"),
    Bilingual("Add the photograph to your lightbox and ask for a licence.", "请将照片加入选片夹并申请许可。"),
)


class CopyFailed(Conflict):
    """The copy of this delivery could not be made; it was not charged."""

    code = COPY_FAILED

    def __init__(self, failure: str) -> None:
        super().__init__(
            Bilingual(
                "The copy could not be made, and the download was not counted. Try again in ten minutes; "
                "if it fails again, write to the archive.",
                "无法制作副本，此次下载未计入次数。请十分钟后重试；如再次失败，请联系档案馆。",
            ),
            extra={"failure": failure},
        )
