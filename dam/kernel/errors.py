"""One family of errors: what went wrong, in two languages, and whether trying again can help.

Only `api/problems.py` and `web/` turn these into HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal: a stable code, a sentence, and what to do next."""

    code: str
    message: Bilingual
    next_step: Bilingual


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field of what was sent.

    Shape: `field` is a dotted path such as `use.territory.0`.
    """

    field: str
    code: str
    message: Bilingual


class ImprimaturError(Exception):
    """The head of the family."""

    code = "error"
    retryable = False

    def __init__(
        self, message: Bilingual, *, code: str | None = None, extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message.en)
        self.message = message
        self.code = code or self.code
        self.extra: Mapping[str, object] = extra or {}


class NotSignedIn(ImprimaturError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(Bilingual("Sign in first.", "请先登录。"))


class NotAllowed(ImprimaturError):
    """The person's role does not include this."""

    code = "not_allowed"

    def __init__(self, permission: str) -> None:
        message = Bilingual("Your role does not include this: {permission}.", "您的角色没有此项权限：{permission}。")
        super().__init__(message.format(permission=permission), extra={"permission": permission})


class NotLicensed(ImprimaturError):
    """Rights do not permit it; carries every reason."""

    code = "not_licensed"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        first = reasons[0].message if reasons else Bilingual("No permission covers this.", "没有许可涵盖此用途。")
        super().__init__(first)
        self.reasons = tuple(reasons)


class NotFound(ImprimaturError):
    """There is no such thing, or the person may not know of it."""

    code = "not_found"

    def __init__(self, noun: Bilingual) -> None:
        super().__init__(Bilingual(f"There is no such {noun.en}.", f"找不到该{noun.zh}。"))


class Conflict(ImprimaturError):
    """The thing is not in a state that allows it."""

    code = "conflict"


class WrongState(Conflict):
    """The workflow has no such step from here."""

    code = "wrong_state"


class ExclusivityConflict(Conflict):
    """Another live grant holds this asset, territory, media and time; `extra` names it."""

    code = "exclusivity_conflict"


class Duplicate(Conflict):
    """The same bytes are already held; `extra` names the `asset` or the `deed` that holds them."""

    code = "duplicate"


class Stale(Conflict):
    """Someone changed it since it was read."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(
            Bilingual(
                "Somebody changed this after you opened it. Load it again and repeat your change.",
                "您打开之后已有人修改此内容。请重新载入后再修改。",
            )
        )


class BadImage(ImprimaturError):
    """The file is not a photograph we can open safely."""

    code = "bad_image"


class TooMuch(ImprimaturError):
    """Too large, or too often."""

    code = "too_much"


class Invalid(ImprimaturError):
    """What was sent breaks its form; lists every fault, field by field."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(Bilingual("Some fields need your attention.", "部分内容需要更正。"))
        self.faults = tuple(faults)


class ServiceFault(ImprimaturError):
    """PostgreSQL, the broker or S3 did not answer."""

    code = "service_unavailable"
    retryable = True

    def __init__(self, service: str) -> None:
        message = Bilingual(
            "A part of the service is not answering. Nothing was delivered or lost; try again shortly.",
            "系统某一部分暂时没有响应。没有内容被发送或丢失，请稍后再试。",
        )
        super().__init__(message, extra={"service": service})


class IntegrityFault(ServiceFault):
    """An object is missing from the store, or its bytes are not those that were stored; asking again cannot help."""

    code = "integrity_fault"
    retryable = False


class LogFault(ServiceFault):
    """The usage event could not be written, so nothing is delivered."""

    code = "log_unavailable"
