"""How often somebody may guess, how much may come in, and how many may ask at once; in memory.

Nothing here is written to disk or to a log: the addresses are forgotten when the app stops.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from survey_app.api.crowds import Allowance, Crowd

MEGABYTE = 1024 * 1024
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

    A school shares one address, and behind a mobile network many schools do: of 2,000 children
    typing a code some mistype (1 of 10 is 200), and a page with a wrong code asks twice (once
    ahead of its own program), so 400 wrong codes in an hour are free. Then each costs a wait, which
    stays short, because a class with the right code may be waiting behind the same address; 113
    million codes cannot be tried that way.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        hour, day = 3600.0, 24 * 3600.0
        self.codes = Failures(free=400, window=hour, first_wait=2, longest_wait=60, clock=clock)
        # A class that came in before somebody beside it began to guess goes on coming in.
        self.let_in = Remembered()
        # There are 86,400 triples of words, and each response of a gathering has one: who could try
        # 4,000 a day would take back somebody's answers. So the gathering counts, from wherever it
        # is tried; one address (often a whole class's) uses up half of what is free there.
        self.return_words = Failures(
            free=15, window=day, first_wait=60, longest_wait=hour, clock=clock
        )
        self.return_gathering = Failures(
            free=30, window=day, first_wait=60, longest_wait=hour, clock=clock
        )
        # By address alone, whatever the code: one machine going through gatherings.
        self.return_address = Failures(
            free=150, window=hour, first_wait=5, longest_wait=600, clock=clock
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
        # Of the city's own sign-in, by address: codes it did not take, each a question to it; by
        # whom it named: those without an account here, apart from the colleagues beside them.
        self.city = Failures(free=30, window=3600, first_wait=2, longest_wait=900, clock=clock)
        # A password takes a core 0.2 s: of one address 20 wait for it, 4 s, as when everybody in a
        # training signs in at once; of all addresses 40.
        self.sign_ins = Crowd(each=20, together=40)
        # Who came back from the city's own sign-in, which has 5 s to say who that is.
        self.city_sign_ins = Crowd(each=20, together=40)
        # Requests of the staff's side that are being answered, by address: twenty adults behind
        # one address, each with the six connections of a browser, and room to spare.
        self.staff_requests = Crowd(each=200, together=800)
        # Open pages of one account: each costs 100 kB and four files, and ends late where the
        # network went away without a word.
        self.staff_pages = Crowd(each=24, together=1_000)
        # Bytes of bodies that are being read or answered: a class that comes back with all its
        # answers brings 2 MB at once. One address gets no more than half of it.
        self.bodies = Crowd(each=32 * MEGABYTE, together=64 * MEGABYTE)
        # Envelopes that wait to be stored, by gathering: no gathering takes more than a quarter of
        # the places of the intake (4,000).
        self.envelopes = Crowd(each=1_000, together=100_000)
        # Bytes of answers, by gathering with a ticket that is ours. 40 children who type bring
        # 24 kB a second (3 kB each, every 5 s); a school of 400 that was offline all day 4 MB.
        self.answers = Allowance(
            burst=48 * MEGABYTE, per_second=256 * 1024, most_keys=MOST_KEYS, clock=clock
        )
        # Without a ticket of ours (a tablet of another installation, or somebody who makes things
        # up) what comes is kept aside: that little of it that it cannot fill the disk in a day.
        self.without_ticket = Allowance(
            burst=8 * MEGABYTE, per_second=8 * 1024, most_keys=MOST_KEYS, clock=clock
        )
        self.without_ticket_together = Allowance(
            burst=64 * MEGABYTE, per_second=32 * 1024, most_keys=1, clock=clock
        )
