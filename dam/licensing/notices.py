"""What people are told of what happens: one table from an event to who is told, and in which words."""

from collections.abc import Mapping
from types import MappingProxyType

from dam.audit.events import EventType
from dam.kernel.text import Bilingual
from dam.licensing.announcement import Announcement, Audience, Place


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
        _T.REQUEST_COUNTERED: (
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("Another use is offered for request {number}", "申请 {number} 收到另一方案"),
                (
                    "The archive offers another use than request {number} asks for. Accept or decline it on the page.",
                    "档案馆就申请 {number} 提出了另一方案，请在页面上接受或谢绝。",
                ),
            ),
        ),
        _T.OFFER_ACCEPTED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("The offer for request {number} was accepted", "申请 {number} 的方案已被接受"),
                ("The partner accepted the offer for request {number}.", "合作方接受了就申请 {number} 提出的方案。"),
            ),
        ),
        _T.OFFER_DECLINED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("The offer for request {number} was declined", "申请 {number} 的方案被谢绝"),
                (
                    "The partner declined what was offered for request {number}; it waits for a decision again.",
                    "合作方谢绝了就申请 {number} 提出的方案，该申请重新等待审批。",
                ),
            ),
        ),
        _T.OFFER_TAKEN_BACK: (
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("The offer for request {number} was taken back", "申请 {number} 的方案已收回"),
                (
                    "The archive took back what it offered for request {number}; it is decided as it was asked.",
                    "档案馆已收回就申请 {number} 提出的方案，将按原申请审批。",
                ),
            ),
        ),
        _T.CONSENT_ASKED: (
            _told(
                _A.HOLDER,
                _P.CONSENTS,
                ("Your consent is asked for: licence {number}", "请您就许可证 {number} 表示是否同意"),
                (
                    "A licence for photographs of yours waits for your consent: {number}. Photographs: {photographs}.",
                    "许可证 {number} 涉及您享有权利的照片 {photographs} 张，等待您的同意。",
                ),
            ),
        ),
        _T.CONSENT_GIVEN: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("A rights holder consents: licence {number}", "权利人已同意：许可证 {number}"),
                ("A rights holder consented to a use: licence {number}.", "权利人已同意许可证 {number} 下的一项使用。"),
                across=True,
            ),
        ),
        _T.CONSENT_REFUSED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("A rights holder refuses: licence {number}", "权利人不同意：许可证 {number}"),
                ("A rights holder refused a use under licence {number}.", "权利人不同意许可证 {number} 下的一项使用。"),
                across=True,
            ),
        ),
        _T.CONSENT_WITHDRAWN: (
            _told(
                _A.MANAGERS,
                _P.LICENCE,
                ("A consent was withdrawn: licence {number}", "同意已撤回：许可证 {number}"),
                (
                    "A rights holder withdrew the consent to a use under licence {number}.",
                    "权利人已撤回对许可证 {number} 下一项使用的同意。",
                ),
            ),
            _told(
                _A.PARTNER,
                _P.LICENCE,
                ("A consent was withdrawn: licence {number}", "同意已撤回：许可证 {number}"),
                (
                    "A rights holder withdrew the consent to a use under licence {number}. The page says more.",
                    "权利人已撤回对许可证 {number} 下一项使用的同意，影响见页面。",
                ),
            ),
        ),
        _T.LICENCE_RESERVED: (
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("Licence {number} is not complete yet", "许可证 {number} 等待权利人同意或第二人签署"),
                (
                    "Licence {number} was decided and holds its place; it still waits for a consent or a signature.",
                    "许可证 {number} 已审批并保留席位，尚待权利人同意或第二人签署。",
                ),
            ),
        ),
        _T.LICENCE_RELEASED: (
            _told(
                _A.PARTNER,
                _P.REQUEST,
                ("Licence {number} was not completed", "许可证 {number} 未能完成"),
                (
                    "What licence {number} still waited for did not come. The page of the request says how it goes on.",
                    "许可证 {number} 所待事项未能完成，后续见申请页面。",
                ),
            ),
            _told(
                _A.MANAGERS,
                _P.REQUEST,
                ("Licence {number} was not completed", "许可证 {number} 未能完成"),
                ("The place of licence {number} is free again.", "许可证 {number} 所占的席位已释放。"),
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
