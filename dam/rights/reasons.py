"""Why a use is refused, and what a person can do next, in both languages.

The codes are stable: they stand in the usage log and in what partners program against. Listed in docs/reasons.md.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dam.kernel.errors import Reason
from dam.kernel.text import Bilingual


class ReasonCode(StrEnum):
    """One reason of a refusal."""

    FACTS_INCOMPLETE = "facts_incomplete"
    ASSET_NOT_READY = "asset_not_ready"
    ASSET_WITHDRAWN = "asset_withdrawn"
    ASSET_QUARANTINED = "asset_quarantined"
    NOT_VISIBLE = "not_visible"
    PARTY_INACTIVE = "party_inactive"
    EMPTY_USE = "empty_use"
    USE_PERIOD_PAST = "use_period_past"
    EMBARGO = "embargo"
    TAKEDOWN = "takedown"
    SENSITIVITY = "sensitivity"
    CULTURAL = "cultural"
    LEGAL = "legal"
    PRIVACY = "privacy"
    TERRITORY_BAR = "territory_bar"
    NO_LICENCE = "no_licence"
    OTHER_ORGANISATION = "other_organisation"
    TERMS_NOT_ACCEPTED = "terms_not_accepted"
    LICENCE_RESERVED = "licence_reserved"
    LICENCE_RELEASED = "licence_released"
    LICENCE_REVOKED = "licence_revoked"
    LICENCE_SUSPENDED = "licence_suspended"
    LICENCE_NOT_STARTED = "licence_not_started"
    LICENCE_EXPIRED = "licence_expired"
    OUTSIDE_TERM = "outside_term"
    OUTSIDE_MEDIA = "outside_media"
    OUTSIDE_TERRITORY = "outside_territory"
    QUOTA_USED = "quota_used"
    PRINT_RUN_EXCEEDED = "print_run_exceeded"
    ALTERATION_BARRED = "alteration_barred"
    EXCLUSIVE_TO_ANOTHER = "exclusive_to_another"
    RIGHTS_NOT_RECORDED = "rights_not_recorded"
    RIGHTS_NOT_STARTED = "rights_not_started"
    RIGHTS_ENDED = "rights_ended"
    RIGHTS_NARROWER = "rights_narrower"
    CONSENT_NEEDED = "consent_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CLAIM_UNCONFIRMED = "claim_unconfirmed"
    TWIN_UNRULED = "twin_unruled"
    TWIN_SAME = "twin_same"


_ASK_AGAIN = Bilingual("Ask for a licence for this use.", "请为此用途申请许可。")
_ASK_ARCHIVE = Bilingual("Write to the archive's rights desk.", "请联系档案馆版权部门。")

_SENTENCES: Mapping[ReasonCode, tuple[Bilingual, Bilingual]] = MappingProxyType(
    {
        ReasonCode.FACTS_INCOMPLETE: (
            Bilingual(
                "The rights could not be read in full, so nothing is delivered.", "无法完整读取权利信息，因此不予提供。"
            ),
            Bilingual(
                "Try again in a minute. If it persists, write to the archive.", "请稍后重试；如仍不行，请联系档案馆。"
            ),
        ),
        ReasonCode.ASSET_NOT_READY: (
            Bilingual("This photograph is still being prepared.", "此照片仍在处理中。"),
            Bilingual("Come back in a few minutes.", "请几分钟后再来。"),
        ),
        ReasonCode.ASSET_WITHDRAWN: (
            Bilingual("The archive has withdrawn this photograph.", "档案馆已撤回此照片。"),
            Bilingual("Choose another photograph, or write to the archive.", "请选择其他照片，或联系档案馆。"),
        ),
        ReasonCode.ASSET_QUARANTINED: (
            Bilingual("This file is in quarantine and cannot be used.", "此文件已被隔离，不能使用。"),
            Bilingual(
                "Choose another photograph. The archive can bring in a sound file.",
                "请选择其他照片；档案馆可重新提交完好的文件。",
            ),
        ),
        ReasonCode.NOT_VISIBLE: (
            Bilingual("Your organisation may not see this photograph.", "贵机构无权查看此照片。"),
            Bilingual("Write to the archive if you think you should.", "如认为应可查看，请联系档案馆。"),
        ),
        ReasonCode.PARTY_INACTIVE: (
            Bilingual("Your organisation's account is not active.", "贵机构的账户未启用。"),
            Bilingual("Ask the archive to activate it.", "请联系档案馆启用账户。"),
        ),
        ReasonCode.EMPTY_USE: (
            Bilingual("No media or no territory was named.", "未指明媒体或地域。"),
            Bilingual("Name at least one medium and one territory.", "请至少指明一种媒体和一个地域。"),
        ),
        ReasonCode.USE_PERIOD_PAST: (
            Bilingual("The dates asked for are over.", "所申请的期间已过。"),
            Bilingual("Choose dates from today.", "请选择今天或之后的日期。"),
        ),
        ReasonCode.EMBARGO: (
            Bilingual("Under embargo{until}.", "处于禁发期{until}。"),
            Bilingual(
                "Ask for dates after the embargo, or for another photograph.",
                "请申请禁发期之后的日期，或选择其他照片。",
            ),
        ),
        ReasonCode.TAKEDOWN: (
            Bilingual("Taken down for {territory}{until}.", "已在{territory}下架{until}。"),
            Bilingual(
                "Do not publish it there. Choose another photograph or territory.",
                "请勿在该地域发布；请选择其他照片或地域。",
            ),
        ),
        ReasonCode.SENSITIVITY: (
            Bilingual("Held back as sensitive for {media}{until}.", "因内容敏感，不提供用于{media}{until}。"),
            Bilingual(
                "Write to the archive and describe your use; a curator decides.", "请向档案馆说明用途，由馆员决定。"
            ),
        ),
        ReasonCode.CULTURAL: (
            Bilingual(
                "Held back at the wish of the community concerned{until}.", "应相关社群的意愿，不予提供{until}。"
            ),
            Bilingual("Write to the archive, which can ask the community.", "请联系档案馆，由其征询相关社群。"),
        ),
        ReasonCode.LEGAL: (
            Bilingual(
                "Held back for legal reasons in {territory}{until}.", "因法律原因，在{territory}不予提供{until}。"
            ),
            Bilingual(
                "Choose another territory or photograph, or write to the archive.",
                "请选择其他地域或照片，或联系档案馆。",
            ),
        ),
        ReasonCode.PRIVACY: (
            Bilingual("Held back to protect a person's privacy{until}.", "为保护个人隐私，不予提供{until}。"),
            Bilingual("Choose another photograph, or write to the archive.", "请选择其他照片，或联系档案馆。"),
        ),
        ReasonCode.TERRITORY_BAR: (
            Bilingual("May not be used in {territory}{until}.", "不得在{territory}使用{until}。"),
            Bilingual("Ask again without {territory}.", "请去掉{territory}后重新申请。"),
        ),
        ReasonCode.NO_LICENCE: (
            Bilingual("Your organisation holds no licence for this photograph.", "贵机构没有此照片的许可证。"),
            Bilingual("Add it to your lightbox and ask for a licence.", "请加入选片夹并申请许可。"),
        ),
        ReasonCode.OTHER_ORGANISATION: (
            Bilingual("This licence belongs to another organisation.", "此许可证属于其他机构。"),
            Bilingual("Ask for a licence of your own.", "请为贵机构申请许可。"),
        ),
        ReasonCode.TERMS_NOT_ACCEPTED: (
            Bilingual("The terms of licence {number} are not accepted yet.", "许可证 {number} 的条款尚未接受。"),
            Bilingual("Open the licence, read the terms and accept them.", "请打开许可证，阅读并接受条款。"),
        ),
        ReasonCode.LICENCE_RESERVED: (
            Bilingual(
                "Licence {number} is not complete: a consent or a second signature is still awaited.",
                "许可证 {number} 尚未完成：仍在等待权利人同意或第二人签署。",
            ),
            Bilingual("Wait until the archive tells you that it is complete.", "请等待档案馆通知许可证已完成。"),
        ),
        ReasonCode.LICENCE_RELEASED: (
            Bilingual("Licence {number} was never completed.", "许可证 {number} 未能完成。"),
            Bilingual("Open its request to see why; you may ask anew.", "请打开相应申请查看原因，可重新申请。"),
        ),
        ReasonCode.LICENCE_REVOKED: (
            Bilingual("Licence {number} was revoked.", "许可证 {number} 已被撤销。"),
            Bilingual(
                "Stop using the photograph. The licence page tells why; you may ask anew.",
                "请停止使用照片；许可证页面载有原因，可重新申请。",
            ),
        ),
        ReasonCode.LICENCE_SUSPENDED: (
            Bilingual("Licence {number} is suspended.", "许可证 {number} 已暂停。"),
            _ASK_ARCHIVE,
        ),
        ReasonCode.LICENCE_NOT_STARTED: (
            Bilingual("Licence {number} begins on {first_day}.", "许可证 {number} 自{first_day}起生效。"),
            Bilingual("Come back on {first_day}.", "请于{first_day}再来。"),
        ),
        ReasonCode.LICENCE_EXPIRED: (
            Bilingual("Licence {number} ended on {last_day}.", "许可证 {number} 已于{last_day}到期。"),
            Bilingual("Ask for a new licence.", "请申请新的许可证。"),
        ),
        ReasonCode.OUTSIDE_TERM: (
            Bilingual("Licence {number} runs only until {last_day}.", "许可证 {number} 仅有效至{last_day}。"),
            Bilingual(
                "Shorten the use to {last_day}, or ask for a longer licence.",
                "请将使用期缩短至{last_day}，或申请期限更长的许可证。",
            ),
        ),
        ReasonCode.OUTSIDE_MEDIA: (
            Bilingual("Licence {number} covers only {media}.", "许可证 {number} 仅涵盖{media}。"),
            _ASK_AGAIN,
        ),
        ReasonCode.OUTSIDE_TERRITORY: (
            Bilingual("Licence {number} covers only {territory}.", "许可证 {number} 仅涵盖{territory}。"),
            Bilingual("Ask for a licence for the other territories.", "请为其他地域申请许可。"),
        ),
        ReasonCode.QUOTA_USED: (
            Bilingual("All {cap} downloads of licence {number} are used.", "许可证 {number} 的 {cap} 次下载已用完。"),
            Bilingual(
                "Fetch a recent delivery again, or ask for more downloads.",
                "可重新获取近期的下载，或申请更多下载次数。",
            ),
        ),
        ReasonCode.PRINT_RUN_EXCEEDED: (
            Bilingual(
                "Licence {number} allows a print run of {print_run}.", "许可证 {number} 允许的印量为 {print_run}。"
            ),
            Bilingual("Print fewer copies, or ask for a larger print run.", "请减少印量，或申请更大印量。"),
        ),
        ReasonCode.ALTERATION_BARRED: (
            Bilingual(
                "Licence {number} does not allow the photograph to be altered.", "许可证 {number} 不允许改动照片。"
            ),
            Bilingual("Use it unaltered, or ask for leave to alter it.", "请按原样使用，或申请改动许可。"),
        ),
        ReasonCode.EXCLUSIVE_TO_ANOTHER: (
            Bilingual("Exclusively licensed for {media}{until}.", "已独家授权用于{media}{until}。"),
            Bilingual("You may ask for another use{from_day}.", "您可以申请其他用途{from_day}。"),
        ),
        ReasonCode.RIGHTS_NOT_RECORDED: (
            Bilingual("The archive has no recorded right to license this use.", "档案馆没有可授权此用途的权利记录。"),
            Bilingual(
                "You may ask: the archive will look for the rights holder's agreement.",
                "您可以提出申请，档案馆将征询权利人。",
            ),
        ),
        ReasonCode.RIGHTS_NOT_STARTED: (
            Bilingual(
                "The archive's right to license this begins on {first_day}.", "档案馆的授权权利自{first_day}起生效。"
            ),
            Bilingual("Ask for dates from {first_day}.", "请申请{first_day}及之后的日期。"),
        ),
        ReasonCode.RIGHTS_ENDED: (
            Bilingual("The archive's right to license this ends with {last_day}.", "档案馆的授权权利截至{last_day}。"),
            Bilingual(
                "Ask for dates up to {last_day}, or ask the archive to renew it.",
                "请申请不晚于{last_day}的日期，或请档案馆续签。",
            ),
        ),
        ReasonCode.RIGHTS_NARROWER: (
            Bilingual(
                "The archive may license only {media}, in {territory}.", "档案馆仅可授权{territory}范围内的{media}。"
            ),
            Bilingual(
                "Narrow your use to that, or ask the archive to obtain more.",
                "请将用途缩小至该范围，或请档案馆取得更多授权。",
            ),
        ),
        ReasonCode.CONSENT_NEEDED: (
            Bilingual("The rights holder must consent to this very use first.", "须先取得权利人对此用途的同意。"),
            Bilingual(
                "You may ask: the archive will put your use before the rights holder.",
                "您可以提出申请，档案馆将征求权利人同意。",
            ),
        ),
        ReasonCode.CONSENT_WITHDRAWN: (
            Bilingual(
                "The rights holder has withdrawn the consent that licence {number} stands on.",
                "权利人已撤回许可证 {number} 所依据的同意。",
            ),
            Bilingual("Stop using the photograph and write to the archive.", "请停止使用照片，并联系档案馆。"),
        ),
        ReasonCode.CLAIM_UNCONFIRMED: (
            Bilingual(
                "Its credit or caption claims rights that the archive has not confirmed yet.",
                "其署名或说明中的权利声明尚未经档案馆确认。",
            ),
            Bilingual(
                "You may ask: an archivist will rule on the claim first.",
                "您可以提出申请，档案馆将先就该声明作出认定。",
            ),
        ),
        ReasonCode.TWIN_UNRULED: (
            Bilingual(
                "It looks the same as {other}, whose rights count here until an archivist has compared the two.",
                "它与{other}看来相同；在馆员比对之前，后者的权利也适用于此。",
            ),
            Bilingual("You may ask: an archivist will compare the two first.", "您可以提出申请，馆员将先行比对。"),
        ),
        ReasonCode.TWIN_SAME: (
            Bilingual(
                "It is the same picture as {other}, whose rights count here, too.",
                "它与{other}是同一画面，后者的权利同样适用于此。",
            ),
            Bilingual(
                "Ask for a use that both allow, or write to the archive's rights desk.",
                "请申请两者均允许的用途，或联系档案馆版权部门。",
            ),
        ),
    }
)


def reason(code: ReasonCode, **values: Bilingual | str | int) -> Reason:
    """Return the reason with its sentences filled in, each value in the sentence's own language.

    Raises: KeyError when a sentence needs a value that is missing.
    """
    message, next_step = _SENTENCES[code]
    return Reason(code.value, _fill(message, values), _fill(next_step, values))


def _fill(sentence: Bilingual, values: Mapping[str, Bilingual | str | int]) -> Bilingual:
    english = {name: value.en if isinstance(value, Bilingual) else value for name, value in values.items()}
    chinese = {name: value.zh if isinstance(value, Bilingual) else value for name, value in values.items()}
    return Bilingual(sentence.en.format(**english), sentence.zh.format(**chinese))


def last_day(end: datetime, tz: str) -> date:
    """Return the last calendar day, in the zone, that holds an instant before the end."""
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(tz)).date()


def first_free_day(end: datetime, tz: str) -> date:
    """Return the first whole calendar day, in the zone, at or after the end."""
    return last_day(end, tz) + timedelta(days=1)


def day_text(day: date, tz: str) -> Bilingual:
    """Return the day in words with the zone it is meant in, such as "31 July 2026 (Beijing time)"."""
    zone = _zone_name(tz)
    return Bilingual(f"{day.day} {day:%B} {day.year} ({zone.en})", f"{day.year}年{day.month}月{day.day}日（{zone.zh}）")


def until_text(end: datetime | None, tz: str) -> Bilingual:
    """Return " until DAY", or nothing when there is no end."""
    if end is None:
        return Bilingual("", "")
    day = day_text(last_day(end, tz), tz)
    return Bilingual(f" until {day.en}", f"，至{day.zh}")


def from_text(end: datetime | None, tz: str) -> Bilingual:
    """Return " or for dates from DAY", or nothing when there is no end."""
    if end is None:
        return Bilingual("", "")
    day = day_text(first_free_day(end, tz), tz)
    return Bilingual(f" or for dates from {day.en}", f"，或申请{day.zh}及之后的日期")


def _zone_name(tz: str) -> Bilingual:
    if tz == "Asia/Shanghai":
        return Bilingual("Beijing time", "北京时间")
    if tz == "UTC":
        return Bilingual("UTC", "协调世界时")
    return Bilingual(f"{tz} time", f"{tz} 时间")
