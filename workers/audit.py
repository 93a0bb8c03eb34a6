"""The sequencer of the usage log: `python -m workers.audit`. Several may run; one has the turn, the others wait."""

import signal
import sys

from config.logging import configure_logging
from config.settings import Settings, read_settings
from dam.audit.key_file import BadKeyFile
from dam.audit.sequencer import Sequencer
from dam.log_house import build_sequencer
from workers.rounds import Chore, go_round

_ASKED_TO_STOP = (signal.SIGTERM, signal.SIGINT)


def chores_of(sequencer: Sequencer, settings: Settings) -> list[Chore]:
    """Return what has to be done again and again."""
    return [
        Chore("sequencing the log", settings.log_every_s, sequencer.work),
        Chore("saying how the log stands", 2, sequencer.say),
        Chore("withdrawing unfinished tiles", 60, sequencer.sweep),
    ]


def main() -> None:
    """Go round until SIGTERM or Ctrl-C, which wait for the batch at hand."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED_TO_STOP)
    settings = read_settings()
    configure_logging(settings.log_level)
    try:
        sequencer = build_sequencer(settings)
    except (BadKeyFile, OSError) as fault:
        sys.exit(f"The sequencer cannot start: {fault}")
    go_round(chores_of(sequencer, settings), lambda wait_s: signal.sigtimedwait(_ASKED_TO_STOP, wait_s) is not None)


if __name__ == "__main__":
    main()
