"""What goes into the analysis and what comes out: comments, alerts, themes and their evidence."""

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import TypeVar, overload

from analysis.rights import Cluster, IndicatorKey
from analysis.standing import ThemeState

Key = TypeVar("Key")


class Language(StrEnum):
    """The language of a comment, as a vote of its words."""

    INDONESIAN = "id"
    JAVANESE = "jv"
    MIXED = "mix"


class Outcome(StrEnum):
    """Where a comment ended: in clusters, outside all of them, or undecided."""

    MAPPED = "mapped"
    OUTSIDE = "outside"  # di luar klaster
    UNSURE = "unsure"  # belum yakin


class AlertLevel(StrEnum):
    """How soon a person must read a comment."""

    CONCERN = "concern"
    URGENT = "urgent"


class MaskKind(StrEnum):
    """What kind of identifying words stood where a mask stands now."""

    NAME = "nama"
    NUMBER = "nomor"
    EMAIL = "surel"
    ACCOUNT = "akun"
    LINK = "tautan"
    ADDRESS = "alamat"
    CLASS = "kelas dan sekolah"
    PLATE = "pelat nomor"


@dataclass(frozen=True, slots=True)
class Comment:
    """One free-text answer; ``asked_about`` is what its question asked about, a weak hint.

    Half a pair of surrogates, which no file can hold, becomes U+FFFD.
    """

    id: str
    text: str
    question: str = ""
    round: str = ""
    gathering: str = ""
    age_band: str = ""
    place: str = ""
    date: str = ""
    asked_about: IndicatorKey | Cluster | None = None

    def __post_init__(self) -> None:
        try:
            "".join(_written(self)).encode()  # the quickest way to ask
        except UnicodeEncodeError:
            for name in _WRITTEN:
                object.__setattr__(self, name, whole(getattr(self, name)))


_WRITTEN = tuple(one.name for one in fields(Comment) if one.name != "asked_about")
_written = attrgetter(*_WRITTEN)
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y")
_SURROGATE = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with U+FFFD for every lone surrogate."""
    return _SURROGATE.sub("\ufffd", text)


@lru_cache(maxsize=10_000)  # one row after the other has the same
def day(written: str) -> date | None:
    """The day a cell names, in the forms people write."""
    for form in _DATES:
        try:
            return datetime.strptime(written[:10], form).date()  # 10: a time may follow
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class Mask:
    """One masked span; ``start`` and ``end`` count code points of the text as written."""

    kind: MaskKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Why a person should read a comment: level, category, a reason in words, which detector.

    ``reason`` names words of the project's lexicon only, never a name a child wrote. ``lexicon``
    is the version (twelve digits of a hash) of the tables the detector reads; empty where a person
    decided.
    """

    level: AlertLevel
    category: str
    reason: str
    detector: str
    lexicon: str = ""


class Shares(Mapping[Key, float]):
    """Probabilities by key, read like a dict that nobody changes.

    Many stand in memory at once, so all share ``places``, which says where a key's number stands.
    """

    __slots__ = ("_numbers", "_places")

    def __init__(self, places: Mapping[Key, int], numbers: "array[float]") -> None:
        self._places = places
        self._numbers = numbers

    def __getitem__(self, key: Key) -> float:
        return self._numbers[self._places[key]]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def numbers(self) -> Sequence[float]:
        """The probabilities in the order of the keys, quicker than one by one."""
        return [self._numbers[place] for place in self._places.values()]

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, slots=True)
class ClusterShare:
    """A cluster a comment belongs to, with its probability (0-1) and the words that decided."""

    cluster: Cluster
    indicator: IndicatorKey | None
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommentAnalysis:
    """What the analysis found out about one comment.

    ``clusters`` is sorted by probability and empty unless ``outcome`` is ``mapped``;
    ``probabilities`` always holds all five clusters and ``None`` (outside), summing to 1;
    ``indicator`` is that of the main cluster, or outside the clusters one that stands in none;
    ``indicators`` all indicators, the rest of the sum being what has no indicator.
    """

    id: str
    masked: str
    masks: tuple[Mask, ...]
    language: Language
    outcome: Outcome
    clusters: tuple[ClusterShare, ...]
    alert: Alert | None
    indicator: IndicatorKey | None = None
    probabilities: Mapping[Cluster | None, float] = field(default_factory=dict)
    indicators: Mapping[IndicatorKey, float] = field(default_factory=dict)


class AlikeComments(Sequence[CommentAnalysis]):
    """Analysed comments in input order, read like a tuple; those found alike are held once.

    ``firsts`` are the first comments of each kind, and ``number_of`` says, comment by comment,
    which of them it is like in all but its id. Who counts walks the firsts: of a million comments
    five of six are like an earlier one.
    """

    __slots__ = ("firsts", "ids", "number_of")

    def __init__(
        self, ids: Sequence[str], firsts: Sequence[CommentAnalysis], number_of: Sequence[int]
    ) -> None:
        self.ids = ids
        self.firsts = firsts
        self.number_of = number_of

    @classmethod
    def of(cls, comments: Sequence[CommentAnalysis]) -> "AlikeComments":
        """These comments as they are, or each as a kind of its own."""
        if isinstance(comments, AlikeComments):
            return comments
        return cls([one.id for one in comments], comments, range(len(comments)))

    def first_of_each(self) -> Iterator[CommentAnalysis]:
        """Comment by comment, the one it is like."""
        return map(self.firsts.__getitem__, self.number_of)

    def counted(self) -> Iterator[tuple[CommentAnalysis, int]]:
        """Every first and how many comments are like it."""
        counts = Counter(self.number_of)
        return ((one, counts[number]) for number, one in enumerate(self.firsts))

    @overload
    def __getitem__(self, place: int) -> CommentAnalysis: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[CommentAnalysis, ...]: ...
    def __getitem__(self, place: int | slice) -> CommentAnalysis | tuple[CommentAnalysis, ...]:
        if isinstance(place, slice):
            return tuple(self[i] for i in range(len(self))[place])
        first, id = self.firsts[self.number_of[place]], self.ids[place]
        return first if first.id == id else replace(first, id=id)

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact substring of a masked comment."""

    comment_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """What several children said, with the comments that prove it.

    ``cluster`` is None for themes of comments outside the clusters or not yet decided.
    """

    id: str
    cluster: Cluster | None
    indicator: IndicatorKey | None
    phrase: str
    words: tuple[str, ...]
    comment_ids: tuple[str, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class RandomSlice:
    """Main clusters as people see them and as the machine alone does; None is in none of the five.

    ``people`` leads there from the ids of comments drawn by lot; ``machine`` holds, for each of the
    ``AlikeComments.firsts``, what was found before anything was corrected.
    """

    people: Mapping[str, Cluster | None]
    machine: Sequence[Cluster | None]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One run over the comments of a round.

    The rule for alerts: an *urgent* comment is in no theme, no quote and lends no phrase.
    A *concern* (bullying, a teacher who pinches) counts in its theme, because the city must
    see how often it happens, but is never quoted and never lends its theme the phrase.

    ``state`` is what the next run continues from; ``random_slice`` what people said of comments
    drawn by lot, where they did.
    ``comments`` keeps the input order; ``themes`` is sorted by size, largest first;
    ``versions`` names the version of every lexicon and model, and the random seed.
    """

    comments: Sequence[CommentAnalysis]
    themes: tuple[Theme, ...]
    state: ThemeState
    versions: Mapping[str, str]
    random_slice: RandomSlice | None = None
