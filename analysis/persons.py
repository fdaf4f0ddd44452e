"""Where a sentence can only speak of a person: who did it, by whom it was done, with whom."""

import re
from collections.abc import Sequence

from analysis.name_words import name_groups

_Words = Sequence[str]

_ADVERBS = 3  # "intan itu sering suka nyubit": more words between belong to something else
_PASSIVE = re.compile(r"di[a-z]{3,}")
_SAID_OF_HIM = re.compile(
    r"di(?:ejek|ece|kata|bilang|panggil|celuk|hina|olok|jadi|foto|anggap|arani|cap)"
)
_AGAIN = ("terus", "trus", "lagi", "maneh")
_THERE = ("ada", "onok", "ono", "enek", "onk")
_NOT = ("gak", "ga", "ora", "nggak", "tidak", "gk", "ngga", "ndak")
_TO = ("ke", "kepada", "buat", "untuk", "kanggo", "nang", "ning", "marang", "karo", "sama")
_WHO = ("sing", "seng", "yang", "yg")
_IS = ("itu", "iku", "yo", "ya", "kuwi", "kae", "adalah", "yaiku", "cuma", "mung", "mek")


def _said(group: str) -> frozenset[str]:
    return name_groups()[group]


def persons(
    words: _Words, joined: Sequence[bool]
) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Places where only a person can stand, where one may, and where one may at a clause's end.

    ``joined`` says of each word whether only a space parts it from the one before.
    """
    sure, perhaps, last = set[int](), set[int](), set[int]()
    of_somebody, of_some, links = map(_said, ("tentang orang", "mungkin orang", "sambungan"))
    for place in range(len(words)):
        before = "" if place == 0 or not joined[place] else words[place - 1]
        if before in of_somebody or _done_by(words, joined, place):
            # "diejek cebol", "difoto bagus": what is said of him, not who did it.
            said = _SAID_OF_HIM.match(before) is not None and words[place] in _said("sifat")
            (perhaps if said else sure).add(place)
        elif (
            before in of_some
            or _PASSIVE.fullmatch(before)
            or _is_missing(words, joined, place)
            or _is_the_one(words, joined, place)
        ):
            perhaps.add(place)
        if _is_spoken_to(words, joined, place):
            perhaps.add(place)
        if _is_told_of(words, joined, place):
            last.add(place)
        if not before or before in links:
            verb = _verb_of(words, joined, place)
            if verb and words[verb] in _said("perbuatan"):
                sure.add(place)
            elif verb and words[verb] in _said("perbuatan umum"):
                perhaps.add(place)
    return frozenset(sure), frozenset(perhaps), frozenset(last)


def _is_spoken_to(words: _Words, joined: Sequence[bool], place: int) -> bool:
    """ "bilang maaf ke ...", "titip salam buat ..."."""
    if place < 2 or not joined[place] or words[place - 1] not in _TO:
        return False
    return any(word in _said("kepada orang") for word in words[max(0, place - 4) : place - 1])


def _is_told_of(words: _Words, joined: Sequence[bool], place: int) -> bool:
    """ "padahal sing rame ...", "yg juara 1 ...": who it was, without a word for "is"."""
    for before in range(place - 1, max(0, place - 6), -1):
        if not joined[before + 1]:
            return False
        if words[before] in _WHO:
            return before < place - 1 and words[place - 1] not in (*_NOT, *_THERE)
    return False


def _done_by(words: _Words, joined: Sequence[bool], place: int) -> bool:
    """ "dijorokno ...", "ditendang terus karo ..."."""
    done, by = _said("diperbuat"), _said("sama")
    for before in range(place - 1, max(-1, place - 5), -1):
        if not joined[before + 1]:
            return False
        if words[before] in done or (
            before and words[before - 1] == "di" and f"di{words[before]}" in done
        ):
            return True
        passing = words[before] in by or words[before] in _AGAIN
        # "dibilang item terus sama ...": one word between, where "sama" stands before the name.
        if not passing and (words[place - 1] not in by or before + 1 >= place):
            return False
    return False


def _is_missing(words: _Words, joined: Sequence[bool], place: int) -> bool:
    """ "nek gak onok ..."."""
    if place < 2 or not (joined[place] and joined[place - 1]):
        return False
    return words[place - 1] in _THERE and words[place - 2] in _NOT


def _is_the_one(words: _Words, joined: Sequence[bool], place: int) -> bool:
    """ "sing sering telat itu ...", "yg paling pinter yo ..."."""
    if place < 3 or not joined[place] or words[place - 1] not in _IS:
        return False
    return any(word in _WHO for word in words[max(0, place - 8) : place - 2])


def _verb_of(words: _Words, joined: Sequence[bool], place: int) -> int:
    """Where the verb stands of which the word at ``place`` is the subject; 0 if none follows."""
    for after in range(place + 1, min(len(words), place + 2 + _ADVERBS)):
        if not joined[after]:
            return 0
        if words[after] not in _said("kerap"):
            return after
    return 0


def is_company(word: str) -> bool:
    """ "karo ...", "nunggu ...": a word no table knows is hardly anything but a person there."""
    return word in _said("bersama")
