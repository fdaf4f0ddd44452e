"""Rounds of very many different texts: themes are made from some of them, the others join.

So the memory and time that themes need do not grow with the square of what children write.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

NOWHERE = -1
_AT_ONCE = 2_000  # texts; their rows take 10 MB


def drawn(
    texts: Sequence[str], weights: Sequence[float], *, most: int, seed: int
) -> Mapping[str, None]:
    """At most ``most`` of the texts, in their order: twice the weight is twice as likely.

    One of infinite weight is sure. Drawn as by Efraimidis and Spirakis (Information Processing
    Letters 97, 2006).
    """
    if len(texts) <= most:
        return dict.fromkeys(texts)
    keys = np.random.default_rng(seed).random(len(texts)) ** (1 / np.asarray(weights))
    chosen = np.sort(np.argsort(-keys, kind="stable")[:most])
    return dict.fromkeys(texts[number] for number in chosen.tolist())


def join(
    texts: Sequence[str],
    rooms: Sequence[str],
    counts: Numbers,
    *,
    rows_of: Callable[[Sequence[str]], sparse.csr_matrix],
    centres: sparse.csr_matrix,
    centre_rooms: Sequence[str],
    joins_from: float,
    outside: int,
) -> list[int]:
    """For each text the number of the centre in its room that it is most like, or ``NOWHERE``.

    At most ``outside`` comments (``counts``: how many say a text) stay outside although their room
    has a centre: those less like it than ``joins_from``, the least alike first.
    """
    nearest, closeness = _most_alike(texts, rooms, rows_of, centres, centre_rooms)
    for place in np.argsort(closeness, kind="stable").tolist():
        if closeness[place] >= joins_from:
            break
        if counts[place] <= outside and nearest[place] != NOWHERE:
            outside -= int(counts[place])
            nearest[place] = NOWHERE
    chosen: list[int] = nearest.tolist()
    return chosen


def _most_alike(
    texts: Sequence[str],
    rooms: Sequence[str],
    rows_of: Callable[[Sequence[str]], sparse.csr_matrix],
    centres: sparse.csr_matrix,
    centre_rooms: Sequence[str],
) -> tuple[Numbers, Matrix]:
    """The number of the nearest centre and how like it a text is (0-1), batch by batch."""
    inside = {room: np.flatnonzero(np.array(centre_rooms) == room) for room in set(centre_rooms)}
    nearest = np.full(len(texts), NOWHERE, dtype=np.int64)
    closeness = np.zeros(len(texts))
    for start in range(0, len(texts), _AT_ONCE):
        rows = rows_of(texts[start : start + _AT_ONCE])
        written = np.array(rooms[start : start + _AT_ONCE])
        for room, numbers in inside.items():
            here = np.flatnonzero(written == room)
            if len(here):
                likeness = (rows[here] @ centres[numbers].T).toarray()
                nearest[start + here] = numbers[likeness.argmax(axis=1)]
                closeness[start + here] = likeness.max(axis=1)
    return nearest, closeness
