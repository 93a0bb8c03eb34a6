"""The certificate of a licence: one page in two languages, with the code that opens its confirmation.

It carries no photograph: pixels leave this house through the gate alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dam.kernel.text import Bilingual
from dam.licensing.certificate_sheet import Row, Sheet, pdf
from dam.licensing.conditions import SettledConditions
from dam.licensing.verification import standing, verify_address
from dam.licensing.views import Acceptance, Code, LicenceItem, LicenceView, UseView
from dam.rights.reasons import day_text

MOST_TITLED = 6
"""More photographs stand by accession number alone."""
MOST_NUMBERED = 32
"""More are listed overleaf."""

_NO_LABEL = Bilingual("", "")
_ZONE = Bilingual(" (", "（")
"""What the zone of a day begins with."""


def certificate(view: LicenceView, acceptance: Acceptance, *, base_url: str, at: datetime) -> bytes:
    """Return the certificate as PDF, as the licence stands at the instant.

    Shape: the same licence, state and instant give the same bytes.
    """
    valid, state = standing(view.state, view.term, at)
    address = verify_address(base_url, view.number, view.terms_sha256)
    moment = _moment(at, view.use.time_zone)
    return pdf(
        Sheet(
            number=view.number,
            issuer=view.licensor.name,
            rows=[*_rows(view, acceptance)],
            overleaf=[*_schedule(view.items)],
            address=address,
            confirm=Bilingual(
                "Scan, or open the address, to confirm this certificate and see whether the licence is valid now.",
                "扫描二维码或打开网址，即可核验本证书并查看许可证当前是否有效。",
            ),
            state=Bilingual(f"{state.en} on {moment.en}", f"{state.zh}，{moment.zh}"),
            valid=valid,
            at=at,
        )
    )


def _rows(view: LicenceView, acceptance: Acceptance) -> Iterator[Row]:
    use = view.use
    yield Row(Bilingual("Licensor", "许可方"), view.licensor.name)
    yield Row(Bilingual("Licensee", "被许可方"), view.licensee.name, strong=True)
    yield from _photographs(view.items)
    yield Row(Bilingual("Use", "用途"), _listed(use.media))
    yield Row(Bilingual("Territory", "地域"), _territory(use))
    yield Row(Bilingual("Purpose", "目的"), _purpose(use))
    yield Row(Bilingual("Term", "期限"), _term(use))
    yield from _conditions(view.items, exclusive=use.exclusive)
    moment = _moment(acceptance.at, use.time_zone)
    who = acceptance.person.organisation.name
    yield Row(
        Bilingual("Terms accepted", "条款接受"),
        Bilingual(
            f"{acceptance.person.name}, {who.pick('en')}, {moment.en}",
            f"{acceptance.person.name}，{who.pick('zh-Hans')}，{moment.zh}",
        ),
    )
    yield Row(Bilingual("SHA-256 of the terms", "条款哈希值"), _grouped(view.terms_sha256))


def _photographs(items: Sequence[LicenceItem]) -> Iterator[Row]:
    label = Bilingual(f"Photographs ({len(items)})", f"照片（{len(items)} 张）")
    if len(items) > MOST_NUMBERED:
        yield Row(label, Bilingual("Listed overleaf.", "清单见续页。"))
    elif len(items) > MOST_TITLED:
        yield Row(label, _numbers(items))
    else:
        for nth, item in enumerate(items):
            number, title = item.asset.accession_number, item.asset.title
            yield Row(
                label if nth == 0 else _NO_LABEL,
                Bilingual(f"{number} {title.pick('en')}", f"{number} {title.pick('zh-Hans')}"),
            )


def _schedule(items: Sequence[LicenceItem]) -> Iterator[Row]:
    """Yield the list of photographs that found no room on the first page."""
    if len(items) > MOST_NUMBERED:
        for start in range(0, len(items), MOST_NUMBERED):
            part = items[start : start + MOST_NUMBERED]
            yield Row(Bilingual("Photographs", f"照片 {start + 1}–{start + len(part)}"), _numbers(part))


def _numbers(items: Sequence[LicenceItem]) -> str:
    return " · ".join(item.asset.accession_number for item in items)


def _conditions(items: Sequence[LicenceItem], *, exclusive: bool) -> Iterator[Row]:
    """Yield the conditions once for all photographs that have the same, naming them where not all have."""
    alike: dict[SettledConditions, list[str]] = {}
    for item in items:
        alike.setdefault(item.conditions, []).append(item.asset.accession_number)
    for nth, (conditions, numbers) in enumerate(alike.items()):
        said = _said(conditions, exclusive=exclusive)
        if len(alike) > 1:
            said = Bilingual(f"{_some(numbers).en}: {said.en}", f"{_some(numbers).zh}：{said.zh}")
        yield Row(_NO_LABEL if nth else Bilingual("Conditions", "条件"), said)


def _some(numbers: Sequence[str]) -> Bilingual:
    named, more = ", ".join(numbers[:MOST_TITLED]), len(numbers) - MOST_TITLED
    return (
        Bilingual(f"{named} and {more} more", f"{named} 等 {len(numbers)} 张") if more > 0 else Bilingual(named, named)
    )


def _said(conditions: SettledConditions, *, exclusive: bool) -> Bilingual:
    english = [
        f'Credit line "{conditions.credit_line}"',
        f"longest side {conditions.max_px} px",
        f"{conditions.downloads} downloads of each photograph",
    ]
    chinese = [
        f"署名“{conditions.credit_line}”",
        f"长边不超过 {conditions.max_px} 像素",
        f"每张照片可下载 {conditions.downloads} 次",
    ]
    for holds, en, zh in (
        (conditions.print_run is not None, f"print run {conditions.print_run}", f"印量 {conditions.print_run} 份"),
        (conditions.no_alteration, "no alteration", "不得改动"),
        (conditions.no_ai_training, "no AI training", "不得用于人工智能训练"),
        (exclusive, "exclusive for this use; no sublicensing", "就此用途独家，不得转授权"),
        (not exclusive, "not exclusive; no sublicensing", "非独家，不得转授权"),
    ):
        if holds:
            english.append(en)
            chinese.append(zh)
    return Bilingual("; ".join(english) + ".", "；".join(chinese) + "。")


def _territory(use: UseView) -> Bilingual:
    inside, outside = _listed(use.territory), _listed(use.territory_except)
    if not use.territory_except:
        return inside
    return Bilingual(f"{inside.en}, except {outside.en}", f"{inside.zh}（{outside.zh}除外）")


def _purpose(use: UseView) -> str:
    return f"{use.purpose.strip()} ({use.publication})" if use.publication.strip() else use.purpose.strip()


def _term(use: UseView) -> Bilingual:
    first, last = day_text(use.starts_on, use.time_zone), day_text(use.ends_on, use.time_zone)
    return Bilingual(
        f"{first.en.partition(_ZONE.en)[0]} to the end of {last.en}",
        f"{first.zh.partition(_ZONE.zh)[0]}起，至{last.zh}终",
    )


def _listed(codes: Sequence[Code]) -> Bilingual:
    return Bilingual(", ".join(code.label.en for code in codes), "、".join(code.label.zh for code in codes))


def _moment(at: datetime, tz: str) -> Bilingual:
    local = at.astimezone(ZoneInfo(tz))
    day = day_text(local.date(), tz)
    return Bilingual(
        day.en.replace(_ZONE.en, f", {local:%H:%M}{_ZONE.en}", 1),
        day.zh.replace(_ZONE.zh, f" {local:%H:%M}{_ZONE.zh}", 1),
    )


def _grouped(digits: str) -> str:
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))
