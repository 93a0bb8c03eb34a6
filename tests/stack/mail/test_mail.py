"""Letters against a real mail server: written once, sent once, tried again, refused, and never in the log."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from dam.accounts.outbox import OutboxDesk
from dam.database.tables.accounts import organisation, person
from dam.database.tables.jobs import job
from dam.database.tables.mail import letter
from dam.jobs.names import JobKind
from dam.kernel.errors import NotAllowed, WrongState
from dam.kernel.text import Bilingual
from dam.mail.folder import FolderTransport
from dam.mail.letter import GIVE_UP_AFTER, Letter, LetterState
from dam.mail.service import MailService, post
from dam.mail.smtp import SmtpTransport, access_of
from dam.mail.writing import Sender
from tests.stack.archive import Archive
from tests.stack.mail.conftest import PASSWORD, USER

pytestmark = pytest.mark.stack

SENDER = Sender("desk@archive.example", Bilingual("The Archive\r\nBcc: x@evil.example", "档案馆"), "https://a.example")
SUBJECT = Bilingual("Licence 1 ends", "许可证 1 到期")
SENTENCE = Bilingual("It ends <soon> & fully.", "即将<到期>。")


@pytest.fixture
def archive(stack):
    if not hasattr(stack, "archive"):
        stack.archive = Archive(stack)
    return stack.archive


def room(archive, transport):
    return MailService(
        database=archive.stack.database, clock=archive.clock, jobs=archive.jobs, transport=transport, sender=SENDER
    )


def server(port, more=""):
    return SmtpTransport(access_of(f"smtp://127.0.0.1:{port}?tls=off{more}"), sender=SENDER.address, wait_s=5)


def write(archive, key, to, language="en"):
    with archive.stack.database.unit() as unit:
        assert post(unit, [Letter(key, to, language, SUBJECT, [SENTENCE], "/licences/1")], archive.clock()) == 1


def work(archive, mail):
    """Do every letter that waits, however long it was put off, as a worker would."""
    with archive.stack.owner.unit() as unit:
        waiting = (job.c.kind == JobKind.SEND_LETTER.value) & (job.c.state == "queued")
        unit.connection.execute(update(job).where(waiting).values(next_at=func.now()))
        ids = unit.connection.execute(select(job.c.id).where(waiting).order_by(job.c.id)).scalars().all()
    for job_id in ids:
        archive.jobs.run(job_id, mail.send)
    return len(ids)


def kept(archive, key):
    with archive.stack.owner.unit() as unit:
        return unit.connection.execute(select(letter).where(letter.c.letter_key == key)).one()


def test_a_letter_is_written_once_and_only_with_its_unit(archive, post_office):
    office, port = post_office
    to = archive.partner.person_id
    write(archive, "once", to)
    with archive.stack.database.unit() as unit:
        assert post(unit, [Letter("once", to, "en", SUBJECT, [SENTENCE])], archive.clock()) == 0
    with pytest.raises(RuntimeError), archive.stack.database.unit() as unit:
        post(unit, [Letter("never", to, "en", SUBJECT, [SENTENCE])], archive.clock())
        raise RuntimeError
    mail = room(archive, server(port))
    assert work(archive, mail) == 1
    assert work(archive, mail) == 0
    (message,) = office.letters
    assert message["To"].addresses[0].addr_spec == office.taken[0][1][0]
    assert message["Subject"] == "Licence 1 ends"
    assert kept(archive, "once").state == "sent"


def test_headers_cannot_be_added_and_the_text_is_the_same_in_both_shapes(archive, post_office):
    office, port = post_office
    with archive.stack.owner.unit() as unit:
        name = "Eve\r\nBcc: all@evil.example\r\n\r\n<script>"
        changed = update(person).where(person.c.id == archive.partner.person_id)
        unit.connection.execute(changed.values(name=name))
    evil = Letter(
        "evil",
        archive.partner.person_id,
        None,
        Bilingual("Hello\r\nBcc: b@evil.example", "你好\nCc: c@x.example"),
        [SENTENCE],
    )
    with archive.stack.database.unit() as unit:
        post(unit, [evil], archive.clock())
    work(archive, room(archive, server(port)))
    (message,) = office.letters
    assert message["Bcc"] is None
    assert message["Cc"] is None
    assert len(office.taken[0][1]) == 1
    assert message["Subject"] == "Hello Bcc: b@evil.example / 你好 Cc: c@x.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en, zh-Hans"
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "It ends <soon> & fully." in plain
    assert "即将<到期>。" in plain
    assert "It ends &lt;soon&gt; &amp; fully." in html
    assert "https://a.example/notices" in plain


def test_a_server_that_fails_is_tried_again_until_it_takes_the_letter(archive, post_office, caplog):
    office, port = post_office
    write(archive, "later", archive.partner.person_id)
    address = "person5@example.org"
    with caplog.at_level(logging.DEBUG):
        dead = room(archive, SmtpTransport(access_of("smtp://127.0.0.1:1?tls=off"), sender=SENDER.address, wait_s=1))
        for _ in range(7):  # more often than a job may fail by its own fault
            assert work(archive, dead) == 1
        assert "ConnectionRefused" in kept(archive, "later").reason
        office.answers = ["451 4.3.0 busy with person5@example.org"]
        living = room(archive, server(port))
        work(archive, living)
        assert kept(archive, "later").reason.startswith("451")
        work(archive, living)
    assert (kept(archive, "later").state, kept(archive, "later").tries) == ("sent", 9)
    assert len(office.taken) == 1
    said = "\n".join(logging.Formatter().format(one) for one in caplog.records if one.name != "mail.log")
    assert "attempt 1 failed" in said
    assert address not in said
    assert SENTENCE.en not in said


def test_what_a_server_puts_off_for_five_days_fails(archive, post_office):
    office, port = post_office
    write(archive, "old", archive.partner.person_id)
    with archive.stack.owner.unit() as unit:
        long_ago = archive.clock() - GIVE_UP_AFTER - timedelta(seconds=1)
        unit.connection.execute(update(letter).where(letter.c.letter_key == "old").values(posted_at=long_ago))
    office.answers = ["452 4.2.2 mailbox full"]
    work(archive, room(archive, server(port)))
    assert (kept(archive, "old").state, kept(archive, "old").reason) == ("failed", "452 4.2.2 mailbox full")


def test_a_hard_refusal_is_told_to_administrators_who_may_have_it_tried_again(archive, post_office):
    office, port = post_office
    mail = room(archive, server(port))
    write(archive, "refused", "nobody@example.org")
    write(archive, "nowhere", "not an address")
    work(archive, mail)
    assert "550 5.1.1" in kept(archive, "refused").reason
    assert kept(archive, "nowhere").state == "failed"
    desk = OutboxDesk(database=archive.stack.database, clock=archive.clock, mail=mail)
    rows = desk.letters(archive.administrator, LetterState.FAILED, None, limit=10)
    row = next(one for one in rows if one.address == "nobody@example.org")
    assert desk.failed_count(archive.administrator) >= 2
    with archive.stack.owner.unit() as unit:
        changed = update(letter).where(letter.c.letter_key == "refused")
        unit.connection.execute(changed.values(address="somebody@example.org"))
    desk.try_again(archive.administrator, row.letter_id)
    with pytest.raises(WrongState):
        desk.try_again(archive.administrator, row.letter_id)
    work(archive, mail)
    assert office.taken[-1][1] == ["somebody@example.org"]
    with pytest.raises(NotAllowed):
        desk.letters(archive.manager, None, None, limit=10)


@pytest.mark.parametrize(
    ("table", "whose", "flag"),
    [(person, "person_id", "active"), (organisation, "organisation_id", "is_active")],
)
def test_nobody_who_may_not_act_gets_a_letter(archive, post_office, table, whose, flag):
    office, port = post_office
    key, changed = f"gone-{flag}", update(table).where(table.c.id == getattr(archive.other_partner, whose))
    write(archive, key, archive.other_partner.person_id)
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(changed.values({flag: False}))
    work(archive, room(archive, server(port)))
    assert kept(archive, key).state == "withheld"
    assert office.taken == []
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(changed.values({flag: True}))


def test_without_a_server_letters_are_withheld_and_a_folder_keeps_them(archive, tmp_path):
    write(archive, "withheld", archive.partner.person_id)
    work(archive, room(archive, None))
    assert kept(archive, "withheld").state == "withheld"
    write(archive, "folder", archive.partner.person_id)
    work(archive, room(archive, FolderTransport(tmp_path / "mail")))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Licence 1 ends" in file.read_bytes()


def test_starttls_and_password(archive, guarded_office, certificates, monkeypatch):
    office, port = guarded_office
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.crt"))
    write(archive, "guarded", archive.partner.person_id)
    wrong = access_of(f"smtp://{USER}:no@127.0.0.1:{port}")
    work(archive, room(archive, SmtpTransport(wrong, sender=SENDER.address, wait_s=5)))
    assert kept(archive, "guarded").reason.startswith("535")
    right = access_of(f"smtp://{USER}:{PASSWORD.replace('@', '%40')}@127.0.0.1:{port}")
    work(archive, room(archive, SmtpTransport(right, sender=SENDER.address, wait_s=5)))
    assert kept(archive, "guarded").state == "sent"
    assert office.secure == [True]


def test_a_server_that_cannot_encrypt_and_a_stranger_s_certificate_are_not_spoken_to(
    archive, post_office, guarded_office, monkeypatch
):
    _, plain = post_office
    office, guarded = guarded_office
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    refusals = (("plain", plain, "STARTTLS"), ("stranger", guarded, "CERTIFICATE_VERIFY_FAILED"))
    for key, port, why in refusals:
        write(archive, key, archive.partner.person_id)
        access = access_of(f"smtp://{USER}:{PASSWORD.replace('@', '%40')}@127.0.0.1:{port}")
        work(archive, room(archive, SmtpTransport(access, sender=SENDER.address, wait_s=5)))
        assert kept(archive, key).state == "waiting"
        assert why in kept(archive, key).reason
    assert office.taken == []
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(
            text("UPDATE letter SET state='withheld', reason='t', settled_at=now() WHERE state='waiting'")
        )


def test_two_workers_at_one_letter_send_it_once(archive, post_office):
    office, port = post_office
    write(archive, "two", archive.partner.person_id)
    mail = room(archive, server(port))
    with archive.stack.owner.unit() as unit:
        job_id = unit.connection.execute(select(func.max(job.c.id))).scalar_one()
    threads = [threading.Thread(target=archive.jobs.run, args=(job_id, mail.send)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.taken) == 1
    assert kept(archive, "two").settled_at is not None


def test_a_worker_killed_after_the_server_took_the_letter_leaves_it_sent(archive, post_office):
    """The letter is marked before the job ends: whoever takes the job over finds it sent."""
    office, port = post_office
    write(archive, "killed", archive.partner.person_id)
    mail = room(archive, server(port))

    class Died(BaseException):
        pass

    def dies(lease):
        mail._attempt(_posted(archive, lease.subject_id))
        raise Died

    with archive.stack.owner.unit() as unit:
        job_id = unit.connection.execute(select(func.max(job.c.id))).scalar_one()
    with pytest.raises(Died):
        archive.jobs.run(job_id, dies)
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(
            update(job).where(job.c.id == job_id).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
        )
    archive.jobs.run(job_id, mail.send)
    assert len(office.taken) == 1
    with archive.stack.owner.unit() as unit:
        assert unit.connection.execute(select(job.c.state).where(job.c.id == job_id)).scalar_one() == "done"


def _posted(archive, letter_id):
    from dam.mail import store  # noqa: PLC0415 - behind the room's back, for this test alone

    with archive.stack.database.unit() as unit:
        return store.posted(unit, letter_id)
