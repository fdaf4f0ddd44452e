"""How often somebody may guess.

L001 the first failures are free, then each costs twice the wait of the one before, up to a limit
L002 who waited long enough starts anew, and success forgives
L003 one key's failures do not touch another's
L004 however many keys fail, the memory stays bounded and the worst are remembered longest
"""

from survey_app.api.limits import Failures, Remembered


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failures(clock: Clock, most_keys: int = 100) -> Failures:
    return Failures(
        free=3, window=60, first_wait=2, longest_wait=10, clock=clock, most_keys=most_keys
    )


def test_waits_grow() -> None:
    """L001: 0, 0, 0, 2, 4, 8, 10, 10 seconds."""
    counted = failures(Clock())
    waits = []
    for _ in range(8):
        counted.failed("a")
        waits.append(counted.wait("a"))
    assert waits == [0, 0, 0, 2, 4, 8, 10, 10]


def test_time_heals() -> None:
    """L002: after the window everything is free again; before it, nothing is forgotten."""
    clock = Clock()
    counted = failures(clock)
    for _ in range(5):
        counted.failed("a")
    clock.now = 4
    assert counted.wait("a") == 0
    counted.failed("a")
    assert counted.wait("a") == 8
    clock.now += 61
    counted.failed("a")
    assert counted.wait("a") == 0


def test_success_forgives() -> None:
    """L002: after the right password the count begins anew."""
    counted = failures(Clock())
    for _ in range(5):
        counted.failed("a")
    counted.succeeded("a")
    counted.failed("a")
    assert counted.wait("a") == 0


def test_each_for_itself() -> None:
    """L003: a neighbour does not wait."""
    counted = failures(Clock())
    for _ in range(9):
        counted.failed("a")
    assert counted.wait("b") == 0


def test_bounded() -> None:
    """L004: a flood of names forgets the oldest, not the one that is guessing now."""
    counted = failures(Clock(), most_keys=50)
    for number in range(1000):
        counted.failed(number)
        counted.failed("guesser")
    assert len(counted) == 50
    assert counted.wait("guesser") == 10


def test_remembered_is_bounded() -> None:
    """L004: who was seen last is remembered, the oldest forgotten."""
    seen = Remembered(most_keys=2)
    for key in ("a", "b", "a", "c"):
        seen.add(key)
    assert ("a" in seen, "b" in seen, "c" in seen) == (True, False, True)
