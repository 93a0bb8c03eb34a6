"""The housekeeper: `python -m workers.sweeps`. Any number may run; each job is told of by one."""

import logging
import signal

from config.logging import configure_logging
from config.settings import read_settings
from dam.audit.service import extend
from dam.house import House, build_house
from workers.rounds import Chore, go_round

_log = logging.getLogger(__name__)
_MONTHS_AHEAD = 3
_STALLED_AFTER_S = 120.0
_ASKED_TO_STOP = (signal.SIGTERM, signal.SIGINT)


def chores_of(house: House) -> list[Chore]:
    """Return what has to be done again and again."""
    return [
        Chore("reconciling jobs", 1, house.jobs.reconcile),
        Chore("ending deliveries", 30, house.delivery.sweep),
        Chore("removing orphaned uploads", 60, house.ingest.sweep),
        Chore("comparing older photographs", 60, house.ingest.compare_all),
        Chore("making older previews again", 60, house.ingest.remake_old),
        Chore("locking deeds and removing orphaned ones", 60, house.deeds.sweep),
        Chore("reminding of what ends or is due", 60, house.licensing.remind),
        Chore("releasing lapsed places and offers", 60, house.licensing.sweep_reservations),
        Chore("watching the work", 60, lambda: watch(house)),
        Chore("extending the log", 86_400, lambda: extend(house.database, _MONTHS_AHEAD)),
    ]


def watch(house: House) -> None:
    """Say so when work is due and none of it ends."""
    census = house.jobs.census()
    quiet_s = _STALLED_AFTER_S if census.last_end_s is None else census.last_end_s
    if min(census.oldest_due_s, quiet_s) >= _STALLED_AFTER_S:
        _log.error("%s jobs are due and none ended for %.0f s: are the workers alive?", census.due, quiet_s)


def main() -> None:
    """Go round until SIGTERM or Ctrl-C, which wait for the chore at hand."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED_TO_STOP)
    settings = read_settings()
    configure_logging(settings.log_level)
    go_round(chores_of(build_house(settings)), asked_to_stop)


def asked_to_stop(wait_s: float) -> bool:
    """Wait so long for a signal, and tell whether one came."""
    return signal.sigtimedwait(_ASKED_TO_STOP, wait_s) is not None


if __name__ == "__main__":
    main()
