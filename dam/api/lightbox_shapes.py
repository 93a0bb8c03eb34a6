"""The shape of what the API says of a lightbox."""

from dam.api.shapes import BILINGUAL, DATE, ID, INSTANT, REASON, TEXT, many, maybe, members, named, one_of
from dam.rights.facts import Verdict

LIGHTBOX = named(
    "Lightbox",
    members(
        title=TEXT,
        items=many(
            members(
                asset=ID,
                accession_number=TEXT,
                title=BILINGUAL,
                added_at=INSTANT,
                verdict=one_of(Verdict),
                reasons=many(REASON),
                free_from=maybe(DATE),
            )
        ),
    ),
)
