"""The unit of work: one transaction, and what may happen once it is committed."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dam.database.faults import Contended, translate
from dam.kernel.errors import ServiceFault

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Unit:
    """One open transaction."""

    __slots__ = ("_after_commit", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._after_commit: list[Callable[[], object]] = []

    def after_commit(self, action: Callable[[], object]) -> None:
        """Keep an action for the moment the work is safe; it never runs after a rollback."""
        self._after_commit.append(action)

    def run_after_commit(self) -> None:
        """Run the kept actions; one that fails is logged, for what was committed stands."""
        for action in self._after_commit:
            try:
                action()
            except Exception:  # noqa: BLE001  what was committed stands, whatever the action raises
                _log.exception("an action after the commit failed")


class Database:
    """The door to PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit of work: committed when the block ends, rolled back when it raises.

        Raises: ServiceFault when PostgreSQL does not answer; Contended after a deadlock; ExclusivityConflict.
        """
        try:
            with self.engine.begin() as connection:
                unit = Unit(connection)
                yield unit
        except SQLAlchemyError as error:
            meaning = translate(error)
            if meaning is None:
                raise
            raise meaning from error
        unit.run_after_commit()

    def repeat(self, work: Callable[[Unit], T], *, attempts: int = 3) -> T:
        """Do the work in a unit of its own, again from the start when it lost a deadlock.

        Raises: Contended when every attempt lost.
        """
        for _ in range(attempts - 1):
            try:
                return self._once(work)
            except Contended:
                _log.info("lost a deadlock; doing the unit again")
        return self._once(work)

    def healthy(self) -> bool:
        """Tell whether PostgreSQL answers."""
        try:
            with self.unit() as unit:
                unit.connection.execute(text("SELECT 1"))
        except ServiceFault:
            return False
        return True

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def _once(self, work: Callable[[Unit], T]) -> T:
        with self.unit() as unit:
            return work(unit)
