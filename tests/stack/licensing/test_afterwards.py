"""What follows a grant, on a real PostgreSQL: notices, reminders, renewals, reports of use."""

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text, update

from dam.accounts.permissions import Role
from dam.database.tables.accounts import organisation, person
from dam.database.tables.mail import letter, notice
from dam.database.tables.reports import reminder, renewal, use_report
from dam.database.tables.rights import grant_line
from dam.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import new_id
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.renewals import RenewalDraft
from dam.licensing.reports import Flag, ReportDraft
from dam.licensing.request import RequestState
from tests.stack.licensing.test_licences import accepted, granted, refusal

pytestmark = pytest.mark.stack

BEIJING = ZoneInfo("Asia/Shanghai")
LAST = date(2026, 6, 30)


@pytest.fixture
def photo(archive):
    made = archive.photograph()
    archive.supply(made)
    return made


def told(archive, actor):
    """Return the subjects of what the person was told, oldest first."""
    return [one.subject.en for one in reversed(archive.licensing.notices(actor, limit=100).items)]


def letters_to(archive, actor):
    with archive.stack.owner.unit() as unit:
        query = select(letter.c.subject_en).where(letter.c.person_id == actor.person_id).order_by(letter.c.id)
        return list(unit.connection.execute(query).scalars())


def delivered(archive, licence_id):
    """Count one delivery of every photograph of the licence, as the gate would."""
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(update(grant_line).where(grant_line.c.licence_id == licence_id).values(used=1))


def at_beijing(archive, day, hour=0, **more):
    archive.at = datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING) + timedelta(**more)


# ---- notices


def test_each_step_is_told_to_whom_it_concerns(archive, photo):
    licensing, number = archive.licensing, None
    asked = archive.ask(archive.daily, photo)
    number = asked.number
    assert told(archive, archive.manager)[-1] == f"Request {number} waits for a decision"
    licensing.comment(archive.daily, asked.request_id, "When?")
    licensing.comment(archive.manager, asked.request_id, "Soon.")
    licensing.return_for_changes(archive.manager, asked.request_id, "Which page?")
    licensing.resubmit(archive.daily, asked.request_id, None, "Page one.")
    decided = licensing.decide(archive.manager, asked.request_id, [ItemDecision(photo, Verdict.GRANT)])
    licence = licensing.licence(archive.daily, decided.licences[0])
    licensing.accept(archive.daily, licence.licence_id, licence.terms_sha256)
    licensing.suspend(archive.manager, licence.licence_id, "A complaint.")
    licensing.reinstate(archive.manager, licence.licence_id)
    licensing.revoke(archive.manager, licence.licence_id, "A takedown.")
    assert sorted(told(archive, archive.daily)) == sorted(
        [
            f"A message about request {number}",
            f"Request {number} needs your changes",
            f"Licence {licence.number} is offered",
            f"Request {number} was decided",
            f"Licence {licence.number} is suspended",
            f"Licence {licence.number} is active again",
            f"Licence {licence.number} is revoked",
        ]
    )
    assert told(archive, archive.second_manager)[-3:] == [
        f"Request {number} waits for a decision",
        f"A message about request {number}",
        f"Request {number} was sent again",
    ]
    assert told(archive, archive.herald) == []
    assert told(archive, archive.auditor) == []
    assert sorted(letters_to(archive, archive.daily)) == sorted(told(archive, archive.daily))


def test_notices_are_read_by_their_person_alone(archive, photo):
    archive.ask(archive.daily, photo)
    licensing = archive.licensing
    newest = licensing.notices(archive.manager).items[0]
    unread, others = licensing.unread_notices(archive.manager), licensing.unread_notices(archive.second_manager)
    assert licensing.read_notices(archive.second_manager, [newest.notice_id]) == 0
    assert licensing.read_notices(archive.manager, [newest.notice_id]) == 1
    assert licensing.unread_notices(archive.manager) == unread - 1
    assert licensing.unread_notices(archive.second_manager) == others
    licensing.read_notices(archive.manager)
    assert licensing.unread_notices(archive.manager) == 0


def test_letters_can_be_switched_off_and_the_notice_stays(archive, photo):
    licensing = archive.licensing
    licensing.switch_letters(archive.manager, wanted=False)
    licensing.switch_letters(archive.manager, wanted=False)
    before, letters = len(told(archive, archive.manager)), letters_to(archive, archive.manager)
    archive.ask(archive.daily, photo)
    assert len(told(archive, archive.manager)) == before + 1
    assert letters_to(archive, archive.manager) == letters
    assert not licensing.wants_letters(archive.manager)
    licensing.switch_letters(archive.manager, wanted=True)
    archive.ask(archive.daily, photo)
    assert len(letters_to(archive, archive.manager)) == len(letters) + 1


def test_whoever_may_not_act_is_told_nothing(fresh_archive):
    archive = fresh_archive
    photo = archive.photograph()
    archive.supply(photo)
    gone = archive.person(archive.manager.organisation_id, Role.RIGHTS_MANAGER)
    closed = archive.person(archive.organisation("archive", "Closed", "CN"), Role.RIGHTS_MANAGER)
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(update(person).where(person.c.id == gone.person_id).values(active=False))
        unit.connection.execute(
            update(organisation).where(organisation.c.id == closed.organisation_id).values(is_active=False)
        )
    archive.ask(archive.daily, photo)
    assert archive.count(notice, notice.c.person_id.in_([gone.person_id, closed.person_id])) == 0
    assert archive.count(letter, letter.c.person_id.in_([gone.person_id, closed.person_id])) == 0
    assert archive.count(notice) == 2


# ---- reminders


def test_each_licence_is_told_of_at_each_step_once(fresh_archive):
    archive = fresh_archive
    photo = archive.photograph()
    archive.supply(photo, ends_on=date(2027, 12, 31))
    licence = accepted(archive, archive.daily, photo, ends_on=LAST)
    heard = []
    for days_before, step in ((91, 0), (90, 1), (89, 0), (31, 0), (30, 1), (8, 0), (7, 1), (0, 0), (-1, 0)):
        at_beijing(archive, LAST - timedelta(days=days_before), seconds=-1)
        assert archive.licensing.remind() == 0, days_before
        at_beijing(archive, LAST - timedelta(days=days_before))
        assert archive.licensing.remind() == step, days_before
        assert archive.licensing.remind() == 0, days_before
        heard += [days_before] * step
    assert heard == [90, 30, 7]
    subject = f"Licence {licence.number} ends on 2026-06-30"
    assert told(archive, archive.daily).count(subject) == 3
    assert letters_to(archive, archive.daily).count(subject) == 3
    assert archive.events(licence_id=licence.licence_id).count("licensing.licence.ending") == 3


def test_after_a_week_of_silence_one_reminder_comes_and_not_three(fresh_archive):
    archive = fresh_archive
    photo = archive.photograph()
    archive.supply(photo)
    accepted(archive, archive.daily, photo, ends_on=LAST)
    at_beijing(archive, LAST - timedelta(days=5))
    assert archive.licensing.remind() == 1
    assert archive.licensing.remind() == 0
    assert archive.count(reminder, reminder.c.step == 7) == 1
    assert archive.count(reminder) == 1


def test_what_is_over_revoked_offered_or_renewed_is_not_told_of(fresh_archive):
    archive = fresh_archive
    photo = archive.photograph()
    archive.supply(photo, ends_on=date(2027, 12, 31))
    revoked = accepted(archive, archive.daily, photo, ends_on=LAST)
    archive.licensing.revoke(archive.manager, revoked.licence_id, "A takedown.")
    granted(archive, archive.daily, photo, ends_on=LAST)
    renewed = accepted(archive, archive.herald, photo, ends_on=LAST)
    at_beijing(archive, LAST - timedelta(days=40))
    asked = archive.licensing.renew(archive.herald, renewed.licence_id, RenewalDraft())
    archive.licensing.decide(archive.manager, asked.request_id, [ItemDecision(photo, Verdict.GRANT)])
    at_beijing(archive, LAST - timedelta(days=3))
    assert archive.licensing.remind() == 0
    at_beijing(archive, LAST + timedelta(days=1))
    assert archive.licensing.remind() == 0


def test_two_rounds_at_once_tell_everything_once(fresh_archive):
    archive = fresh_archive
    photos = [archive.photograph() for _ in range(6)]
    archive.supply(*photos)
    for one in photos:
        accepted(archive, archive.daily, one, ends_on=LAST)
    at_beijing(archive, LAST - timedelta(days=20))
    counts = []
    rounds = [threading.Thread(target=lambda: counts.append(archive.licensing.remind())) for _ in range(2)]
    for one in rounds:
        one.start()
    for one in rounds:
        one.join()
    assert sum(counts) == 6
    assert archive.count(reminder) == 6
    assert sum("ends on" in one for one in letters_to(archive, archive.daily)) == 6


def test_agreements_are_told_to_the_rights_managers(fresh_archive):
    archive = fresh_archive
    archive.supply(archive.photograph(), ends_on=LAST)
    ended = archive.supply(archive.photograph(), ends_on=LAST)
    archive.rights.end_agreement(archive.manager, ended, "Cancelled.")
    at_beijing(archive, LAST - timedelta(days=30))
    assert archive.licensing.remind() == 1
    assert "ends on 2026-06-30" in told(archive, archive.manager)[-1]
    assert told(archive, archive.archivist) == []


# ---- renewals


def test_a_renewal_asks_for_the_same_again_from_the_next_day(archive, photo):
    licence = accepted(archive, archive.daily, photo)
    asked = archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft(message="Again, please."))
    assert asked.renews is not None
    assert asked.renews.licence_id == licence.licence_id
    assert asked.use.starts_on == date(2026, 7, 1)
    assert asked.use.ends_on - asked.use.starts_on == licence.use.ends_on - licence.use.starts_on
    assert (asked.use.media, asked.use.territory, asked.use.purpose) == (
        licence.use.media,
        licence.use.territory,
        licence.use.purpose,
    )
    assert [item.verdict for item in asked.items] == ["available"]
    assert asked.thread[0].text == "Again, please."
    (link,) = archive.licensing.renewals(archive.manager, licence.licence_id)
    assert (link.request_id, link.state, link.licence_id) == (asked.request_id, RequestState.SUBMITTED, None)
    with pytest.raises(Conflict) as second:
        archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    assert (second.value.code, second.value.extra["number"]) == ("renewal_open", asked.number)
    decided = archive.licensing.decide(archive.manager, asked.request_id, [ItemDecision(photo, Verdict.GRANT)])
    with pytest.raises(Conflict) as third:
        archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    assert (third.value.code, third.value.extra["licence"]) == ("renewed", str(decided.licences[0]))


def test_after_the_end_a_renewal_begins_today_and_a_refused_one_may_be_asked_again(archive, photo):
    licence = accepted(archive, archive.daily, photo)
    at_beijing(archive, date(2026, 8, 5), 10)
    asked = archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    assert asked.use.starts_on == date(2026, 8, 5)
    archive.licensing.decide(archive.manager, asked.request_id, [ItemDecision(photo, Verdict.REFUSE, "No.")])
    own = RenewalDraft(date(2026, 9, 1), date(2026, 9, 30))
    again = archive.licensing.renew(archive.daily, licence.licence_id, own)
    assert (again.use.starts_on, again.use.ends_on) == (date(2026, 9, 1), date(2026, 9, 30))


def test_a_place_promised_to_another_is_told_at_once(archive):
    """D18's sister: what another partner holds from then on is no reason to keep silent about it."""
    photo = archive.photograph()
    archive.supply(photo, ends_on=LAST)
    licence = accepted(archive, archive.daily, photo)
    archive.supply(photo, grantee=archive.herald, exclusive=True, starts_on=date(2026, 7, 1))
    asked = archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    (item,) = asked.items
    assert item.verdict == "exclusive"
    assert item.reasons


def test_what_cannot_be_renewed(archive, photo):
    offered = granted(archive, archive.daily, photo)
    with pytest.raises(WrongState):
        archive.licensing.renew(archive.daily, offered.licence_id, RenewalDraft())
    licence = accepted(archive, archive.herald, photo)
    with pytest.raises(NotFound):
        archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    with pytest.raises(NotAllowed):
        archive.licensing.renew(archive.manager, licence.licence_id, RenewalDraft())
    for wrong in (
        RenewalDraft(date(2026, 7, 1), date(2026, 6, 1)),
        RenewalDraft(ends_on=date(2026, 1, 1)),
        RenewalDraft(date.max),
        RenewalDraft(message="x" * 5000),
    ):
        with pytest.raises(Invalid):
            archive.licensing.renew(archive.herald, licence.licence_id, wrong)
    archive.licensing.revoke(archive.manager, licence.licence_id, "A takedown.")
    with pytest.raises(WrongState):
        archive.licensing.renew(archive.herald, licence.licence_id, RenewalDraft())


def test_two_renewals_at_once_are_one(archive, photo):
    licence = accepted(archive, archive.daily, photo)
    found = []

    def renew():
        try:
            found.append(archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft()).number)
        except Conflict as error:
            found.append(error.code)

    both = [threading.Thread(target=renew) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one[:4] for one in found) == ["REQ-", "rene"]


# ---- reports of use

USED = {"medium": "editorial.news.web", "title": "The anniversary", "published_on": date(2026, 3, 10)}


def with_report(archive, actor, *photos, **conditions):
    licence = accepted(archive, actor, *photos, conditions=Conditions(**conditions))
    delivered(archive, licence.licence_id)
    return licence


def test_a_report_is_taken_down_amended_and_never_removed(archive, photo):
    licence = accepted(archive, archive.daily, photo)
    desk = archive.licensing
    first = desk.report_use(archive.daily, licence.licence_id, ReportDraft(photo, **USED, url="https://a.example/1"))
    assert (first.flags, first.medium.code, first.url) == ((), "editorial.news.web", "https://a.example/1")
    archive.later(seconds=1)
    printed = USED | {"medium": "editorial.news.print_newspaper"}
    better = ReportDraft(photo, **printed, print_run=10, amends=first.report_id)
    second = desk.report_use(archive.daily, licence.licence_id, better)
    assert second.flags == (Flag.MEDIA,)
    for reader in (archive.daily, archive.manager, archive.auditor):
        found = desk.reports(reader, licence.licence_id).items
        assert [one.report_id for one in found] == [second.report_id, first.report_id]
        assert found[1].amended_by == second.report_id
    with pytest.raises(Invalid) as again:
        desk.report_use(archive.daily, licence.licence_id, better)
    assert [fault.code for fault in again.value.faults] == ["amended"]
    with pytest.raises(NotFound):
        desk.reports(archive.herald, licence.licence_id)
    assert archive.events(licence_id=licence.licence_id)[-2:] == ["licensing.use.reported"] * 2
    assert told(archive, archive.manager)[-1] == f"A use under licence {licence.number} was reported"
    for statement in ("DELETE FROM use_report", "UPDATE use_report SET note = 'x'", "DELETE FROM reminder"):
        assert "kept" in refusal(archive.stack.owner, statement)
        assert "permission denied" in refusal(archive.stack.database, statement)


def test_who_may_report_what(archive, photo):
    other = archive.photograph()
    licence = accepted(archive, archive.daily, photo)
    offered = granted(archive, archive.daily, photo)
    report = ReportDraft(photo, **USED)
    with pytest.raises(WrongState):
        archive.licensing.report_use(archive.daily, offered.licence_id, report)
    with pytest.raises(NotFound):
        archive.licensing.report_use(archive.herald, licence.licence_id, report)
    with pytest.raises(NotAllowed):
        archive.licensing.report_use(archive.manager, licence.licence_id, report)
    with pytest.raises(Invalid) as unknown:
        archive.licensing.report_use(archive.daily, licence.licence_id, ReportDraft(other, **USED, amends=new_id()))
    assert {fault.field for fault in unknown.value.faults} == {"asset", "amends"}
    with pytest.raises(Invalid) as future:
        tomorrow = USED | {"published_on": date(2026, 3, 11)}
        archive.licensing.report_use(archive.daily, licence.licence_id, ReportDraft(photo, **tomorrow))
    assert [fault.code for fault in future.value.faults] == ["future"]


def test_a_report_that_was_agreed_is_asked_for_until_it_is_there(fresh_archive):
    archive = fresh_archive
    photos = [archive.photograph() for _ in range(3)]
    archive.supply(*photos)
    licence = with_report(archive, archive.daily, *photos, report_by=date(2026, 5, 31), report_within_days=400)
    plain = accepted(archive, archive.herald, photos[0])
    delivered(archive, plain.licence_id)
    desk = archive.licensing
    assert all(item.conditions.report_by == date(2026, 5, 31) for item in licence.items)
    assert "Report of use: by 2026-05-31" in licence.terms.en
    assert "Report of use" not in plain.terms.en
    for reader in (archive.daily, archive.manager, archive.auditor):
        (row,) = desk.reports_due(reader).items
        assert (row.licence_id, row.due_on, row.missing, row.overdue) == (
            licence.licence_id,
            date(2026, 5, 31),
            3,
            False,
        )
    assert desk.reports_due(archive.herald).items == []
    desk.report_use(archive.daily, licence.licence_id, ReportDraft(photos[0], **USED))
    at_beijing(archive, date(2026, 5, 24), seconds=-1)
    assert archive.count(reminder, reminder.c.kind == "report") == 0
    desk.remind()
    assert archive.count(reminder, reminder.c.kind == "report") == 0
    at_beijing(archive, date(2026, 5, 24))
    desk.remind()
    desk.remind()
    assert told(archive, archive.daily).count("A report of use is due on 2026-05-31") == 1
    at_beijing(archive, date(2026, 6, 1), seconds=-1)
    assert not desk.reports_due(archive.daily).items[0].overdue
    at_beijing(archive, date(2026, 6, 1))
    desk.remind()
    desk.remind()
    assert told(archive, archive.daily).count("A report of use is overdue") == 1
    assert told(archive, archive.manager).count(f"A report of use is overdue: licence {licence.number}") == 1
    (row,) = desk.report_due_of(archive.auditor, licence.licence_id)
    assert (row.missing, row.overdue) == (2, True)
    late = desk.report_use(archive.daily, licence.licence_id, ReportDraft(photos[1], **USED))
    assert late.flags == (Flag.LATE,)
    desk.report_use(archive.daily, licence.licence_id, ReportDraft(photos[2], unused=True))
    assert desk.reports_due(archive.manager).items == []


def test_no_report_is_due_before_the_use_begins(archive, photo):
    asked = archive.ask(archive.daily, photo)
    too_early = ItemDecision(photo, Verdict.GRANT, conditions=Conditions(report_by=date(2026, 3, 9)))
    with pytest.raises(Invalid) as caught:
        archive.licensing.decide(archive.manager, asked.request_id, [too_early])
    assert [(one.field, one.code) for one in caught.value.faults] == [("items.0.conditions.report_by", "before_start")]


def test_nothing_is_due_of_what_was_never_delivered_and_the_term_counts_where_no_day_was_set(archive, photo):
    licence = accepted(archive, archive.daily, photo, conditions=Conditions(report_within_days=10))
    assert archive.licensing.report_due_of(archive.daily, licence.licence_id) == []
    delivered(archive, licence.licence_id)
    (row,) = archive.licensing.report_due_of(archive.daily, licence.licence_id)
    assert row.due_on == LAST + timedelta(days=10)


def test_reports_and_renewals_leave_what_they_name(archive, photo):
    """D20, D27: what was stated stays, whatever happens to the request or the licence."""
    licence = accepted(archive, archive.daily, photo)
    archive.licensing.report_use(archive.daily, licence.licence_id, ReportDraft(photo, **USED))
    asked = archive.licensing.renew(archive.daily, licence.licence_id, RenewalDraft())
    archive.licensing.withdraw(archive.daily, asked.request_id)
    archive.licensing.revoke(archive.manager, licence.licence_id, "A takedown.")
    assert archive.count(use_report, use_report.c.licence_id == licence.licence_id) == 1
    assert archive.count(renewal, renewal.c.licence_id == licence.licence_id) == 1
    after = ReportDraft(photo, **USED | {"published_on": date(2026, 3, 10)})
    archive.later(days=2)
    late = archive.licensing.report_use(archive.daily, licence.licence_id, replace_day(after, date(2026, 3, 12)))
    assert late.flags == (Flag.AFTER_REVOCATION,)


def replace_day(draft, day):
    return ReportDraft(draft.asset_id, medium=draft.medium, title=draft.title, published_on=day)


def test_a_page_of_due_reports_goes_on_where_it_ended(fresh_archive, monkeypatch):
    archive = fresh_archive
    photos = [archive.photograph() for _ in range(3)]
    archive.supply(*photos)
    for one in photos:
        with_report(archive, archive.daily, one, report_by=date(2026, 5, 31))
    first = archive.licensing.reports_due(archive.daily, limit=2)
    rest = archive.licensing.reports_due(archive.daily, first.next, limit=2)
    assert [len(first.items), len(rest.items), rest.next] == [2, 1, None]
    assert len({one.licence_id for one in [*first.items, *rest.items]}) == 3
    with pytest.raises(Invalid):
        archive.licensing.reports_due(archive.daily, "nonsense")


def test_a_round_asks_little_where_nothing_is_due(archive, queries):
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(text("SELECT 1")).all()
        assert unit.connection.execute(select(func.count()).select_from(reminder)).scalar_one() >= 0
    archive.at = datetime(2026, 3, 10, 4, tzinfo=BEIJING)
    archive.licensing.remind()
    with queries() as sent:
        archive.licensing.remind()
    assert len(sent) <= 6
