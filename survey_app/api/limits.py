"""How often somebody may guess: wrong codes, wrong return words and wrong passwords, in memory.

Nothing here is written to disk or to a log: the addresses are forgotten when the app stops.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_KEYS = 10_000  # about 2 MB; the key that was longest without a failure is forgotten first


@dataclass(slots=True)
class _Failures:
    count: int
    last: float
    free_at: float


class Failures:
    """Counts failures by key and says how long that key has to wait.

    The first ``free`` failures within ``window`` seconds cost nothing; after each further one the
    key waits, ``first_wait`` seconds and then twice as long each time, up to ``longest_wait``.
    """

    def __init__(
        self,
        *,
        free: int,
        window: float,
        first_wait: float,
        longest_wait: float,
        clock: Callable[[], float] = time.monotonic,
        most_keys: int = MOST_KEYS,
    ) -> None:
        self._free = free
        self._window = window
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._clock = clock
        self._most_keys = most_keys
        self._failures: OrderedDict[Hashable, _Failures] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """Seconds until this key may try again; 0 when it may try now."""
        failures = self._failures.get(key)
        return max(0.0, failures.free_at - self._clock()) if failures else 0.0

    def failed(self, key: Hashable) -> None:
        """Count one failure of this key."""
        now = self._clock()
        failures = self._failures.pop(key, None)
        if failures is None or now - failures.last > self._window:
            failures = _Failures(count=0, last=now, free_at=now)
        failures.count += 1
        failures.last = now
        if (beyond := failures.count - self._free) > 0:
            doubled = self._first_wait * 2 ** min(beyond - 1, 30)
            failures.free_at = now + min(doubled, self._longest_wait)
        self._failures[key] = failures
        if len(self._failures) > self._most_keys:
            self._failures.popitem(last=False)

    def succeeded(self, key: Hashable) -> None:
        """Forget what this key did wrong."""
        self._failures.pop(key, None)

    def __len__(self) -> int:
        return len(self._failures)


class Remembered:
    """The most recent keys, each once."""

    def __init__(self, *, most_keys: int = MOST_KEYS) -> None:
        self._most_keys = most_keys
        self._keys: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, key: Hashable) -> None:
        """Remember this key, and forget the one that was not seen for longest."""
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > self._most_keys:
            self._keys.popitem(last=False)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys


class Limits:
    """The limits of one running app.

    A school shares one address: of 400 children typing a code some mistype (1 of 10 is 40), and
    a page with a wrong code asks twice (once ahead of its own program), so 120 wrong codes are
    free, and then each costs a wait; 113 million codes cannot be tried that way.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        ten_minutes = 600.0
        self.codes = Failures(
            free=120, window=ten_minutes, first_wait=5, longest_wait=ten_minutes, clock=clock
        )
        # A class that came in before somebody beside it began to guess goes on coming in.
        self.let_in = Remembered()
        self.return_words = Failures(
            free=30, window=ten_minutes, first_wait=5, longest_wait=ten_minutes, clock=clock
        )
        # By address alone, whatever the code: one machine going through gatherings.
        self.return_address = Failures(
            free=150, window=ten_minutes, first_wait=5, longest_wait=ten_minutes, clock=clock
        )
        # By name and address: a person who mistypes; by name: many machines guessing one account,
        # kept short so that nobody can lock a colleague out; by address: one machine, many names.
        self.sign_in_person = Failures(
            free=5, window=3600, first_wait=2, longest_wait=900, clock=clock
        )
        self.sign_in_name = Failures(
            free=30, window=3600, first_wait=2, longest_wait=30, clock=clock
        )
        self.sign_in_address = Failures(
            free=30, window=3600, first_wait=2, longest_wait=900, clock=clock
        )
