"""Chores again and again."""

from dam.kernel.errors import ServiceFault
from workers.rounds import Chore, go_round


def looks(count):
    """Tell to stop at the n-th look."""
    left = iter([False] * (count - 1) + [True])
    return lambda _wait_s: next(left)


def test_a_chore_that_fails_does_not_stop_the_others():
    done = []

    def broken():
        raise RuntimeError("a defect")

    def away():
        raise ServiceFault("postgresql")

    chores = [Chore("broken", 0, broken), Chore("away", 0, away), Chore("good", 0, lambda: done.append(1))]
    go_round(chores, looks(9))
    assert len(done) == 2


def test_each_chore_keeps_its_own_pace():
    often, seldom = [], []
    go_round([Chore("often", 0, lambda: often.append(1)), Chore("seldom", 3600, lambda: seldom.append(1))], looks(13))
    assert (len(often), len(seldom)) == (4, 1)


def test_being_asked_to_stop_ends_the_round_after_the_chore_at_hand():
    done = []
    go_round(
        [Chore("first", 0, lambda: done.append("first")), Chore("second", 0, lambda: done.append("second"))], looks(2)
    )
    assert done == ["first"]
