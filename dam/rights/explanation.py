"""A decision in plain words: what was asked, what was known, and which of it counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dam.kernel.ids import AssetId, EventId, LicenceId, OrganisationId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights.facts import (
    Action,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Permit,
    Refusal,
    Restriction,
    RightsIn,
    Twin,
    Use,
)
from dam.rights.grounds import claim_reasons, contains, meets, narrows, occasions, standing_reasons, twin_name
from dam.rights.reasons import day_text, last_day, until_text
from dam.rights.receipt import Receipt, Replay
from dam.rights.territories import territory_names
from dam.rights.vocabularies import media_names


class Kind(StrEnum):
    """What a fact is about."""

    STANDING = "standing"
    """The photograph and the party themselves."""
    RESTRICTION = "restriction"
    LICENCE = "licence"
    RIGHT = "right"
    EXCLUSIVE = "exclusive"
    TWIN = "twin"
    """Another photograph that looks the same, and what limits its use."""


@dataclass(frozen=True, slots=True)
class Told:
    """One fact in words; `counted` tells whether the verdict rests on it."""

    kind: Kind
    sentence: Bilingual
    counted: bool


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """The event of the log that tells of the decision, with the names of today."""

    event_id: EventId
    at: datetime
    type: str
    decision: str | None
    reasons: tuple[str, ...]
    rendition: str | None
    asset: AssetId | None
    accession_number: str | None
    licence: LicenceId | None
    licence_number: str | None
    organisation: OrganisationId | None
    organisation_name: Bilingual | None
    person_name: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision explained.

    Shape: without a receipt the ask was settled before rights were asked, or before receipts were kept; what cannot be
    read, or is not what was stored, is None. `in_full` is for the archive's own people, and so are the `facts`.
    """

    event: LoggedEvent
    receipt: Receipt | None = None
    replay: Replay | None = None
    again: Permit | Refusal | None = None
    told: tuple[Told, ...] = ()
    facts: Facts | None = None
    in_full: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A what-if answered: the verdict over the stored facts, and over today's where the asker may know them."""

    use: Use
    at: datetime
    stored: Permit | Refusal
    today: Permit | Refusal | None


def tell(use: Use, facts: Facts, at: datetime, verdict: Permit | Refusal, *, in_full: bool) -> tuple[Told, ...]:
    """Return every fact in words; not in full, only what counted and the party's own licences, without numbers."""
    everything = _Teller(use, facts, at, verdict, in_full).everything()
    return tuple(one for one in everything if in_full or one.counted or one.kind is Kind.LICENCE)


@dataclass(frozen=True, slots=True)
class _Teller:
    use: Use
    facts: Facts
    at: datetime
    verdict: Permit | Refusal
    in_full: bool

    def everything(self) -> Iterator[Told]:
        yield from self._standing()
        yield from self._restrictions(self.facts)
        for line in self.facts.lines:
            yield Told(Kind.LICENCE, _line(line), self._publishing and self._line_counted(line))
        yield from self._rights(self.facts)
        for twin in self.facts.twins:
            yield from self._twin(twin)

    @property
    def _publishing(self) -> bool:
        return self.use.action is Action.PUBLISH

    def _restrictions(self, known: Facts | Twin) -> Iterator[Told]:
        yield from (Told(Kind.RESTRICTION, _restriction(bar), self._bars(bar)) for bar in known.restrictions)

    def _rights(self, known: Facts | Twin) -> Iterator[Told]:
        judged = occasions(self.use)
        for right in known.rights_in:
            counted = self._publishing and right.live and any(contains(right, one, self.at) for one in judged)
            yield Told(Kind.RIGHT, _right(right, self._name(right.number)), counted)
        for claim in known.exclusives:
            others = claim.holder != self.use.party
            counted = self._publishing and others and any(meets(one, claim, self.at) for one in judged)
            yield Told(Kind.EXCLUSIVE, _exclusive(claim, self._name(claim.number)), counted)

    def _twin(self, twin: Twin) -> Iterator[Told]:
        """Yield that there is a twin, then what limits its use, under its name."""
        name = twin_name(twin, self.at, in_full=self.in_full)
        limits = [*self._restrictions(twin), *self._rights(twin)]
        counted = self._publishing or any(one.counted for one in limits)
        yield Told(Kind.TWIN, _standing_of(twin, name), counted)
        if self._publishing:
            yield from (Told(Kind.TWIN, _of(name, why.message), narrows(twin)) for why in claim_reasons(twin))
        yield from (Told(Kind.TWIN, _of(name, one.sentence), one.counted) for one in limits)

    def _standing(self) -> Iterator[Told]:
        against = tuple(standing_reasons(self.facts))
        yield from (Told(Kind.STANDING, why.message, counted=True) for why in against)
        if not against:
            fine = Bilingual(
                "The photograph was ready, and the organisation was active.", "照片已就绪，机构处于启用状态。"
            )
            yield Told(Kind.STANDING, fine, counted=True)
        publishing = self.use.action is Action.PUBLISH
        yield from (Told(Kind.STANDING, why.message, publishing) for why in claim_reasons(self.facts))
        if not publishing:
            yield Told(Kind.STANDING, _SEES if self.facts.may_view else _SEES_NOT, counted=True)

    def _bars(self, bar: Restriction) -> bool:
        if self.use.action is Action.VIEW:
            return bar.hides_preview and bar.span.holds(self.at)
        return any(meets(one, bar, self.at) for one in occasions(self.use))

    def _name(self, number: str) -> str:
        return number if self.in_full else ""

    def _line_counted(self, line: LicenceLine) -> bool:
        if isinstance(self.verdict, Permit):
            return line.line_id == self.verdict.line_id
        return self.verdict.rule == "no_clean_line"


_SEES = Bilingual("The person may see this photograph, marked.", "此人可查看该照片的加水印版本。")
_SEES_NOT = Bilingual("The person may not see this photograph.", "此人不得查看该照片。")
_STATES = {
    LineState.RESERVED: Bilingual("reserved", "保留中"),
    LineState.OFFERED: Bilingual("offered", "待接受"),
    LineState.ACTIVE: Bilingual("active", "有效"),
    LineState.SUSPENDED: Bilingual("suspended", "已中止"),
    LineState.REVOKED: Bilingual("revoked", "已撤销"),
    LineState.RELEASED: Bilingual("never completed", "未完成"),
}
_KINDS = {
    "embargo": Bilingual("An embargo", "禁发期"),
    "takedown": Bilingual("A takedown", "下架"),
    "sensitivity": Bilingual("A bar for sensitivity", "敏感内容限制"),
    "cultural": Bilingual("A bar for cultural reasons", "文化原因限制"),
    "legal": Bilingual("A legal bar", "法律限制"),
    "privacy": Bilingual("A bar for privacy", "隐私限制"),
    "territory_bar": Bilingual("A bar of territory", "地域限制"),
}


def limits_said(known: Facts | Twin) -> tuple[Bilingual, ...]:
    """Return everything that limits the use of a photograph, whoever asks, in words and with its numbers."""
    claims = (why.message for why in claim_reasons(known))
    bars, exclusives = map(_restriction, known.restrictions), (_exclusive(one, one.number) for one in known.exclusives)
    rights = [_right(one, one.number) for one in known.rights_in] or [_NO_RIGHT]
    return tuple(dict.fromkeys([*claims, *bars, *exclusives, *rights]))


_NO_RIGHT = Bilingual("No right to license it is recorded.", "没有可授权的权利记录。")
_TWIN_STANDING = {
    True: Bilingual("{name} looks the same, and nobody has ruled on it.", "{name}看来相同，尚无人作出认定。"),
    False: Bilingual("{name} was ruled the same picture.", "{name}已被认定为同一画面。"),
}


def _standing_of(twin: Twin, name: Bilingual) -> Bilingual:
    said = _TWIN_STANDING[twin.unruled]
    return Bilingual(said.en.format(name=_capital(name.en)), said.zh.format(name=name.zh))


def _of(name: Bilingual, said: Bilingual) -> Bilingual:
    return Bilingual(f"{_capital(name.en)}: {said.en}", f"{name.zh.strip()}：{said.zh}")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _restriction(bar: Restriction) -> Bilingual:
    kind, where, what = _KINDS[bar.kind.value], territory_names(bar.territory), media_names(bar.media)
    until = until_text(bar.span.end, bar.tz)
    first = day_text(bar.span.start.astimezone(ZoneInfo(bar.tz)).date(), bar.tz)
    return Bilingual(
        f"{kind.en} from {first.en}{until.en}: {what.en}, in {where.en}.",
        f"{kind.zh}，自{first.zh}起{until.zh}：{where.zh}，{what.zh}。",
    )


def _line(line: LicenceLine) -> Bilingual:
    state, span = _STATES[line.state], _dates(line.span, line.tz)
    where, what = territory_names(line.territory), media_names(line.media)
    left = Bilingual("", "")
    if line.cap is not None:
        left = Bilingual(f"; {line.used} of {line.cap} downloads used", f"；下载已用 {line.used}/{line.cap} 次")
    unaccepted = Bilingual("", "") if line.accepted else Bilingual(", terms not accepted", "，条款未接受")
    if line.consents:
        left = Bilingual(f"{left.en}; the rights holder consented", f"{left.zh}；权利人已同意")
    if line.consents_withdrawn:
        left = Bilingual(f"{left.en}; the rights holder withdrew consent", f"{left.zh}；权利人已撤回同意")
    return Bilingual(
        f"Licence {line.number}, {state.en}{unaccepted.en}: {what.en}, in {where.en}, {span.en}{left.en}.",
        f"许可证 {line.number}（{state.zh}{unaccepted.zh}）：{where.zh}，{what.zh}，{span.zh}{left.zh}。",
    )


def _right(right: RightsIn, number: str) -> Bilingual:
    where, what, span = territory_names(right.territory), media_names(right.media), _dates(right.span, right.tz)
    name = Bilingual(f" {number}", f" {number} ") if number else Bilingual("", "")
    asks = Bilingual("; each use needs consent", "；每次使用须经同意") if right.consent_required else Bilingual("", "")
    return Bilingual(
        f"Supply agreement{name.en}: {what.en}, in {where.en}, {span.en}{asks.en}.",
        f"供稿协议{name.zh}：{where.zh}，{what.zh}，{span.zh}{asks.zh}。",
    )


def _exclusive(claim: Exclusive, number: str) -> Bilingual:
    where, what, span = territory_names(claim.territory), media_names(claim.media), _dates(claim.span, claim.tz)
    name = Bilingual(f" under {number}", f"（{number}）") if number else Bilingual("", "")
    return Bilingual(
        f"Exclusive{name.en}: {what.en}, in {where.en}, {span.en}.",
        f"独家授权{name.zh}：{where.zh}，{what.zh}，{span.zh}。",
    )


def _dates(span: Span, tz: str) -> Bilingual:
    first = day_text(span.start.astimezone(ZoneInfo(tz)).date(), tz)
    if span.end is None:
        return Bilingual(f"from {first.en}", f"自{first.zh}起")
    last = day_text(last_day(span.end, tz), tz)
    return Bilingual(f"{first.en} to {last.en}", f"{first.zh}至{last.zh}")
