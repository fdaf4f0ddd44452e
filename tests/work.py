"""What processes and clusters are given to do; they load nothing else of the tests."""

import os
from collections import Counter


def numbered(known: str, batch: list[int]) -> list[str]:
    return [f"{known}{number}" for number in batch]


def counted(known: None, batch: list[str]) -> Counter[str]:
    return Counter(batch)


def failing(known: None, batch: list[str]) -> int:
    raise ValueError(f"cannot read {batch[0]}")


def dying(known: None, batch: list[str]) -> int:
    os._exit(9)
