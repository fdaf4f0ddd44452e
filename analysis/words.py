"""From a child's spelling to words: slang, elongation, affixes, and Javanese beside Indonesian."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from analysis.comments import Language
from analysis.resources import table, words_of

# Masks are not words: "[nama]" must not make two comments alike.
_MASK = re.compile(r"\[[a-z ]+\]")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*(?:2[a-z]{0,4})?")  # teman2, temen2an
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1")
_REPEATED = re.compile(r"\b([a-z]{0,4}?)([a-z]{3,})-\2")  # teman-teman, membeda-bedakan
_WITH_ME = re.compile(r"mel|men[cdgj]")  # a root stands behind it; menuhi is of penuh
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Longer texts are cut for counting words only; a tablet answer has at most 4,000 characters.
_LONGEST = 5_000

# Indonesian endings, with the chat's -in, then Javanese: -e/-ne "the", -ake/-no "do for".
# fmt: off
_SUFFIXES = ("nya", "ku", "mu", "lah", "kah", "pun", "kan", "an", "i", "in",
             "ne", "e", "ake", "no", "en", "ane", "nane", "ono")
_PREFIXES = ("di", "ke", "se", "ber", "ter", "be", "te", "per", "pe", "tak", "dak", "kok",
             "mem", "men", "meng", "meny", "me", "pem", "pen", "peng")
# fmt: on
# Short for ber-, ter-, per-: before a root of three letters they are mostly letters of the word
# itself (tewas is not te + was).
_CLIPPED_PREFIXES = ("be", "te", "pe", "me")
# What may stand before a nasal: penyapu, takngombe; temukan is not te + (b)ukan.
_BEFORE_NASALS = ("pe", "tak", "dak", "di", "ke")
# A nasal prefix swallows the first consonant of its root: nyapu <- sapu, ngombe <- ombe.
_NASALS = (("ny", "s"), ("ny", "c"), ("ng", ""), ("ng", "k"), ("m", "p"), ("m", "w"), ("m", "b"))
_NASALS_LAST = (("n", "t"), ("n", "d"))
_REMEMBERED = 200_000  # different spellings, about 30 MB: more than a city's children use
_FREQUENT = 20_000  # of them are said again and again; what is said once needs no second place
# The steps read the same text one after the other: a batch and its clauses.
_READ_AGAIN = 2_000
_SHORTEST_ROOT = 3
_SHORTEST_AFTER_M = 5  # shorter words begin so by chance: mega is not from (w)ega
_SHORTEST_OWNED = 6  # with its -ku: mejaku; in buku and suku it is no ending
_SHORTEST_REPAIRED = 6  # repairing shorter words changed right ones (kali -> kalo)
_OF_BOTH, _SILENT = "kedua bahasa", "tanpa suara"  # groups of stop_words.tsv
_LONGEST_WAY = 3  # rows from a spelling to the word that stands; tests hold the tables to it


@dataclass(frozen=True)
class Lexicon:
    """The word tables, read once; ``meant`` follows slang and bridge to the word that stands.

    ``twins`` are words of two meanings with the Indonesian one, ``phrases`` those they keep it in.
    """

    slang: dict[str, str]
    bridge: dict[str, str]
    meant: dict[str, str]
    twins: dict[str, str]
    phrases: dict[str, frozenset[tuple[str, ...]]]
    known: frozenset[str]
    stop: frozenset[str]
    places: frozenset[str]
    emoji: dict[str, str]
    neutral: frozenset[str]
    javanese: frozenset[str]
    indonesian: frozenset[str]
    deletions: dict[str, str]


@cache
def lexicon() -> Lexicon:
    """Every table of words, ready to look up."""
    slang = {word: row["word"] for row in table("slang") for word in words_of(row["written"])}
    bridge = {word: row["id"] for row in table("bridge") for word in words_of(row["jv"])}
    twins = {row["word"]: row["id"] for row in table("twins")}
    phrases = {
        row["word"]: frozenset(tuple(phrase.split()) for phrase in words_of(row["phrases"]))
        for row in table("twins")
    }
    stop = _parts(word for group, word in _grouped("stop_words") if group != _SILENT)
    neutral = {word for group, word in _grouped("stop_words") if group in (_OF_BOTH, _SILENT)}
    neutral |= set(twins) & set(bridge)  # mau, kaya, kasih are heard in Indonesian
    known = frozenset(_listed(slang, bridge) | stop | set(twins.values()))
    counterparts = _parts(bridge.values())
    return Lexicon(
        slang=slang,
        bridge=bridge,
        meant=_to_the_end({**bridge, **slang}, phrases),
        twins=twins,
        phrases=phrases,
        known=known,
        stop=frozenset(stop),
        places=frozenset(word for group, word in _grouped("names") if group == "nama tempat"),
        emoji={row["emoji"]: row["word"] for row in table("emoji")},
        neutral=frozenset(neutral),
        javanese=frozenset(set(bridge) - counterparts - neutral),
        indonesian=frozenset(counterparts - set(bridge) - neutral),
        deletions=_deletions(known | set(bridge)),
    )


def _grouped(name: str) -> Iterator[tuple[str, str]]:
    """Group and word, of every word of a table that has groups."""
    for row in table(name):
        yield from ((row["group"], word) for word in words_of(row["words"]))


def _parts(phrases: Iterable[str]) -> set[str]:
    """The single words of what may be several: "rumah sakit" is two."""
    return {part for phrase in phrases for part in phrase.split()}


def _listed(slang: Mapping[str, str], bridge: Mapping[str, str]) -> set[str]:
    """Words that are right as they are: what others lead to, the vocabulary and the seeds."""
    roots = _parts(word for row in table("vocabulary") for word in words_of(row["words"]))
    seeds = _parts(word for row in table("seeds") for word in words_of(row["words"]))
    return _parts([*slang.values(), *bridge.values()]) | roots | (seeds - set(bridge) - set(slang))


def _to_the_end(
    meant: dict[str, str], phrases: Mapping[str, frozenset[tuple[str, ...]]]
) -> dict[str, str]:
    """Each word with what it stands for over several rows: emoh -> tidak mau -> tidak ingin.

    A phrase that keeps the Indonesian meaning of a word ends the way: makasih -> terima kasih.
    """
    ends = {" ".join(phrase) for kept in phrases.values() for phrase in kept} | {
        word for word, kept in phrases.items() if not kept
    }
    for _ in range(_LONGEST_WAY):
        meant = {
            word: said if said in ends else " ".join(meant.get(part, part) for part in said.split())
            for word, said in meant.items()
        }
    return meant


def fold(text: str) -> str:
    """Lower case, one spelling per character, no marks, no control characters."""
    if text.isascii():
        return _CONTROL.sub(" ", text[:_LONGEST].lower())
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).lower()
    folded = unicodedata.normalize("NFD", folded)  # Javanese e with accents: lélé -> lele
    return "".join(
        " " if unicodedata.category(c)[0] in "ZC" else c
        for c in folded
        if unicodedata.category(c) not in ("Mn", "Cf")
    )


def spoken(text: str) -> list[str]:
    """The words as written, only folded and unstretched: "Bangeeettt!" -> ["banget"]."""
    return list(_spoken(fold(text)))


@lru_cache(maxsize=_READ_AGAIN)
def _spoken(folded: str) -> tuple[str, ...]:
    if "[" in folded:
        folded = _MASK.sub(" ", folded)
    if not folded.isascii():
        for emoji, word in lexicon().emoji.items():
            folded = folded.replace(emoji, f" {word} ")
        folded = folded.replace("’", "'")
    if "-" in folded:
        folded = _REPEATED.sub(r"\1\2", folded)
    found: list[str] = _WORD.findall(folded)
    return tuple(map(_unstretched, found) if _STRETCHED.search(folded) else found)


def words(text: str) -> list[str]:
    """The words of a text in one spelling and, where the bridge knows them, one language."""
    return list(_words(fold(text)))


@lru_cache(maxsize=_READ_AGAIN)
def _words(folded: str) -> tuple[str, ...]:
    tokens = _spoken(folded)
    if not any(map(_twin, tokens)):
        return tuple(chain.from_iterable(map(_canonical, tokens)))
    javanese, indonesian = votes(tokens)
    return tuple(
        chain.from_iterable(
            _canonical(token, _is_indonesian(tokens, place, lead=javanese - indonesian))
            for place, token in enumerate(tokens)
        )
    )


def _is_indonesian(tokens: Sequence[str], place: int, *, lead: int) -> bool:
    """Whether a word of two meanings has the Indonesian one, by its phrases and its company.

    ``lead`` is how many more words are Javanese; where they are as many, the next word decides.
    """
    word = _twin(tokens[place])
    phrases = lexicon().phrases.get(word or "", frozenset())
    among_javanese = lead > 0 or (lead == 0 and votes(tokens[place + 1 : place + 2]) == (1, 0))
    if not phrases:
        return not among_javanese
    if tokens[place - 1 : place + 1] in phrases or tokens[place : place + 2] in phrases:
        return True
    return (word,) in phrases and not among_javanese


def votes(tokens: Sequence[str]) -> tuple[int, int]:
    """How many words by the tables only Javanese has, and how many only Indonesian."""
    found = list(map(_vote, tokens))
    return found.count(Language.JAVANESE), found.count(Language.INDONESIAN)


class WordReader(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts -> their words in one spelling, joined by spaces; stop words may be left out."""

    def __init__(self, *, stop_words_kept: bool = True) -> None:
        self.stop_words_kept = stop_words_kept

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """Nothing to learn: the tables are the knowledge."""
        self.lexicon_ = lexicon()
        return self

    def transform(self, texts: Sequence[str]) -> list[str]:
        """One string of words per text."""
        if self.stop_words_kept:
            return [" ".join(words(text)) for text in texts]
        stop = lexicon().stop
        return [" ".join(word for word in words(text) if word not in stop) for text in texts]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def is_known(token: str) -> bool:
    """Whether the tables know a word as ``spoken`` gives it, by itself, by its stem or repaired."""
    return _row(_plain(token)) is not None


@lru_cache(maxsize=_REMEMBERED)
def _canonical(token: str, indonesian: bool = False) -> tuple[str, ...]:
    """The words a token stands for, or their Indonesian meaning; single letters say nothing."""
    plain = _plain(token)
    entries, row = lexicon(), _row(plain)
    if row is None:
        said = plain
    elif indonesian and row in entries.twins:
        said = entries.twins[row]
    else:
        said = entries.meant.get(row, row)
    return tuple(word for word in said.split() if len(word) > 1)


@lru_cache(maxsize=_FREQUENT)
def _twin(token: str) -> str | None:
    """The word of two meanings that a token is or has as its stem."""
    row = _row(_plain(token))
    return row if row in lexicon().twins else None


def _plain(token: str) -> str:
    if token.isalpha():
        return token
    return _unstretched(token.replace("2", "").replace("'", ""))  # a'a'a is a, too


@lru_cache(maxsize=_REMEMBERED)
def _row(plain: str) -> str | None:
    """The word of the tables that is meant: as written, once doubled, its stem, or repaired."""
    if _stands(plain) or plain in lexicon().places:  # no stem and no slip: malang, brantas
        return plain
    for written in (_DOUBLED.sub(r"\1", plain), *_stems(plain)):
        if _stands(written):
            return written
    return _repaired(plain) if len(plain) >= _SHORTEST_REPAIRED else None


def _stands(word: str) -> bool:
    entries = lexicon()
    return word in entries.meant or word in entries.known


def _stems(word: str) -> list[str]:
    """Candidates without affixes, the longest first."""
    without_suffix = [
        word[: -len(suffix)]
        for suffix in _SUFFIXES
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_ROOT
    ]
    inner = [
        base[: -len(suffix)]
        for base in without_suffix
        for suffix in ("kan", "an", "i", "in", "n", "e")
        if base.endswith(suffix) and len(base) - len(suffix) >= _SHORTEST_ROOT
    ]
    stems: list[str] = []
    for base in (word, *without_suffix, *inner):
        if base != word:
            stems.append(base)
        stems.extend(_without_prefix(base))
    doubtful = _doubtful(word)
    # The longest root wins: "papane" is papan + e, not papa + ne.
    return sorted(
        dict.fromkeys(stems), key=lambda stem: (stem not in doubtful, len(stem)), reverse=True
    )


def _doubtful(word: str) -> set[str]:
    """Roots of an Indonesian verb that only look longer: its -kan, its me- of one who does."""
    found: set[str] = set()
    if _WITH_ME.match(word):  # menjaga: of jaga, not of penjaga
        found.update("p" + word[1 : len(word) - cut] for cut in range(5))
    if word.startswith(("di", "me")) and word.endswith("kan"):  # dibelikan: of beli, not of belik
        roots = [root for root in _without_prefix(word[:-3]) if root in lexicon().known]
        found.update(root + "k" for root in roots if root not in lexicon().bridge)
    return found


def _without_prefix(word: str) -> list[str]:
    roots = [
        word[len(prefix) :]
        for prefix in _PREFIXES
        if word.startswith(prefix)
        and len(word) - len(prefix) >= _SHORTEST_ROOT + (prefix in _CLIPPED_PREFIXES)
    ]
    nasal_stems = [word, *(word[len(p) :] for p in _BEFORE_NASALS if word.startswith(p))]
    for stem in nasal_stems:
        for nasal, consonant in (*_NASALS, *_NASALS_LAST):
            shortest = _SHORTEST_AFTER_M if nasal == "m" else _SHORTEST_ROOT
            if stem.startswith(nasal) and len(consonant + stem) - len(nasal) >= shortest:
                roots.append(consonant + stem[len(nasal) :])
    # me- before a root that lost its first letter: memukul -> (p)ukul, menyapu -> (s)apu
    for prefix, consonant in (("mem", "p"), ("men", "t"), ("meny", "s"), ("meng", "k")):
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_ROOT - 1:
            roots.append(consonant + word[len(prefix) :])
    return [root for root in roots if len(root) >= _SHORTEST_ROOT]


def owned(token: str) -> str:
    """A word as written once and without the "my" of both languages: kucingku -> kucing."""
    word = token.replace("2", "")
    return word[:-2] if word.endswith("ku") and len(word) >= _SHORTEST_OWNED else word


@lru_cache(maxsize=_REMEMBERED)
def _vote(written: str) -> Language | None:
    entries, token = lexicon(), owned(written)
    if token in entries.neutral:
        return None
    if token in entries.javanese:
        return Language.JAVANESE
    if token in entries.indonesian or token in entries.slang:
        return Language.INDONESIAN
    for suffix in ("e", "ne", "mu", "an", "no", "i", "en"):
        if token.endswith(suffix) and token[: -len(suffix)] in entries.javanese:
            return Language.JAVANESE
    if token[:2] == "di" and token[2:] in entries.javanese:
        return Language.JAVANESE
    if token.endswith(("nya", "kan")) or token.startswith(("ber", "mem", "meng", "meny")):
        return Language.INDONESIAN
    if token.endswith("e") and (token[:-1] in entries.known or token[:-2] in entries.known):
        return Language.JAVANESE
    return None


def _unstretched(word: str) -> str:
    once = _STRETCHED.sub(r"\1", word)
    if once == word:
        return word
    # "bangeettt": after the long run is one letter again, a double may be left over.
    single = _DOUBLED.sub(r"\1", once)
    return single if _stands(single) else once


def _deletions(known: Iterable[str]) -> dict[str, str]:
    """Every known long word with one letter left out -> the word (first in the alphabet)."""
    index: dict[str, str] = {}
    for word in sorted(known):
        if len(word) >= _SHORTEST_REPAIRED - 1:
            for place in range(len(word)):
                index.setdefault(word[:place] + word[place + 1 :], word)
    return index


def _repaired(word: str) -> str | None:
    """The known word one slip away: a letter missing, typed twice, or two swapped.

    A wrong letter is not repaired: it turned right words into others (bahaya -> bahasa).
    """
    entries = lexicon()
    near = entries.deletions.get(word)
    if near is not None and near[0] == word[0]:
        return near
    for place in range(1, len(word)):  # children rarely miss the first letter
        shorter = word[:place] + word[place + 1 :]
        swapped = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
        for candidate in (shorter, swapped):
            if candidate[0] == word[0] and _stands(candidate):
                return candidate
    return None
