"""Writing an event down and telling people of it, in the one unit that holds its effect."""

from datetime import datetime

from dam.audit.events import Event
from dam.audit.service import append
from dam.database.unit import Unit
from dam.kernel.ids import EventId
from dam.licensing import notice_store
from dam.licensing.announcement import Announcement, concerns, organisation_of, roles_of
from dam.licensing.notice_store import Listener
from dam.licensing.notices import NOTICES, kind_of, words_of
from dam.mail.letter import Letter
from dam.mail.service import post


def announce(unit: Unit, event: Event, at: datetime) -> EventId:
    """Append the event to the log and tell whoever `notices.NOTICES` names: a notice each, and a letter if wanted.

    Raises: ValueError as `append` does; KeyError when the event lacks a detail its sentence needs.
    """
    event_id = append(unit, event, at)
    for told in NOTICES.get(event.type, ()):
        if concerns(told.audience, event):
            _tell(unit, event_id, event, told, at)
    return event_id


def _tell(unit: Unit, event_id: EventId, event: Event, told: Announcement, at: datetime) -> None:
    listeners = notice_store.listeners(
        unit,
        roles=roles_of(told.audience),
        of=organisation_of(told.audience, event),
        but_not=event.actor,
        across=told.across,
    )
    if not listeners:
        return
    kind, facts, path = kind_of(event.type, told.audience), told.facts(event.details), told.path(event)
    notice_store.insert_notices(unit, event_id, listeners, kind=kind, facts=facts, path=path, at=at)
    subject, sentence = words_of(kind, facts)
    letters = [
        Letter(f"notice/{event_id}/{one.person_id}", one.person_id, one.language, subject, [sentence], path)
        for one in listeners
        if _wants_letters(one)
    ]
    post(unit, letters, at)


def _wants_letters(listener: Listener) -> bool:
    return not listener.letters_off
