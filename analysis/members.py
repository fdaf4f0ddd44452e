"""Who stands behind a theme to be: its different texts, their comments, and what names it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.comments import Alert, AlertLevel, Comment, Language, Theme, day
from analysis.mapping import RightsMapper, cluster_of, topic_title
from analysis.privacy import MaskedText
from analysis.standing import StandingTheme, ThemeState
from analysis.themes import Group, Voice
from analysis.words import words

Matrix = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

UNDECIDED = "belum_yakin"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text after alert, mask and words."""

    alert: Alert | None
    masked: MaskedText
    words: str
    language: Language

    @property
    def urgent(self) -> bool:
        """Whether it is only for the officer."""
        return self.alert is not None and self.alert.level is AlertLevel.URGENT


@dataclass(frozen=True)
class Read:
    """Comments in input order and what was read in them; equal ones share one reading.

    ``different`` are the readings in the order in which they first occur; of a comment whose alert
    or place a person decided it is another than of its text. ``number_of`` says by place which one
    is its.
    """

    comments: Sequence[Comment]
    different: Sequence[ReadText]
    number_of: Sequence[int]

    def of(self, place: int) -> ReadText:
        """What was read in one comment."""
        return self.different[self.number_of[place]]


class Unsayable:
    """The words of urgent comments: only the officer reads them, whoever else wrote them."""

    def __init__(self, urgent: Iterable[str]) -> None:
        self._by_first: dict[str, list[list[str]]] = {}
        for said in dict.fromkeys(urgent):
            if parts := said.split():
                self._by_first.setdefault(parts[0], []).append(parts)

    def within(self, said: str) -> bool:
        """Whether the whole of an urgent comment stands in these words."""
        parts = said.split()
        return any(
            parts[place : place + len(urgent)] == urgent
            for place, part in enumerate(parts)
            for urgent in self._by_first.get(part, ())
        )

    def renamed(self, theme: Theme) -> Theme:
        """The theme, called by one of its words where its label says it."""
        if not self.within(" ".join(words(theme.phrase))):
            return theme
        word = next((word for word in theme.words if not self.within(word)), "")
        return replace(theme, phrase=word)

    def taken_from(self, state: ThemeState) -> ThemeState:
        """The state without names that say it; what such a theme was recognised by goes as well."""
        return replace(
            state,
            themes=tuple(
                replace(theme, phrase="", profile={}, named_by_people=False)
                if self.within(" ".join(words(theme.phrase)))
                else theme
                for theme in state.themes
            ),
        )


class Places:
    """Where the comments of each text stand, in the memory of two numbers a comment.

    ``number_of`` says by place which text stands there; below 0 it is none.
    """

    def __init__(self, number_of: Numbers, *, texts: int) -> None:
        self.number_of = number_of
        self._order = number_of.argsort(kind="stable").astype(np.int32)
        self._starts = number_of[self._order].searchsorted(np.arange(texts + 1))
        self.counts: Numbers = np.diff(self._starts)

    def __getitem__(self, number: int) -> list[int]:
        """The places of one text, ascending."""
        start, end = self._starts[number : number + 2]
        places: list[int] = self._order[start:end].tolist()
        return places


@dataclass(frozen=True)
class Texts:
    """Each different text once: where it was written and its room.

    The first ``len(topics)`` of them are those from which themes are made: with row, counted
    words and topics.
    """

    texts: Sequence[str]
    places: Places
    rooms: Sequence[str]
    rows: sparse.csr_matrix
    words: sparse.csr_matrix  # how often each word stands in each
    topics: Matrix

    @property
    def fitted(self) -> range:
        """The numbers of the texts from which themes are made."""
        return range(len(self.topics))

    @property
    def others(self) -> range:
        """The numbers of the texts that join what was made."""
        return range(len(self.topics), len(self.texts))

    def counts(self, numbers: Sequence[int]) -> Numbers:
        """How many comments say each of these texts."""
        return self.places.counts[list(numbers)]


@dataclass(frozen=True)
class Members:
    """The texts of a theme to be, by number; ``standing`` is the theme they already belong to."""

    room: str
    numbers: Sequence[int]
    standing: StandingTheme | None = None

    @property
    def theme(self) -> str:
        """The id of the standing theme, or nothing."""
        return self.standing.id if self.standing else ""


def as_group(
    texts: Texts,
    members: Members,
    read: Read,
    mapper: RightsMapper,
    pinned: Mapping[int, str],
    unsayable: Unsayable,
) -> Group:
    """What the writer of themes needs: different texts with their comments, rows and a title."""
    cluster, indicator = (None, None) if members.room == UNDECIDED else cluster_of(members.room)
    said: dict[tuple[int, str, bool], list[int]] = {}
    others: list[str] = []
    for place in _places(texts, members, pinned):
        number = texts.places.number_of.item(place)
        if number in texts.fitted:
            one = read.of(place)
            text = (number, one.masked.text, one.alert is None)
            said.setdefault(text, []).append(place)
        else:
            others.append(read.comments[place].id)
    voices = tuple(
        Voice(
            tuple(read.comments[place].id for place in places),
            masked,
            texts.texts[number],
            quotable and not unsayable.within(texts.texts[number]),
            _newest(read.comments[place] for place in places),
        )
        for (number, masked, quotable), places in said.items()
    )
    rows = [number for number, _, _ in said]
    title = _title(members.room, texts.topics[rows], [len(voice.ids) for voice in voices], mapper)
    return Group(
        label=members.room,
        cluster=cluster,
        indicator=indicator,
        title=title,
        voices=voices,
        rows=texts.rows[rows],
        standing=members.standing,
        others=tuple(others),
    )


def _newest(comments: Iterable[Comment]) -> tuple[date, str] | None:
    """Day and id of the last of them, of several on that day the first in the file."""
    newest: tuple[date, str] | None = None
    for one in comments:
        found = day(one.date) if one.date else None
        if found and (newest is None or found > newest[0]):
            newest = found, one.id
    return newest


def _places(texts: Texts, members: Members, pinned: Mapping[int, str]) -> list[int]:
    """Where the comments of these texts stand; a pinned one is only where it was put."""
    every = [place for number in sorted(members.numbers) for place in texts.places[number]]
    if not pinned:
        return every
    here = members.theme
    stay = [place for place in every if pinned.get(place, here) == here]
    known = set(stay)
    return [*stay, *(place for place, id in pinned.items() if id == here and place not in known)]


def _title(room: str, topics: Matrix, counts: Sequence[int], mapper: RightsMapper) -> str:
    """The topic these texts are nearest to, in the project's own words."""
    own = [i for i, topic in enumerate(mapper.topics_) if topic.startswith(f"{room}/")]
    if not own or not len(topics):
        return ""
    affinity = np.asarray(counts) @ topics
    return topic_title(str(mapper.topics_[max(own, key=lambda i: affinity[i])]))
