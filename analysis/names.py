"""Finds the names of people in a text; roles, places and people in public office stay."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from analysis.resources import table, words_of
from analysis.words import lexicon

_TOKEN = re.compile(r"[^\W\d_][\w']*")
_INTRODUCED = re.compile(
    r"\b(?:nama\s?(?:ku|saya|aku|gue|lengkap(?:ku)?|adikku|temanku|temenku)|jeneng\s?(?:ku|kulo)"
    r"|asmo\s?kulo|bernama|jenenge|namanya|panggil (?:aja|aku|saya)|perkenalkan|kenalin|ttd"
    r"|salam dari)\s?(?:adalah|iku|yaiku|aku|saya|:)?\s"
)
_BETWEEN = re.compile(r"(?:\s|\.\s?|\s?:\s)\Z")  # "Bu Ani", "Bu. Ani", "nama : Ani"
# "gilang kelas 5B ..."; what the masks before this one hid is blanked with zeros.
_CLASS_FOLLOWS = re.compile(r"\s,?(?:dari\s|teko\s)?(?:(?:kelas|kls)\s?\d|\0)")
_JOINED = ("dan", "karo", "sama", "ambek", "mbek", "lan", "ambi", "atau", "n")
_LONGEST_NAME = 3  # words; longer full names are rare and the next words are the sentence
_SHORTEST_NAME = 3
# Shapes a verb or a noun with an affix has and a name hardly ever: dibenerno, lampunya.
_NOT_A_NAME = re.compile(
    r"^(?:di|me|nge|ng|mb|nd|nj|ke[bdgt])|(?:nya|kan|ake|ku|en|ane|in)$|[^aiueo]{4}"
)


@dataclass(frozen=True)
class NameTables:
    """Which words are names, and which words around them say so or say the opposite."""

    names: frozenset[str]
    roles: frozenset[str]
    titles: frozenset[str]
    kin: frozenset[str]
    friends: frozenset[str]
    places: frozenset[str]
    place_names: frozenset[str]
    officials: frozenset[str]


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    word: str
    capital: bool
    joined: bool  # only a space (or "Bu." "nama :") parts it from the word before


@cache
def name_tables() -> NameTables:
    """The name tables, read once."""
    groups: dict[str, set[str]] = {}
    for row in table("names"):
        groups.setdefault(row["group"], set()).update(words_of(row["words"]))
    return NameTables(
        names=frozenset(groups["nama"]),
        roles=frozenset(groups["peran"]),
        titles=frozenset(groups["sapaan"]),
        kin=frozenset(groups["sapaan keluarga"]),
        friends=frozenset(groups["kerabat"]),
        places=frozenset(groups["tempat"]),
        place_names=frozenset(groups["nama tempat"]),
        officials=frozenset(groups["pejabat"]),
    )


def find_names(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans of ``folded`` that name a person.

    ``folded`` is ``text`` in lower case; ``positions`` leads each of its characters back.
    """
    tokens = _tokens(folded, text, positions)
    introduced = {match.end() for match in _INTRODUCED.finditer(folded)}
    named: set[int] = set()
    for place in range(len(tokens)):
        if place in named or not _opens_a_name(tokens, place, folded, introduced):
            continue
        last = place
        while last + 1 < len(tokens) and last - place + 1 < _LONGEST_NAME:
            if not tokens[last + 1].joined or not _goes_on(tokens[last + 1]):
                break
            last += 1
        if not _in_office([token.word for token in tokens[max(0, place - 1) : last + 1]]):
            named.update(range(place, last + 1))
            yield tokens[place].start, tokens[last].end
    for place in _beside_a_name(tokens, named):
        yield tokens[place].start, tokens[place].end


def is_common(word: str) -> bool:
    """A word of the languages rather than a name; forms with -ku, -e, -nya count."""
    entries = lexicon()
    forms = [word, word.removesuffix("2")]
    forms += [
        word[: -len(end)]
        for end in ("nya", "ku", "mu", "ne", "e", "an", "kan", "i", "no", "in", "n", "a")
        if word.endswith(end) and len(word) - len(end) >= _SHORTEST_NAME
    ]
    forms += [word[len(start) :] for start in ("di", "se", "ke", "ber") if word.startswith(start)]
    return any(
        form in listed
        for form in forms
        for listed in (entries.known, entries.bridge, entries.slang, name_tables().roles)
    )


def _tokens(folded: str, text: str, positions: Sequence[int]) -> list[_Token]:
    matches = list(_TOKEN.finditer(folded))
    capitals = [text[positions[match.start()]].isupper() for match in matches]
    # A text written all in capitals, or With Every Word So, says nothing about names.
    telling = sum(capitals) <= max(3, len(capitals) * 0.6) and not text.isupper()
    tokens: list[_Token] = []
    for match, capital in zip(matches, capitals, strict=True):
        gap = folded[tokens[-1].end : match.start()] if tokens else ""
        joined = bool(tokens) and _BETWEEN.match(gap) is not None
        tokens.append(
            _Token(match.start(), match.end(), match.group(), capital and telling, joined)
        )
    return tokens


def _opens_a_name(tokens: Sequence[_Token], place: int, folded: str, introduced: set[int]) -> bool:
    known, token = name_tables(), tokens[place]
    if len(token.word) < _SHORTEST_NAME or token.word in known.roles:
        return False
    if token.word in known.place_names or _after_a_place(tokens, place):
        return False
    listed, stranger = token.word in known.names, _strange(token.word)
    if token.start in introduced:
        return listed or stranger or (token.capital and not is_common(token.word))
    before = tokens[place - 1].word if token.joined else ""
    title = before in known.titles or (
        place > 1
        and before in known.roles
        and tokens[place - 2].word in known.titles
        and token.joined
    )
    if title:
        return listed or stranger or (token.capital and not is_common(token.word))
    if before in known.kin:
        return (listed and (token.capital or not is_common(token.word))) or (
            token.capital and stranger
        )
    if before in known.friends:
        return (listed and (token.capital or not is_common(token.word))) or (
            token.capital and stranger
        )
    if listed and _CLASS_FOLLOWS.match(folded, token.end):
        return True
    # "Bagus sekali" opens a sentence; only names that are nothing else stand on their own.
    return listed and token.capital and not is_common(token.word)


def _goes_on(token: _Token) -> bool:
    """Does a name go on with this word?"""
    known = name_tables()
    if token.word in known.roles or len(token.word) < 2:
        return False
    if token.word in known.names:
        return token.capital or not is_common(token.word)
    return token.capital and _strange(token.word)


def _beside_a_name(tokens: Sequence[_Token], named: set[int]) -> Iterator[int]:
    """ "Nadhifa karo [nama]": the other half of the pair is a name too."""
    for middle in range(1, len(tokens) - 1):
        if tokens[middle].word not in _JOINED:
            continue
        for here, other in ((middle - 1, middle + 1), (middle + 1, middle - 1)):
            token = tokens[here]
            listed = token.word in name_tables().names and not is_common(token.word)
            if other in named and here not in named and (listed or _strange(token.word)):
                yield here


def _after_a_place(tokens: Sequence[_Token], place: int) -> bool:
    """Jalan Ahmad Yani, SMP Kartini: places, not people."""
    for back in (1, 2):
        if place - back < 0 or not tokens[place - back + 1].joined:
            return False
        if tokens[place - back].word in name_tables().places:
            return True
    return False


def _in_office(words: Sequence[str]) -> bool:
    officials = name_tables().officials
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return bool(officials & (set(words) | pairs))


def _strange(word: str) -> bool:
    """Unknown to the languages and shaped like a name."""
    if len(word) < _SHORTEST_NAME or any(c.isdigit() for c in word):
        return False
    return not is_common(word) and _NOT_A_NAME.search(word) is None
