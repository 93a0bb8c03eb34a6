"""The text a partner accepts: the same facts always give the same words, in both languages, and so the same hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dam.kernel.hashing import sha256_hex
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.licensing.conditions import SettledConditions
from dam.licensing.views import Code, UseView
from dam.rights.reasons import day_text

VERSION = 2
"""Goes up with every change of wording; licences keep the text they were granted with."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph of the licence."""

    accession_number: str
    title: Bilingual
    holder: Bilingual | None
    conditions: SettledConditions


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """Everything the text says.

    Shape: `seat` is the country of the licensor, None where it is not recorded; `granted_on` a day in the use's zone.
    """

    number: str
    request_number: str
    licensor: Bilingual
    licensee: Bilingual
    seat: Bilingual | None
    granted_on: date
    use: UseView
    span: Span
    photographs: Sequence[Photograph]


@dataclass(frozen=True, slots=True)
class TermsText:
    """The text, and the hash that acceptance names.

    Shape: `sha256` is of `en`, a blank line, `zh`, as UTF-8.
    """

    text: Bilingual
    sha256: str


_Section = tuple[Bilingual, list[Bilingual]]


def terms_of(facts: TermsFacts) -> TermsText:
    """Write the terms of a licence."""
    sections = list(_sections(facts))
    title = Bilingual(f"Licence {facts.number}", f"许可证 {facts.number}")
    text = Bilingual(_render(title.en, "en", sections), _render(title.zh, "zh", sections))
    return TermsText(text, terms_sha256(text))


def terms_sha256(text: Bilingual) -> str:
    """Return the hash of a text in both languages."""
    return sha256_hex(f"{text.en}\n\n{text.zh}".encode())


def _render(title: str, language: str, sections: Sequence[_Section]) -> str:
    blocks = [title]
    for number, (heading, paragraphs) in enumerate(sections, start=1):
        blocks.append("\n".join([f"{number}. {heading.pick(language)}", *(text.pick(language) for text in paragraphs)]))
    return "\n\n".join(blocks)


def _sections(facts: TermsFacts) -> Iterator[_Section]:
    yield Bilingual("Parties", "当事方"), _parties(facts)
    yield Bilingual("Photographs", "照片"), [_photograph(nth, photo) for nth, photo in enumerate(facts.photographs, 1)]
    yield Bilingual("Permitted use", "许可用途"), _use(facts.use)
    yield Bilingual("Term", "期限"), _term(facts.use, facts.span)
    yield from _CLAUSES
    yield Bilingual("Law and language", "法律与文本"), _law(facts)


def _parties(facts: TermsFacts) -> list[Bilingual]:
    granted = day_text(facts.granted_on, facts.use.time_zone)
    return [
        _both("Licensor: {name}.", "许可方：{name}。", name=facts.licensor),
        _both("Licensee: {name}.", "被许可方：{name}。", name=facts.licensee),
        Bilingual(
            f"This licence answers request {facts.request_number} and was granted on {granted.en}.",
            f"本许可证系对申请 {facts.request_number} 的答复，于{granted.zh}授予。",
        ),
    ]


def _photograph(nth: int, photo: Photograph) -> Bilingual:
    parts = [
        _both(
            "({nth}) {number} {title}.",
            "（{nth}）{number} {title}。",
            nth=nth,
            number=photo.accession_number,
            title=photo.title,
        ),
        *([_both("Rights holder: {name}.", "权利人：{name}。", name=photo.holder)] if photo.holder else []),
        *_conditions(photo.conditions),
    ]
    return Bilingual(" ".join(part.en for part in parts), "".join(part.zh for part in parts))


def _conditions(conditions: SettledConditions) -> Iterator[Bilingual]:
    yield _both('Credit line: "{line}".', "署名：“{line}”。", line=conditions.credit_line)
    yield _both("Size: at most {px} pixels on the longer side.", "尺寸：长边不超过 {px} 像素。", px=conditions.max_px)
    yield _both("Downloads: at most {count}.", "下载：不超过 {count} 次。", count=conditions.downloads)
    if conditions.print_run is not None:
        yield _both("Print run: at most {count} copies.", "印量：不超过 {count} 份。", count=conditions.print_run)
    if conditions.no_alteration:
        yield Bilingual("No alteration.", "不得改动。")
    if conditions.no_ai_training:
        yield Bilingual("No AI training.", "不得用于人工智能训练。")
    yield from _report(conditions)


def _report(conditions: SettledConditions) -> Iterator[Bilingual]:
    """Say when uses are reported, where that was set; a text without it stays as it was."""
    if conditions.report_within_days is not None:
        yield _both(
            "Report of use: within {count} days of publication, whatever is said below.",
            "使用报告：发表后 {count} 日内提交，以此为准。",
            count=conditions.report_within_days,
        )
    if conditions.report_by is not None:
        yield _both(
            "Report of use: by {day} at the latest.",
            "使用报告：最迟于 {day} 提交。",
            day=conditions.report_by.isoformat(),
        )


def _use(use: UseView) -> list[Bilingual]:
    said = [
        _both("Media: {list}.", "媒体：{list}。", list=_list(use.media)),
        _both("Territory: {list}.", "地域：{list}。", list=_list(use.territory)),
    ]
    if use.territory_except:
        said.append(_both("Except: {list}.", "除外：{list}。", list=_list(use.territory_except)))
    if use.publication.strip():
        said.append(_both("Publication: {name}.", "出版物：{name}。", name=use.publication))
    said.append(_both("Purpose: {text}.", "目的：{text}。", text=use.purpose.strip().rstrip(".。")))
    said.append(_EXCLUSIVE if use.exclusive else _NOT_EXCLUSIVE)
    return said


_NOT_EXCLUSIVE = Bilingual(
    "This licence is not exclusive. Every use that is not named here stays with the rights holder.",
    "本许可为非独家许可。此处未列明的一切用途均由权利人保留。",
)
_EXCLUSIVE = Bilingual(
    "This licence is exclusive: for these media, in this territory and during the term, the licensor licenses these"
    " photographs to nobody else. Every use that is not named here stays with the rights holder.",
    "本许可为独家许可：在上述媒体、地域和期限内，许可方不再将这些照片许可给他人。此处未列明的一切用途均由权利人保留。",
)


def _term(use: UseView, span: Span) -> list[Bilingual]:
    first, last = day_text(use.starts_on, use.time_zone), day_text(use.ends_on, use.time_zone)
    start, end = _instant(span.start), _instant(span.end)
    return [
        Bilingual(
            f"From the beginning of {first.en} to the end of {last.en}, time zone {use.time_zone}:"
            f" from {start} up to, but not including, {end}.",
            f"自{first.zh}零时起，至{last.zh}二十四时止，时区 {use.time_zone}："
            f"即自 {start} 起，至 {end} 之前（不含该时刻）。",
        ),
        Bilingual(
            "When the term ends, so does every right to publish; nothing renews by itself.",
            "期限届满，一切发表权利随之终止；本许可不自动续期。",
        ),
    ]


_CLAUSES: tuple[_Section, ...] = (
    (
        Bilingual("Credit", "署名"),
        [
            Bilingual(
                "The credit line stands beside each photograph exactly as it is written above, and the credit,"
                " copyright and licence number inside the file are left in place.",
                "每张照片旁须按上文原样标注署名；文件内嵌的署名、版权信息及许可证编号不得删除。",
            )
        ],
    ),
    (
        Bilingual("Size, downloads and print run", "尺寸、下载与印量"),
        [
            Bilingual(
                "No copy is larger than the size stated. Each download counts once and may be repeated for 24 hours."
                " Where a print run is stated, no more copies are printed.",
                "任何副本不得超过所列尺寸。每次下载计一次，24 小时内可重复获取。列明印量的，印数不得超出。",
            )
        ],
    ),
    (
        Bilingual("No alteration", "不得改动"),
        [
            Bilingual(
                'Where "No alteration" is stated, the photograph may be resized, and cropped or toned as far as its'
                " meaning stays the same; nothing is added to it, removed from it or combined with it.",
                "注明“不得改动”的，照片可以缩放，并可在不改变原意的前提下裁切或调整影调；不得添加、删除或合成任何内容。",
            )
        ],
    ),
    (
        Bilingual("No machine learning", "不得用于机器学习"),
        [
            Bilingual(
                'Where "No AI training" is stated, the photograph and its description are not used to train, tune or'
                " feed a machine-learning system, and nobody else is enabled to do so.",
                "注明“不得用于人工智能训练”的，照片及其说明不得用于训练、微调机器学习系统或为其提供数据，"
                "也不得使他人得以如此使用。",
            )
        ],
    ),
    (
        Bilingual("No sublicensing", "不得转授权"),
        [
            Bilingual(
                "This licence is for the licensee alone. It is not passed on, sublicensed or assigned.",
                "本许可仅授予被许可方，不得转让、转授权或让与。",
            )
        ],
    ),
    (
        Bilingual("Suspension and revocation", "暂停与撤销"),
        [
            Bilingual(
                "The licensor may suspend or revoke this licence, stating the reason. That takes effect the moment it"
                " is recorded: nothing more is delivered, no new use begins, online use is taken down without delay.",
                "许可方可说明理由后暂停或撤销本许可，自记录之时起生效：不再提供任何副本，不得开始新的使用，在线使用须立即撤下。",
            )
        ],
    ),
    (
        Bilingual("Records and reporting", "记录与报告"),
        [
            Bilingual(
                "Every delivery and every refusal is recorded with person, time and licence. The licensee tells the"
                " licensor where and when each photograph was published, within 30 days of publication.",
                "每次提供与每次拒绝均记录人员、时间与许可证。"
                "被许可方应于发表后 30 日内告知许可方每张照片的发表载体与时间。",
            )
        ],
    ),
    (
        Bilingual("Acceptance", "接受"),
        [
            Bilingual(
                "Nothing is delivered before a person of the licensee accepts this text. The acceptance is recorded"
                " with the person, the time and the SHA-256 hash of this text.",
                "被许可方人员接受本文本之前，不提供任何副本。接受时记录人员、时间及本文本的 SHA-256 哈希值。",
            )
        ],
    ),
)


def _law(facts: TermsFacts) -> list[Bilingual]:
    said = []
    if facts.seat is not None:
        said.append(
            _both("The law of the licensor's seat applies: {seat}.", "适用许可方所在地法律：{seat}。", seat=facts.seat)
        )
    said.append(
        Bilingual(
            f"The English and the Chinese text have equal standing. Wording version {VERSION}.",
            f"英文文本与中文文本具有同等效力。条款版本 {VERSION}。",
        )
    )
    return said


def _list(codes: Sequence[Code]) -> Bilingual:
    return Bilingual(
        ", ".join(f"{item.label.en} ({item.code})" for item in codes),
        "、".join(f"{item.label.zh}（{item.code}）" for item in codes),
    )


def _instant(at: datetime | None) -> str:
    if at is None:
        raise ValueError("a licence has an end")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _both(english: str, chinese: str, **values: Bilingual | str | int) -> Bilingual:
    """Fill a sentence, each language with its own value, and keep what people wrote on one line."""
    return Bilingual(
        english.format(**{name: _one_line(value, "en") for name, value in values.items()}),
        chinese.format(**{name: _one_line(value, "zh-Hans") for name, value in values.items()}),
    )


def _one_line(value: Bilingual | str | int, language: str) -> str:
    text = value.pick(language) if isinstance(value, Bilingual) else str(value)
    return " ".join(text.split())
