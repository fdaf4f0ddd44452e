"""What Python's memory needs not be asked while a round is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's search for circles of garbage, until the end of the outermost block.

    It would go through the comments again and again, 10 s for a million, and find nothing.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
