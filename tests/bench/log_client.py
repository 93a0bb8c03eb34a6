"""One client of the log's benchmark: on each line `KIND SECONDS PACE_S` it works so long and says what it did.

`bare` writes an effect; `logged` an effect with its event, in one transaction. It answers with one JSON list: the
instants of its commits, each with its event.
"""

import json
import os
import sys
import time

from sqlalchemy import text

from dam.audit.events import Event, EventType
from dam.audit.service import append
from dam.database.engine import make_engine
from dam.database.unit import Database, Unit
from dam.kernel.clock import utc_now
from dam.kernel.ids import new_id

_EFFECT = text("INSERT INTO effect (id, asset, organisation, note) VALUES (:id, :asset, :organisation, :note)")


def viewed() -> Event:
    """Return an event as the gate writes it, with the hash of a decision receipt."""
    return Event(
        type=EventType.RENDITION_VIEWED,
        actor=new_id(),
        organisation=new_id(),
        asset=new_id(),
        rendition="preview",
        decision="allow",
        size_bytes=123_456,
        details={"method": "GET", "status": 200, "receipt": "0" * 64},
    )


def once(unit: Unit, kind: str) -> str | None:
    """Write one effect, and its event where it has one."""
    unit.connection.execute(
        _EFFECT, {"id": new_id(), "asset": new_id(), "organisation": new_id(), "note": "as long as a short note is"}
    )
    return str(append(unit, viewed(), utc_now())) if kind == "logged" else None


def work(database: Database, kind: str, seconds: float, pace_s: float) -> list[tuple[float, str | None]]:
    """Write for so long, one transaction every `pace_s`, or as fast as it goes."""
    done: list[tuple[float, str | None]] = []
    started = time.monotonic()
    while (passed := time.monotonic() - started) < seconds:
        if len(done) * pace_s > passed:
            time.sleep(len(done) * pace_s - passed)
        with database.unit() as unit:
            event_id = once(unit, kind)
        done.append((time.time(), event_id))
    return done


def main() -> None:
    """Answer every line."""
    database = Database(make_engine(os.environ["DATABASE_URL"], pool_size=1))
    for line in sys.stdin:
        kind, seconds, pace_s = line.split()
        sys.stdout.write(json.dumps(work(database, kind, float(seconds), float(pace_s))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
