"""The decision as a table: one case a row, each against the same museum, newspaper and photograph.

Rows are numbered as in the study they come from; what has no place here is left out (exempt parties, products).
D2, D5, D10, D15, D16, D17, D18.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, RestrictionId
from dam.kernel.span import Span, days
from dam.rights.decision import (
    Action,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Restriction,
    RestrictionKind,
    RightsIn,
    Twin,
    Use,
)
from dam.rights.territories import territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set

SHANGHAI = "Asia/Shanghai"
DAILY, RIVAL = (OrganisationId(UUID(int=number)) for number in (50, 60))
YEAR = days(date(2025, 8, 1), date(2026, 7, 31), SHANGHAI)
"""China Daily's exclusive year: to 31 July 2026 in Beijing, 16:00 of that day in UTC."""
LONG = days(date(2020, 1, 1), date(2029, 12, 31), SHANGHAI)
END = datetime(2026, 7, 31, 16, tzinfo=UTC)
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

NEWS, WEB, BOOK, AI = (
    media_set([code])
    for code in ("editorial.news", "editorial.news.web", "editorial.book.interior", "machine.ai.training")
)
WORLD = territory_set(["WORLD"])


def line(**changes: object) -> LicenceLine:
    base = LicenceLine(
        line_id=1,
        licence_id=LicenceId(UUID(int=1)),
        licensee=DAILY,
        state=LineState.ACTIVE,
        accepted=True,
        span=YEAR,
        media=NEWS,
        territory=WORLD,
        cap=10,
        used=0,
        max_px=4000,
        slot_owner=DAILY,
        number="LIC-2026-000001",
    )
    return replace(base, **changes)


def right(**changes: object) -> RightsIn:
    base = RightsIn(
        agreement_id=AgreementId(UUID(int=9)),
        number="AGR-2026-000001",
        grantee=None,
        media=media_set(["all"]),
        territory=WORLD,
        span=LONG,
        exclusive=False,
        credit_line="Museum",
        live=True,
    )
    return replace(base, **changes)


def exclusive(**changes: object) -> Exclusive:
    base = Exclusive(DAILY, AgreementId(UUID(int=8)), None, "AGR-2026-000002", NEWS, WORLD, YEAR)
    return replace(base, **changes)


def bar(kind: str, territory: list[str] | None = None, span: Span | None = None, **changes: object) -> Restriction:
    where = territory_set(territory or ["WORLD"])
    base = Restriction(RestrictionId(UUID(int=7)), RestrictionKind(kind), EVERY_MEDIUM, where, span or LONG)
    return replace(base, **changes)


def facts(**changes: object) -> Facts:
    base = Facts(True, "ready", True, True, lines=(line(),), rights_in=(right(),), exclusives=(exclusive(),))
    return replace(base, **changes)


def twin(**changes: object) -> Twin:
    base = Twin(AssetId(UUID(int=77)), "IMP-2026-000077", "ready", unruled=True, may_view=True, rights_in=(right(),))
    return replace(base, **changes)


def beside(**changes: object) -> Facts:
    """The photograph with a twin that differs in something."""
    return facts(twins=(twin(**changes),))


def use(**changes: object) -> Use:
    return replace(Use(Action.PUBLISH, DAILY, WEB, territory_set(["CN"])), **changes)


def rival(**changes: object) -> LicenceLine:
    return line(**{"licensee": RIVAL, "slot_owner": RIVAL, "span": LONG, **changes})


ASKING = right(consent_required=True)
"""A right from which nothing is licensed before its holder consents."""
VIEW = use(action=Action.VIEW)
RIVALS = use(party=RIVAL)
NOT_CHINA = territory_set(["WORLD"], ["CN"])
FREE = facts(exclusives=())
ENDING = facts(restrictions=(bar("embargo", span=Span(YEAR.start, NOON)),))


@dataclass(frozen=True)
class Case:
    number: str
    what: str
    use: Use
    facts: Facts
    at: datetime
    codes: str
    """The reasons, in order; none means permitted."""


# One row a line, however long: a table is read downwards.
# fmt: off
CASES = [
    Case("1", "the exclusive holder, its own line", use(), facts(), NOON, ""),
    Case("2", "another publisher with nothing", RIVALS, facts(lines=()), NOON, "no_licence exclusive_to_another"),
    Case("3", "another publisher's older licence", RIVALS, facts(lines=(rival(),)), NOON, "exclusive_to_another"),
    Case("4", "the holder consented", RIVALS, facts(lines=(rival(slot_owner=DAILY),)), NOON, ""),
    Case("4a", "one's own exclusive, on a line another holder consented to", use(), facts(lines=(line(slot_owner=RIVAL),), exclusives=(exclusive(), exclusive(holder=RIVAL))), NOON, ""),  # noqa: E501
    Case("5", "a book, outside the exclusive media", replace(RIVALS, media=BOOK), facts(lines=(rival(media=BOOK),)), NOON, ""),  # noqa: E501
    Case("6", "a superset meets the exclusive", replace(RIVALS, media=media_set(["editorial"])), facts(lines=(rival(media=media_set(["editorial"])),)), NOON, "exclusive_to_another"),  # noqa: E501
    Case("7", "after the exclusivity", RIVALS, facts(lines=(rival(),)), END, ""),
    Case("8", "23:59:59 of the last day, Shanghai", use(), facts(), END - timedelta(seconds=1), ""),
    Case("9", "00:00 of the next day, Shanghai", use(), facts(), END, "licence_expired"),
    Case("10", "the same in UTC, 16:00:00", use(), facts(), datetime(2026, 7, 31, 16, tzinfo=UTC), "licence_expired"),
    Case("11", "the same in UTC, 15:59:59", use(), facts(), datetime(2026, 7, 31, 15, 59, 59, tzinfo=UTC), ""),
    Case("11a", "the last microsecond", use(), facts(), END - MICROSECOND, ""),
    Case("12", "one microsecond before the start", use(), facts(), YEAR.start - MICROSECOND, "licence_not_started"),
    Case("13", "the start", use(), facts(), YEAR.start, ""),
    Case("14", "the use outruns the term", use(span=days(date(2026, 7, 1), date(2026, 8, 1), SHANGHAI)), facts(), NOON, "outside_term"),  # noqa: E501
    Case("15", "no licence (D10: nothing recorded allows nothing)", use(), facts(lines=(), exclusives=()), NOON, "no_licence"),  # noqa: E501
    Case("15a", "no facts at all (D10)", use(), Facts(True, "ready", True, True), NOON, "no_licence"),
    Case("16", "revoked", use(), facts(lines=(line(state=LineState.REVOKED),)), NOON, "licence_revoked"),
    Case("17", "suspended", use(), facts(lines=(line(state=LineState.SUSPENDED),)), NOON, "licence_suspended"),
    Case("18", "only offered (D15)", use(), facts(lines=(line(state=LineState.OFFERED, accepted=False),)), NOON, "terms_not_accepted"),  # noqa: E501
    Case("19", "quota used", use(), facts(lines=(line(used=10),)), NOON, "quota_used"),
    Case("20", "one left", use(), facts(lines=(line(used=9),)), NOON, ""),
    Case("20a", "used up, but the delivery is fetched again", use(), facts(lines=(line(used=10),), counts_against_quota=False), NOON, ""),  # noqa: E501
    Case("21", "looking when the quota is used", VIEW, facts(lines=(line(used=10),)), NOON, ""),
    Case("22", "under embargo", use(), facts(restrictions=(bar("embargo", span=YEAR),)), NOON, "embargo"),
    Case("22a", "one microsecond before the embargo ends", use(), ENDING, NOON - MICROSECOND, "embargo"),
    Case("23", "the instant the embargo ends (D17)", use(), ENDING, NOON, ""),
    Case("25", "taken down, the world over", use(), facts(restrictions=(bar("takedown"),)), NOON, "takedown"),
    Case("26", "taken down in Japan, asked for the world", use(territory=WORLD), facts(restrictions=(bar("takedown", ["JP"]),)), NOON, "takedown"),  # noqa: E501
    Case("27", "taken down in Japan, asked for China", use(), facts(restrictions=(bar("takedown", ["JP"]),)), NOON, ""),
    Case("28", "the world less China: France", use(territory=territory_set(["FR"])), facts(lines=(line(territory=NOT_CHINA),)), NOON, ""),  # noqa: E501
    Case("29", "the world less China: China", use(), facts(lines=(line(territory=NOT_CHINA),)), NOON, "outside_territory"),  # noqa: E501
    Case("30", "the world less China: Eastern Asia", use(territory=territory_set(["030"])), facts(lines=(line(territory=NOT_CHINA),)), NOON, "outside_territory"),  # noqa: E501
    Case("31", "the world less China: an open website", use(territory=WORLD), facts(lines=(line(territory=NOT_CHINA),)), NOON, "outside_territory"),  # noqa: E501
    Case("32", "the right is the holder's and may not be passed on", RIVALS, facts(lines=(rival(slot_owner=DAILY),), rights_in=(right(grantee=DAILY),)), NOON, "rights_not_recorded"),  # noqa: E501
    Case("32a", "the right is the holder's and may be passed on", RIVALS, facts(lines=(rival(slot_owner=DAILY),), rights_in=(right(grantee=DAILY, sublicensable=True),)), NOON, ""),  # noqa: E501
    Case("33", "the right ended", use(), facts(rights_in=(right(span=Span(LONG.start, NOON)),)), NOON, "rights_ended"),
    Case("33a", "the right has not begun", use(), facts(rights_in=(right(span=Span(NOON + MICROSECOND, None)),)), NOON, "rights_not_started"),  # noqa: E501
    Case("34", "the right is narrower", use(), facts(rights_in=(right(media=BOOK),)), NOON, "rights_narrower"),
    Case("34a", "the right holds part of the media", use(media=media_set(["editorial"])), facts(lines=(line(media=media_set(["editorial"])),), rights_in=(right(media=NEWS),)), NOON, "rights_narrower"),  # noqa: E501
    Case("34b", "the right holds part of the territory", use(territory=WORLD), facts(rights_in=(right(territory=NOT_CHINA),)), NOON, "rights_narrower"),  # noqa: E501
    Case("35", "an orphan: no right", use(), facts(rights_in=()), NOON, "rights_not_recorded"),
    Case("35a", "the agreement was ended", use(), facts(rights_in=(right(live=False),)), NOON, "rights_not_recorded"),
    Case("36", "AI training is in no 'all'", use(media=AI), facts(lines=(line(media=media_set(["all"])),), exclusives=()), NOON, "outside_media rights_narrower"),  # noqa: E501
    Case("38", "the organisation is suspended", use(), facts(party_active=False), NOON, "party_inactive"),
    Case("39", "withdrawn", use(), facts(asset_state="withdrawn"), NOON, "asset_withdrawn"),
    Case("39a", "quarantined", use(), facts(asset_state="quarantined"), NOON, "asset_quarantined"),
    Case("39b", "still being prepared", use(), facts(asset_state="processing"), NOON, "asset_not_ready"),
    Case("39c", "a state nobody knows", use(), facts(asset_state="surprise"), NOON, "asset_not_ready"),
    Case("40", "terms not accepted", use(), facts(lines=(line(accepted=False),)), NOON, "terms_not_accepted"),
    Case("41", "facts incomplete", use(), facts(complete=False), NOON, "facts_incomplete"),
    Case("41a", "a clock without a zone", use(), facts(), NOON.replace(tzinfo=None), "facts_incomplete"),
    Case("44", "altered", use(alters=True), facts(lines=(line(conditions={"no_alteration": True}),)), NOON, "alteration_barred"),  # noqa: E501
    Case("45", "too many printed", use(print_run=5001), facts(lines=(line(conditions={"print_run": 5000}),)), NOON, "print_run_exceeded"),  # noqa: E501
    Case("45a", "as many as allowed", use(print_run=5000), facts(lines=(line(conditions={"print_run": 5000}),)), NOON, ""),  # noqa: E501
    Case("47", "held back for a community: even the preview", VIEW, facts(restrictions=(bar("cultural"),)), NOON, "cultural"),  # noqa: E501
    Case("48", "after it was lifted", VIEW, facts(), NOON, ""),
    Case("49", "media wider than one's line", use(media=media_set(["editorial"])), FREE, NOON, "outside_media"),
    Case("50", "the use outlives the right", use(span=days(date(2026, 3, 1), date(2026, 6, 30), SHANGHAI)), facts(rights_in=(right(span=days(date(2025, 1, 1), date(2026, 5, 31), SHANGHAI)),)), NOON, "rights_ended"),  # noqa: E501
    Case("51", "consent only on a revoked line", RIVALS, facts(lines=(rival(slot_owner=DAILY, state=LineState.REVOKED), rival(line_id=2))), NOON, "licence_revoked exclusive_to_another"),  # noqa: E501
    Case("52", "another's licence", RIVALS, FREE, NOON, "other_organisation"),
    Case("53", "nobody's use", use(party=None), FREE, NOON, "other_organisation"),
    Case("54", "no media named", use(media=media_set([])), FREE, NOON, "empty_use"),
    Case("55", "no territory left", use(territory=territory_set(["CN"], ["CN"])), FREE, NOON, "empty_use"),
    Case("56", "A's expiry leaves B untouched (D18)", RIVALS, facts(lines=(line(span=Span(YEAR.start, NOON)), rival(line_id=2)), exclusives=()), NOON, ""),  # noqa: E501
    Case("57", "an old line expired, a new one runs", use(), facts(lines=(line(span=Span(YEAR.start, NOON)), line(line_id=2))), NOON, ""),  # noqa: E501
    Case("58", "restricted after the licence was granted (D2, D5)", use(), facts(restrictions=(bar("legal", ["CN"]),)), NOON, "legal"),  # noqa: E501
    Case("59", "everything at once: every reason", use(), facts(asset_state="withdrawn", party_active=False, restrictions=(bar("privacy"), bar("sensitivity")), lines=(line(used=10, accepted=False),)), NOON, "asset_withdrawn party_inactive privacy sensitivity terms_not_accepted quota_used"),  # noqa: E501
    Case("60", "looking at what is not ready (D11, D15)", VIEW, facts(asset_state="received"), NOON, "asset_not_ready"),
    Case("61", "looking at another holder's", VIEW, facts(may_view=False), NOON, "not_visible"),
    Case("62", "looking while barred in Japan only", VIEW, facts(restrictions=(bar("territory_bar", ["JP"]),)), NOON, ""),  # noqa: E501
    Case("63", "looking under an embargo (D11)", VIEW, facts(restrictions=(bar("embargo", span=YEAR),)), NOON, "embargo"),  # noqa: E501
    Case("63a", "looking the instant the embargo ends (D16)", VIEW, ENDING, NOON, ""),
    Case("63b", "looking one microsecond before", VIEW, ENDING, NOON - MICROSECOND, "embargo"),
    Case("64", "looking when only advertising is barred", VIEW, facts(restrictions=(bar("sensitivity", media=media_set(["commercial"])),)), NOON, ""),  # noqa: E501
    Case("65", "looking needs no licence", replace(VIEW, party=RIVAL), facts(lines=(), exclusives=()), NOON, ""),
    Case("66", "dates that are over", use(span=Span(YEAR.start, NOON)), facts(), NOON, "use_period_past"),
    Case("67", "a bar that begins within the dates", use(span=Span(NOON, END)), facts(restrictions=(bar("embargo", span=Span(END - MICROSECOND, None)),)), NOON, "embargo"),  # noqa: E501
    Case("68", "a bar that begins as the dates end", use(span=Span(NOON, END)), facts(restrictions=(bar("embargo", span=Span(END, None)),)), NOON, ""),  # noqa: E501
    Case("69", "a claim in its caption nobody has ruled on", use(), facts(unconfirmed_claim=True), NOON, "claim_unconfirmed"),  # noqa: E501
    Case("69a", "a claim and no licence: both are said", RIVALS, facts(lines=(), exclusives=(), unconfirmed_claim=True), NOON, "claim_unconfirmed no_licence"),  # noqa: E501
    Case("69b", "a claim and a bar", use(), facts(restrictions=(bar("takedown"),), unconfirmed_claim=True), NOON, "claim_unconfirmed takedown"),  # noqa: E501
    Case("69c", "looking at a photograph with a claim", VIEW, facts(unconfirmed_claim=True), NOON, ""),
    Case("69d", "a claim about dates to come", use(span=Span(NOON, END)), facts(unconfirmed_claim=True), NOON, "claim_unconfirmed"),  # noqa: E501
    Case("70", "the holder was not asked yet", use(), facts(rights_in=(ASKING,)), NOON, "consent_needed"),
    Case("70a", "the holder consented", use(), facts(lines=(line(consents=(ASKING.agreement_id,)),), rights_in=(ASKING,)), NOON, ""),  # noqa: E501
    Case("70b", "the holder withdrew the consent", use(), facts(lines=(line(consents_withdrawn=(ASKING.agreement_id,)),), rights_in=(ASKING,)), NOON, "consent_withdrawn"),  # noqa: E501
    Case("70c", "consent under another agreement", use(), facts(lines=(line(consents=(AgreementId(UUID(int=77)),)),), rights_in=(ASKING,)), NOON, "consent_needed"),  # noqa: E501
    Case("70d", "consent to another line", use(), facts(lines=(line(state=LineState.REVOKED, consents=(ASKING.agreement_id,)), line(line_id=2)), rights_in=(ASKING,)), NOON, "licence_revoked consent_needed"),  # noqa: E501
    Case("70e", "beside a right that needs no consent", use(), facts(rights_in=(ASKING, right())), NOON, ""),
    Case("70f", "no consent, and the right is narrower", use(), facts(rights_in=(replace(ASKING, media=BOOK),)), NOON, "rights_narrower"),  # noqa: E501
    Case("70g", "a narrower right without consent, a wide one that needs it", use(), facts(rights_in=(right(media=BOOK), ASKING)), NOON, "consent_needed"),  # noqa: E501
    Case("70h", "consent given, the right ended", use(), facts(lines=(line(consents=(ASKING.agreement_id,)),), rights_in=(replace(ASKING, span=Span(LONG.start, NOON)),)), NOON, "rights_ended"),  # noqa: E501
    Case("70i", "looking needs no consent", VIEW, facts(rights_in=(ASKING,)), NOON, ""),
    Case("71", "reserved: a signature is awaited (D15)", use(), facts(lines=(line(state=LineState.RESERVED, accepted=False),)), NOON, "licence_reserved"),  # noqa: E501
    Case("71a", "reserved, accepted or not (D15)", use(), facts(lines=(line(state=LineState.RESERVED),)), NOON, "licence_reserved"),  # noqa: E501
    Case("71b", "never completed (D15)", use(), facts(lines=(line(state=LineState.RELEASED, accepted=False),)), NOON, "licence_released"),  # noqa: E501
    Case("80", "a twin with the same rights, nobody has ruled", use(), beside(), NOON, ""),
    Case("80a", "a twin with the same rights, ruled the same", use(), beside(unruled=False), NOON, ""),
    Case("81", "a twin with no recorded right", use(), beside(rights_in=()), NOON, "twin_unruled rights_not_recorded"),
    Case("81a", "the same picture, and no recorded right", use(), beside(rights_in=(), unruled=False), NOON, "twin_same rights_not_recorded"),  # noqa: E501
    Case("81b", "a twin whose agreement was ended", use(), beside(rights_in=(right(live=False),)), NOON, "twin_unruled rights_not_recorded"),  # noqa: E501
    Case("82", "a twin whose right is narrower", use(), beside(rights_in=(right(media=BOOK),)), NOON, "twin_unruled rights_narrower"),  # noqa: E501
    Case("82a", "a twin whose right ended", use(), beside(rights_in=(right(span=Span(LONG.start, NOON)),)), NOON, "twin_unruled rights_ended"),  # noqa: E501
    Case("82b", "a twin whose right is wide, the photograph's narrower", use(), facts(rights_in=(right(media=BOOK),), twins=(twin(),)), NOON, "rights_narrower"),  # noqa: E501
    Case("83", "a twin exclusive to another", use(), beside(exclusives=(exclusive(holder=RIVAL),)), NOON, "twin_unruled exclusive_to_another"),  # noqa: E501
    Case("83a", "a twin exclusive to oneself", use(), beside(exclusives=(exclusive(),)), NOON, ""),
    Case("83b", "the holder of the twin's exclusivity consented", RIVALS, facts(exclusives=(), lines=(rival(slot_owner=DAILY),), twins=(twin(exclusives=(exclusive(),)),)), NOON, ""),  # noqa: E501
    Case("83c", "after the twin's exclusivity", RIVALS, facts(lines=(rival(),), exclusives=(), twins=(twin(exclusives=(exclusive(),)),)), END, ""),  # noqa: E501
    Case("84", "a twin taken down", use(), beside(restrictions=(bar("takedown"),)), NOON, "twin_unruled takedown"),
    Case("84a", "a twin taken down elsewhere", use(), beside(restrictions=(bar("takedown", ["JP"]),)), NOON, ""),
    Case("84b", "both taken down: said once, and why it counts", use(), facts(restrictions=(bar("takedown"),), twins=(twin(restrictions=(bar("takedown"),)),)), NOON, "takedown twin_unruled"),  # noqa: E501
    Case("84c", "a bar on the twin that begins within the dates", use(span=Span(NOON, END)), beside(restrictions=(bar("embargo", span=Span(END - MICROSECOND, None)),)), NOON, "twin_unruled embargo"),  # noqa: E501
    Case("85", "a twin with a claim nobody has ruled on", use(), beside(unconfirmed_claim=True), NOON, "twin_unruled claim_unconfirmed"),  # noqa: E501
    Case("86", "one twin of two in the way", use(), facts(twins=(twin(), twin(unruled=False, restrictions=(bar("legal"),)))), NOON, "twin_same legal"),  # noqa: E501
    Case("86a", "the second twin of two is the narrower", use(), facts(twins=(twin(), twin(rights_in=()))), NOON, "twin_unruled rights_not_recorded"),  # noqa: E501
    Case("87", "a spare copy, the same picture, withdrawn without rights", use(), beside(unruled=False, asset_state="withdrawn", rights_in=()), NOON, ""),  # noqa: E501
    Case("87a", "the same, with a claim in its caption", use(), beside(unruled=False, asset_state="withdrawn", unconfirmed_claim=True), NOON, ""),  # noqa: E501
    Case("87b", "the same, but taken down", use(), beside(unruled=False, asset_state="withdrawn", restrictions=(bar("takedown"),)), NOON, "twin_same takedown"),  # noqa: E501
    Case("87c", "a spare copy withdrawn before anybody ruled", use(), beside(asset_state="withdrawn", rights_in=()), NOON, "twin_unruled rights_not_recorded"),  # noqa: E501
    Case("88", "looking while the twin is under an embargo", VIEW, beside(restrictions=(bar("embargo", span=YEAR),)), NOON, "twin_unruled embargo"),  # noqa: E501
    Case("88a", "looking while the twin is barred in Japan only", VIEW, beside(restrictions=(bar("territory_bar", ["JP"]),)), NOON, ""),  # noqa: E501
    Case("88b", "looking at one whose twin has no right and a claim", VIEW, beside(rights_in=(), unconfirmed_claim=True), NOON, ""),  # noqa: E501
    Case("89", "no licence, and the twin is exclusive to another", RIVALS, facts(lines=(), exclusives=(), twins=(twin(exclusives=(exclusive(),)),)), NOON, "no_licence twin_unruled exclusive_to_another"),  # noqa: E501
    Case("90", "the right in the twin is another's and may not be passed on", RIVALS, facts(lines=(rival(),), exclusives=(), twins=(twin(rights_in=(right(grantee=DAILY),)),)), NOON, "twin_unruled rights_not_recorded"),  # noqa: E501
    Case("91", "the twin's holder must consent", use(), beside(rights_in=(right(consent_required=True),)), NOON, "twin_unruled consent_needed"),  # noqa: E501
    Case("91a", "the twin's holder consented on this line", use(), facts(lines=(line(consents=(right().agreement_id,)),), twins=(twin(rights_in=(right(consent_required=True),)),)), NOON, ""),  # noqa: E501
    Case("92", "everything of the twin at once", use(), beside(restrictions=(bar("privacy"),), exclusives=(exclusive(holder=RIVAL),), rights_in=(), unconfirmed_claim=True), NOON, "twin_unruled claim_unconfirmed privacy exclusive_to_another rights_not_recorded"),  # noqa: E501
]
# fmt: on
