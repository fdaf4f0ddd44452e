"""Words the tables do not know: what is to be added, and no word that is one child's own.

U001  a word counts once per comment, and only from five comments on
U002  slang, affixes, slips and emoji the tables resolve are known
U003  no digit, nothing of a mask, no name of a person or a place is listed
U004  the share counts every word
"""

import pytest

from analysis.names import name_tables
from analysis.unknown import unknown_in


def test_counts_comments() -> None:
    """U001: five comments say one word twice, four another."""
    texts = ["zxblar zxblar lampu"] * 5 + ["wqtoing"] * 4
    assert unknown_in(texts).words == (("zxblar", 5),)
    assert unknown_in(texts, smallest=4).words == (("zxblar", 5), ("wqtoing", 4))
    assert unknown_in([]).words == ()


def test_order_is_fixed() -> None:
    """U001: the most frequent first, then by the alphabet."""
    texts = ["zxblar wqtoing"] * 5 + ["pqumbe"] * 6
    assert [word for word, _ in unknown_in(texts).words] == ["pqumbe", "wqtoing", "zxblar"]


@pytest.mark.parametrize(
    "text", ["gak", "lampunya", "lamppu", "sekolahhhh", "😭", "dalan", "a d k"]
)
def test_known(text: str) -> None:
    """U002: what became a word."""
    assert unknown_in([text] * 5).words == ()
    assert unknown_in([text]).share == 0


@pytest.mark.parametrize("text", ["[kelas dan sekolah]", "[nama]", "12345 08120000", "7c"])
def test_masks_and_digits(text: str) -> None:
    """U003: they are no words."""
    assert unknown_in([text] * 9).words == ()


def test_digits_come_off() -> None:
    """U003: a doubled word is listed without its 2."""
    assert unknown_in(["zxblar2an"] * 5).words == (("zxblaran", 5),)


def test_names_are_not_printed() -> None:
    """U003: should the mask have missed one."""
    names = sorted(name_tables().names)[:20]
    assert unknown_in([" ".join(names)] * 9).words == ()


def test_share() -> None:
    """U004: one of four; nothing of nothing."""
    assert unknown_in(["lampu jalan mati zxblar"]).share == 0.25
    assert unknown_in(["", "[nama]"]).share == 0
