"""The only SQL of the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from dam.database.tables.accounts import organisation, person
from dam.database.tables.mail import letter
from dam.database.unit import Unit
from dam.kernel.ids import LetterId, PersonId, new_id
from dam.kernel.text import Bilingual
from dam.mail.letter import Letter, LetterRow, LetterState, Posted

_MAY_ACT = and_(person.c.active, organisation.c.is_active)


def insert_letters(unit: Unit, letters: Sequence[Letter], at: datetime) -> list[LetterId]:
    """Write the letters whose keys are new, and return their ids."""
    wanted = insert(letter).values([_values(one, at) for one in letters])
    written = wanted.on_conflict_do_nothing(index_elements=[letter.c.letter_key]).returning(letter.c.id)
    return [LetterId(found) for found in unit.connection.execute(written).scalars()]


def posted(unit: Unit, letter_id: LetterId) -> Posted | None:
    """Return the letter with its person's address as it is now."""
    row = unit.connection.execute(_letters().where(letter.c.id == letter_id)).mappings().first()
    return None if row is None else _posted(row)


def settle(unit: Unit, letter_id: LetterId, state: LetterState, reason: str, at: datetime) -> None:
    """Write what became of a waiting letter in the end, counting the attempt."""
    unit.connection.execute(
        update(letter)
        .where(letter.c.id == letter_id, letter.c.state == LetterState.WAITING.value)
        .values(state=state.value, reason=reason, settled_at=at, tries=letter.c.tries + 1)
    )


def put_off(unit: Unit, letter_id: LetterId, reason: str) -> None:
    """Write why a letter still waits, counting the attempt."""
    unit.connection.execute(
        update(letter).where(letter.c.id == letter_id).values(reason=reason, tries=letter.c.tries + 1)
    )


def reopen(unit: Unit, letter_id: LetterId, at: datetime) -> int | None:
    """Let a failed or withheld letter wait again from now on, and return its attempts so far; None where it is not."""
    over = letter.c.state.in_([LetterState.FAILED.value, LetterState.WITHHELD.value])
    reopened = (
        update(letter)
        .where(letter.c.id == letter_id, over)
        .values(state=LetterState.WAITING.value, reason="", settled_at=None, reopened_at=at)
    )
    return unit.connection.execute(reopened.returning(letter.c.tries)).scalar()


def page(unit: Unit, *, state: LetterState | None, after: tuple[datetime, UUID] | None, limit: int) -> list[LetterRow]:
    """Return one page of the outbox, newest first."""
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(letter.c.state == state.value)
    if after is not None:
        conditions.append(tuple_(letter.c.posted_at, letter.c.id) < tuple_(literal(after[0]), literal(after[1])))
    query = _letters().where(*conditions).order_by(letter.c.posted_at.desc(), letter.c.id.desc()).limit(limit)
    return [_row(row) for row in unit.connection.execute(query).mappings()]


def count_failed(unit: Unit) -> int:
    """Return how many letters were refused for good."""
    query = select(func.count()).select_from(letter).where(letter.c.state == LetterState.FAILED.value)
    return int(unit.connection.execute(query).scalar_one())


def _values(one: Letter, at: datetime) -> dict[str, object]:
    to_address = isinstance(one.to, str)
    return {
        "id": new_id(),
        "letter_key": one.key,
        "person_id": None if to_address else one.to,
        "address": one.to if to_address else None,
        "language": one.language,
        "subject_en": one.subject.en,
        "subject_zh": one.subject.zh,
        "paragraphs": [{"en": words.en, "zh": words.zh} for words in one.paragraphs],
        "path": one.path,
        "state": LetterState.WAITING.value,
        "posted_at": at,
    }


def _letters() -> Select[Any]:
    return (
        select(letter, person.c.email, person.c.name, _MAY_ACT.label("may_act"))
        .outerjoin(person, person.c.id == letter.c.person_id)
        .outerjoin(organisation, organisation.c.id == person.c.organisation_id)
    )


def _posted(row: RowMapping) -> Posted:
    person_id = row["person_id"]
    return Posted(
        letter_id=LetterId(row["id"]),
        letter=Letter(
            key=row["letter_key"],
            to=row["address"] if person_id is None else PersonId(person_id),
            language=row["language"],
            subject=Bilingual(row["subject_en"], row["subject_zh"]),
            paragraphs=[Bilingual(words["en"], words["zh"]) for words in row["paragraphs"]],
            path=row["path"],
        ),
        address=row["address"] if person_id is None else (row["email"] if row["may_act"] else None),
        name=row["name"] or "",
        state=LetterState(row["state"]),
        posted_at=row["reopened_at"] or row["posted_at"],
    )


def _row(row: RowMapping) -> LetterRow:
    return LetterRow(
        letter_id=LetterId(row["id"]),
        address=row["address"] or row["email"],
        subject=Bilingual(row["subject_en"], row["subject_zh"]),
        state=LetterState(row["state"]),
        tries=row["tries"],
        reason=row["reason"],
        posted_at=row["posted_at"],
        settled_at=row["settled_at"],
    )
