"""What people are told of what happens: one table from an event to who is told, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from uuid import UUID

from dam.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from dam.audit.events import Detail, Event, EventType
from dam.kernel.ids import NoticeId, OrganisationId
from dam.kernel.text import Bilingual


class Audience(StrEnum):
    """Who is told."""

    MANAGERS = "managers"
    """Everybody who decides requests."""
    PARTNER = "partner"
    """Everybody of the event's organisation who asks for licences."""
    HOLDER = "holder"
    """Everybody of the organisation named in the event's detail `holder_organisation`."""


class Place(StrEnum):
    """The page a notice leads to, with the id of the event that fills it."""

    REQUEST = "/requests/{request}"
    LICENCE = "/licences/{licence}"
    REPORTS = "/licences/{licence}/reports"
    AGREEMENT = "/rights/agreements/{agreement}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One line of the table.

    Shape: the placeholders of `sentence` are details of the event. Whoever did it is never told; with `across`, nobody
    of their organisation is.
    """

    audience: Audience
    place: Place
    subject: Bilingual
    sentence: Bilingual
    across: bool = False

    def facts(self, details: Mapping[str, Detail]) -> dict[str, str]:
        """Return what the sentence needs of the details, and nothing else of them."""
        wanted = {name for _, name, _, _ in Formatter().parse(self.subject.en + self.sentence.en) if name}
        return {name: str(details[name]) for name in sorted(wanted)}

    def path(self, event: Event) -> str:
        """Return the page of ours that it leads to."""
        return self.place.format(request=event.request, licence=event.licence, agreement=event.agreement)


def _told(
    audience: Audience, place: Place, subject: tuple[str, str], sentence: tuple[str, str], *, across: bool = False
) -> Announcement:
    return Announcement(audience, place, Bilingual(*subject), Bilingual(*sentence), across)


_A, _P, _T = Audience, Place, EventType

NOTICES: Mapping[EventType, tuple[Announcement, ...]] = MappingProxyType(
    {
        _T.REQUEST_SUBMITTED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("Request {number} waits for a decision", "申请 {number} 等待审批"),
                ("A partner asks for a licence: request {number}.", "合作方提交了许可申请：{number}。"),
            ),
        ),
        _T.REQUEST_RESUBMITTED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("Request {number} was sent again", "申请 {number} 已重新提交"),
                ("The partner answered and sent request {number} again.", "合作方已答复并重新提交申请 {number}。"),
            ),
        ),
        _T.REQUEST_RETURNED: (
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("Request {number} needs your changes", "申请 {number} 需要修改"),
                (
                    "The archive returned request {number}. The thread says what should change.",
                    "档案馆已退回申请 {number}，需修改之处见往来记录。",
                ),
            ),
        ),
        _T.REQUEST_DECIDED: (
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("Request {number} was decided", "申请 {number} 已审批"),
                (
                    "The archive decided photographs of request {number}. The page shows each with its reason.",
                    "档案馆已审批申请 {number} 中的照片，逐项结果与理由见页面。",
                ),
            ),
        ),
        _T.REQUEST_COMMENTED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("A message about request {number}", "申请 {number} 有新留言"),
                ("The partner wrote into the thread of request {number}.", "合作方在申请 {number} 中留言。"),
                across=True,
            ),
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("A message about request {number}", "申请 {number} 有新留言"),
                ("The archive wrote into the thread of request {number}.", "档案馆在申请 {number} 中留言。"),
                across=True,
            ),
        ),
        _T.LICENCE_GRANTED: (
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("Licence {number} is offered", "许可证 {number} 待接受"),
                (
                    "Licence {number} is ready. Read its terms and accept them; after that the copies can be fetched.",
                    "许可证 {number} 已备妥。请阅读并接受条款，之后即可获取副本。",
                ),
            ),
        ),
        _T.LICENCE_SUSPENDED: (
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("Licence {number} is suspended", "许可证 {number} 已暂停"),
                (
                    "The archive suspended licence {number}. No new use may begin; the page says why.",
                    "档案馆已暂停许可证 {number}，不得开始新的使用。原因见页面。",
                ),
            ),
        ),
        _T.LICENCE_RESUMED: (
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("Licence {number} is active again", "许可证 {number} 已恢复"),
                ("Licence {number} can be used again.", "许可证 {number} 可继续使用。"),
            ),
        ),
        _T.LICENCE_REVOKED: (
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("Licence {number} is revoked", "许可证 {number} 已撤销"),
                (
                    "The archive revoked licence {number} for good. Take online uses down; the page says why.",
                    "档案馆已撤销许可证 {number}。请撤下在线使用，原因见页面。",
                ),
            ),
        ),
        _T.LICENCE_ENDING: (
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("Licence {number} ends on {last_day}", "许可证 {number} 将于 {last_day} 到期"),
                (
                    "The last day of licence {number} is {last_day}; days left: {days}. It can be renewed on its page.",
                    "许可证 {number} 的最后一日为 {last_day}，剩余天数：{days}。可在其页面申请续期。",
                ),
            ),
        ),
        _T.AGREEMENT_ENDING: (
            _told(
                _A.MANAGERS,
                _P.AGREEMENT,
                ("Agreement {number} ends on {last_day}", "协议 {number} 将于 {last_day} 到期"),
                (
                    "The last day of supply agreement {number} is {last_day}; days left: {days}.",
                    "供图协议 {number} 的最后一日为 {last_day}，剩余天数：{days}。",
                ),
            ),
        ),
        _T.USE_REPORTED: (
            _told(
                _A.MANAGERS,
                _P.REPORTS,
                ("A use under licence {number} was reported", "许可证 {number} 有新的使用报告"),
                (
                    "A use under licence {number} was reported. The page says whether the licence covers it.",
                    "许可证 {number} 有新的使用报告，是否在许可范围内见页面。",
                ),
            ),
        ),
        _T.REPORT_DUE: (
            _told(
                _A.PARTNER,
                _P.REPORTS,
                ("A report of use is due on {last_day}", "使用报告须于 {last_day} 前提交"),
                (
                    "Report by {last_day} how photographs of licence {number} were used. Not reported yet: {count}.",
                    "请于 {last_day} 前报告许可证 {number} 中照片的使用情况。尚未报告：{count} 张。",
                ),
            ),
        ),
        _T.REPORT_OVERDUE: (
            _told(
                _A.PARTNER,
                _P.REPORTS,
                ("A report of use is overdue", "使用报告已逾期"),
                (
                    "The report of use under licence {number} was due on {last_day}. Not reported yet: {count}.",
                    "许可证 {number} 的使用报告应于 {last_day} 前提交，现已逾期。尚未报告：{count} 张。",
                ),
            ),
            _told(
                _A.MANAGERS,
                _P.REPORTS,
                ("A report of use is overdue: licence {number}", "使用报告逾期：许可证 {number}"),
                (
                    "The report of use under licence {number} was due on {last_day}. Not reported yet: {count}.",
                    "许可证 {number} 的使用报告应于 {last_day} 前提交，现已逾期。尚未报告：{count} 张。",
                ),
            ),
        ),
    }
)

_NEEDED: Mapping[Audience, Permission] = MappingProxyType(
    {
        Audience.MANAGERS: Permission.REQUEST_DECIDE,
        Audience.PARTNER: Permission.REQUEST_SUBMIT,
        Audience.HOLDER: Permission.ASSET_READ,
    }
)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What one person was told; `path` is the page it leads to."""

    notice_id: NoticeId
    subject: Bilingual
    sentence: Bilingual
    path: str
    at: datetime
    read: bool


def kind_of(event_type: EventType, audience: Audience) -> str:
    """Return the name under which a notice keeps its words."""
    return f"{event_type.value}/{audience.value}"


_KINDS: Mapping[str, Announcement] = {
    kind_of(event_type, one.audience): one for event_type, told in NOTICES.items() for one in told
}


def words_of(kind: str, facts: Mapping[str, str]) -> tuple[Bilingual, Bilingual]:
    """Return the subject and the sentence of a kept notice."""
    announcement = _KINDS[kind]
    return announcement.subject.format(**facts), announcement.sentence.format(**facts)


def roles_of(audience: Audience) -> frozenset[Role]:
    """Return the roles that belong to the audience."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if _NEEDED[audience] in held)


def organisation_of(audience: Audience, event: Event) -> OrganisationId | None:
    """Return the organisation whose people are told, None where it may be any."""
    match audience:
        case Audience.MANAGERS:
            return None
        case Audience.PARTNER:
            return event.organisation
        case Audience.HOLDER:
            return OrganisationId(UUID(str(event.details["holder_organisation"])))
