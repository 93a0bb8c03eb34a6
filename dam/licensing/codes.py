"""The codes of a request, checked and named; what they mean is the business of the rights room."""

from collections.abc import Callable, Iterable, Sequence

from dam.kernel.errors import Fault
from dam.kernel.text import Bilingual
from dam.licensing.drafts import RequestDraft
from dam.licensing.views import Code, UseView
from dam.rights.terms import NumberSet
from dam.rights.territories import territory_name, territory_set
from dam.rights.vocabularies import MEDIA, UnknownCode, media_set

_MACHINE = media_set(["machine"])


def media_named(codes: Iterable[str]) -> tuple[Code, ...]:
    """Return the media codes with their names."""
    return tuple(Code(code, MEDIA[code].name) for code in codes)


def territory_named(codes: Iterable[str]) -> tuple[Code, ...]:
    """Return the territory codes with their names."""
    return tuple(Code(code, territory_name(code)) for code in codes)


def codes_of(named: Iterable[Code]) -> list[str]:
    """Return the codes without their names."""
    return [one.code for one in named]


def asks_for_machine_use(codes: Iterable[str]) -> bool:
    """Tell whether the media include training or other machine use."""
    return media_set(codes).overlaps(_MACHINE)


def use_of(draft: RequestDraft) -> UseView:
    """Return the use of a draft without faults, each code named and said once."""
    return UseView(
        media=media_named(dict.fromkeys(draft.media)),
        territory=territory_named(dict.fromkeys(draft.territory)),
        territory_except=territory_named(dict.fromkeys(draft.territory_except)),
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        time_zone=draft.time_zone,
        purpose=draft.purpose.strip(),
        publication=draft.publication.strip(),
        print_run=draft.print_run,
        max_px=draft.max_px,
        exclusive=draft.exclusive,
    )


def code_faults(draft: RequestDraft) -> list[Fault]:
    """Return a fault for every list that holds an unknown code, and for a territory that leaves nothing."""
    faults = [
        *_unknown("use.media", media_set, draft.media),
        *_unknown("use.territory", territory_set, draft.territory),
        *_unknown("use.territory_except", territory_set, draft.territory_except),
    ]
    if not faults and draft.territory and not territory_set(draft.territory, draft.territory_except):
        message = Bilingual("The exceptions leave no territory.", "排除地域后没有剩余地域。")
        faults.append(Fault("use.territory_except", "leaves_nothing", message))
    return faults


def _unknown(field: str, read: Callable[[Iterable[str]], NumberSet], codes: Sequence[str]) -> list[Fault]:
    try:
        read(codes)
    except UnknownCode as unknown:
        message = Bilingual("The code {code} is not known.", "无法识别代码 {code}。")
        return [Fault(f"{field}.{unknown.place}", "unknown_code", message.format(code=unknown.code))]
    return []
