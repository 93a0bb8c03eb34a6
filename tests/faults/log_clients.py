"""One client of the log under load: writes an effect and its event in one transaction, rolls one in ten back."""

import os
import random
import sys
import time

from sqlalchemy import text

from dam.audit.events import Event, EventType
from dam.audit.service import append
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.kernel.clock import utc_now
from dam.kernel.errors import ServiceFault
from dam.kernel.ids import new_id


class Abandoned(Exception):
    """This unit is given up on purpose."""


def write(database: Database, chance: random.Random) -> None:
    """Write one effect with its event, or neither."""
    with database.unit() as unit:
        asset = new_id()
        event = Event(
            type=EventType.RENDITION_VIEWED,
            actor=new_id(),
            organisation=new_id(),
            asset=asset,
            rendition="preview",
            decision="allow",
        )
        event_id = append(unit, event, utc_now())
        unit.connection.execute(text("INSERT INTO effect VALUES (:id)"), {"id": event_id})
        if chance.random() < 0.1:
            raise Abandoned


def main() -> None:
    """Write until killed, at the pace given, through every outage."""
    database = Database(make_engine(os.environ["DATABASE_URL"], pool_size=1))
    pause_s, chance = float(sys.argv[1]), random.Random(int(sys.argv[2]))
    while True:
        try:
            write(database, chance)
        except Abandoned:
            continue
        except ServiceFault:
            time.sleep(0.05)
        time.sleep(pause_s)


if __name__ == "__main__":
    main()
