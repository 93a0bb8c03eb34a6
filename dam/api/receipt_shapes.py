"""What the routes of receipts and of the calendar answer, as JSON Schema."""

from dam.api.shapes import (
    BILINGUAL,
    COUNT,
    DATE,
    FLAG,
    ID,
    INSTANT,
    REASON,
    SHA256,
    SIDE_PX,
    TEXT,
    many,
    maybe,
    members,
    named,
    one_of,
)
from dam.rights.explanation import Kind
from dam.rights.facts import Action, Verdict
from dam.rights.receipt import Replay

DECISION = named(
    "Decision",
    members(
        permitted=FLAG,
        rule=TEXT,
        reasons=many(REASON),
        max_px=maybe(SIDE_PX),
        credit_line=maybe(TEXT),
        licence=maybe(ID),
        line=maybe(COUNT),
        valid_until=maybe(INSTANT),
    ),
)
USE_JUDGED = named(
    "UseJudged",
    members(
        action=one_of(Action),
        partner=maybe(ID),
        media=many(TEXT),
        media_name=BILINGUAL,
        territory=many(TEXT),
        territory_name=BILINGUAL,
    ),
)
LOGGED = named(
    "LoggedDecision",
    members(
        id=ID,
        at=INSTANT,
        type=TEXT,
        decision=maybe(TEXT),
        reasons=many(TEXT),
        rendition=maybe(TEXT),
        asset=maybe(ID),
        accession_number=maybe(TEXT),
        licence=maybe(ID),
        licence_number=maybe(TEXT),
        partner=maybe(ID),
        partner_name=maybe(BILINGUAL),
    ),
)
FACT_TOLD = named("FactTold", members(kind=one_of(Kind), sentence=BILINGUAL, counted=FLAG))
RECEIPT = named(
    "Receipt",
    members(
        event=LOGGED,
        receipt=maybe(
            members(use=USE_JUDGED, at=INSTANT, verdict=DECISION, rules=TEXT, facts_sha256=SHA256, sha256=SHA256)
        ),
        replay=maybe(one_of(Replay)),
        rules_now=TEXT,
        again=maybe(DECISION),
        told=many(FACT_TOLD),
        facts=maybe({"type": "object", "description": "what was known, whole; for the archive's own people"}),
    ),
)
WHAT_IF = named("WhatIf", members(use=USE_JUDGED, at=INSTANT, stored=DECISION, today=maybe(DECISION)))
CALENDAR = named(
    "AvailabilityCalendar",
    members(
        columns=many(members(territory=TEXT, territory_name=BILINGUAL, media=TEXT, media_name=BILINGUAL)),
        months=many(
            members(
                first=DATE,
                last=DATE,
                cells=many(members(verdict=one_of(Verdict), reasons=many(TEXT), free_from=maybe(DATE))),
            )
        ),
    ),
)
