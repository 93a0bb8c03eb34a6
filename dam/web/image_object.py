"""A published photograph as schema.org tells it to search engines: whose it is, and where a licence is asked for.

Source: schema.org ImageObject; the licensable-image terms of IPTC's and Google's guidance.
"""

from flask_babel import get_locale

from dam.catalogue.public_page import PublicPage, asking_address, page_address, rights_notice
from dam.kernel.text import Bilingual
from dam.metadata.fields import xmp_date


def image_object(page: PublicPage, credit_line: str | None, institution: Bilingual, base_url: str) -> dict[str, object]:
    """Return the JSON-LD of the page, in the page's language; the picture is named only where it is published."""
    language, said = str(get_locale()), page.description
    address = page_address(base_url, page.accession_number)
    owner = page.holder or institution
    members: dict[str, object] = {
        "name": said.title.pick(language),
        "description": said.caption.pick(language),
        "creator": {"@type": "Person", "name": said.creator} if said.creator else None,
        "dateCreated": xmp_date(said.date) if said.date else None,
        "contentUrl": f"{address}/preview" if page.shows_preview else None,
        "creditText": credit_line or owner.pick(language),
        "copyrightNotice": rights_notice(owner).pick(language),
        "license": address,
        "acquireLicensePage": asking_address(base_url, page.accession_number),
        "usageInfo": page.rights_statement if (page.rights_statement or "").startswith("http") else None,
    }
    head = {
        "@context": "https://schema.org/",
        "@type": "ImageObject",
        "@id": f"{address}#photograph",
        "url": address,
        "identifier": page.accession_number,
    }
    return head | {name: value for name, value in members.items() if value}
