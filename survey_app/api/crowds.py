"""How many may be inside at once, and how much may come in over time: by gathering, by address.

A school has one address, and behind the address of a mobile network there may be many schools. So
what children do is counted by the gathering they sit in; what adults do, and whoever shows no
gathering's ticket, by address.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address


class Crowd:
    """Counts what is inside, by key and altogether; it remembers nobody who has left."""

    def __init__(self, *, each: int, together: int) -> None:
        self._each = each
        self._together = together
        self._inside: Counter[Hashable] = Counter()
        self._all = 0

    def enter(self, key: Hashable, amount: int = 1) -> bool:
        """Let this in; False when there is no room, and then nothing has changed."""
        if self._inside[key] + amount > self._each or self._all + amount > self._together:
            self._forget_empty(key)
            return False
        self._inside[key] += amount
        self._all += amount
        return True

    def leave(self, key: Hashable, amount: int = 1) -> None:
        """This has gone out again."""
        self._inside[key] -= amount
        self._all -= amount
        self._forget_empty(key)

    @contextmanager
    def inside(self, amounts: Mapping[str, int]) -> Iterator[bool]:
        """Whether all of these may be inside together, until the end of the block."""
        entered = [one for one in amounts.items() if self.enter(*one)]
        try:
            yield len(entered) == len(amounts)
        finally:
            for one in entered:
                self.leave(*one)

    def _forget_empty(self, key: Hashable) -> None:
        if self._inside[key] <= 0:
            del self._inside[key]

    def __len__(self) -> int:
        return len(self._inside)


class Allowance:
    """How much a key may bring: ``burst`` at once, and ``per_second`` in the long run.

    A key that is forgotten begins with its whole burst, so the keys must not be for inventing.
    """

    def __init__(
        self,
        *,
        burst: float,
        per_second: float,
        most_keys: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._most_keys = most_keys
        self._clock = clock
        self._spent: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, key: Hashable, amount: float) -> float:
        """Seconds until this key may bring that much; 0 when it may now."""
        missing = self._left_over(key) + amount - self._burst
        return max(0.0, missing / self._per_second)

    def spend(self, key: Hashable, amount: float) -> None:
        """Count what this key has brought."""
        self._spent[key] = (self._left_over(key) + amount, self._clock())
        self._spent.move_to_end(key)
        if len(self._spent) > self._most_keys:
            self._spent.popitem(last=False)

    def _left_over(self, key: Hashable) -> float:
        """What was brought and has not been worn away by time."""
        spent, when = self._spent.get(key, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - when) * self._per_second) if spent else 0.0

    def __len__(self) -> int:
        return len(self._spent)


@lru_cache(maxsize=4_096)
def network_of(address: str) -> str:
    """What is counted for an address: itself, or in IPv6 the /64 that one household is given."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
