"""What a licensed copy says about itself, from our own records alone; nothing of what an upload claimed goes in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dam.catalogue.description import from_json
from dam.catalogue.public_page import asking_address, page_address
from dam.delivery.store import CopyWork
from dam.kernel.text import Bilingual
from dam.metadata.fields import DeliveredAs, LicenceStamp, RightsStamp
from dam.rights.reasons import day_text
from dam.rights.territories import territory_names, territory_set
from dam.rights.vocabularies import media_names, media_set

_MINING_BARRED = "DMI-PROHIBITED"
_MINING_BY_LICENCE = "DMI-PROHIBITED-SEECONSTRAINT"
_MINING_BY_POLICY = "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR"
_INSTRUCTIONS = Bilingual("Cannot be used without permission.", "未经许可不得使用。")


def licensed_stamp(work: CopyWork, delivered: DeliveredAs, *, base_url: str, at: datetime) -> RightsStamp:
    """Return the fields of the copy: the photograph's own, whose it is, the licence it leaves under, and as what.

    Units: `at` is the instant of making, told as a day in the licence's zone.
    """
    said = from_json(work.asset.description)
    owner, licensor, number = _owner(work), _name(work.licensor), work.licence.number
    address = f"{base_url}/licences/{work.delivery.licence_id}" if base_url else ""
    return RightsStamp(
        title=said.title,
        headline=said.title.en or said.title.zh,
        caption=said.caption,
        alt_text=said.alt_text,
        creator=said.creator,
        credit_line=work.terms.credit_line,
        source=owner.en,
        rights_notice=_notice(owner),
        instructions=f"{_INSTRUCTIONS.en} {_INSTRUCTIONS.zh} ({number})",
        usage_terms=usage_terms(work),
        web_statement=page_address(base_url, work.asset.accession_number),
        copyright_owner=owner.en,
        licensor_name=licensor.en,
        licensor_url=asking_address(base_url, work.asset.accession_number),
        date=said.date,
        persons=said.people,
        keywords=said.keywords,
        image_id=str(work.delivery.asset_id),
        accession_number=work.asset.accession_number,
        licence=_licence(work, address, at),
        data_mining=_mining(work, address),
        document_id=str(work.delivery.delivery_id),
        copyright_status=_status(work.asset.rights_statement or ""),
        terms_url=address,
        mining_policy_url=f"{address}/odrl" if address else "",
        artwork=True,
        delivered=delivered,
    )


def _mining(work: CopyWork, address: str) -> str:
    if work.terms.no_ai_training:
        return _MINING_BARRED
    return _MINING_BY_POLICY if address else _MINING_BY_LICENCE


def _status(statement: str) -> str:
    """Return PLUS's word for what the rights statement says; what nobody has found out stays unknown.

    Source: rightsstatements.org 1.0: InC and its kin are in copyright, NoC and its kin are not; CC0 and the mark.
    """
    said = statement.casefold()
    if "/vocab/inc" in said:
        return "CS-PRO"
    return "CS-PUB" if "/vocab/noc" in said or "creativecommons.org/publicdomain/" in said else "CS-UNK"


def usage_terms(work: CopyWork) -> Bilingual:
    """Return the licence in a few sentences; the full text is the one its hash names."""
    licence, licensee = work.licence, _name(work.licensee)
    first, last = (day_text(day, licence.time_zone) for day in (licence.starts_on, licence.ends_on))
    media, territory = _media(work), _territory(work)
    limits = list(_limits(work))
    english = [
        f"Licensed to {licensee.en} under licence {licence.number}.",
        f"Media: {media.en}. Territory: {territory.en}. From {first.en} to {last.en}.",
        *(limit.en for limit in limits),
        "Any other use needs permission.",
    ]
    chinese = [
        f"依据许可证 {licence.number} 授权予{licensee.zh}。",
        f"媒体：{media.zh}。地域：{territory.zh}。自{first.zh}至{last.zh}。",
        *(limit.zh for limit in limits),
        "任何其他用途均须另行取得许可。",
    ]
    return Bilingual(" ".join(english), "".join(chinese))


def _licence(work: CopyWork, address: str, at: datetime) -> LicenceStamp:
    return LicenceStamp(
        number=work.licence.number,
        licensee=_name(work.licensee).en,
        starts_on=work.licence.starts_on,
        ends_on=work.licence.ends_on,
        media=_media(work).en,
        territory=_territory(work).en,
        constraints=" ".join(limit.en for limit in _limits(work)),
        transaction_on=at.astimezone(ZoneInfo(work.licence.time_zone)).date(),
        no_alteration=work.terms.no_alteration,
        policy_url=f"{address}/odrl" if address else "",
    )


def _limits(work: CopyWork) -> Iterator[Bilingual]:
    terms = work.terms
    if terms.print_run is not None:
        yield Bilingual(f"Print run at most {terms.print_run}.", f"印量不超过 {terms.print_run}。")
    if terms.no_alteration:
        yield Bilingual("Not to be altered.", "不得改动。")
    if terms.no_ai_training:
        yield Bilingual("Not for AI training or data mining.", "不得用于人工智能训练或数据挖掘。")
    if work.licence.publication:
        yield Bilingual(f"Publication: {work.licence.publication}.", f"刊物：{work.licence.publication}。")


def _notice(owner: Bilingual) -> Bilingual:
    return Bilingual(
        f"Provided by {owner.en}. Cannot be used without permission.", f"由{owner.zh}提供，未经许可不得使用。"
    )


def _owner(work: CopyWork) -> Bilingual:
    return _name(work.holder if work.holder is not None else work.licensor)


def _name(row: object) -> Bilingual:
    """Each language stands in for the other where only one is recorded."""
    names: Mapping[str, str] = {name: getattr(row, name) for name in ("name_en", "name_zh")}
    return Bilingual(names["name_en"] or names["name_zh"], names["name_zh"] or names["name_en"])


def _media(work: CopyWork) -> Bilingual:
    return media_names(media_set(work.licence.media))


def _territory(work: CopyWork) -> Bilingual:
    return territory_names(territory_set(work.licence.territory, work.licence.territory_except))
