"""From placed comments to themes: standing themes take what is theirs, the rest forms new ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize

from analysis.comments import Alert, AlertLevel, Comment, Language, Outcome, Theme
from analysis.groups import OUTLIER, Groups
from analysis.mapping import RightsMapper, cluster_of, lessons, topic_title
from analysis.placing import Placed
from analysis.privacy import MaskedText
from analysis.standing import StandingTheme, ThemeState, profile_of, text_key
from analysis.themes import Group, ThemeWriter, Voice
from analysis.vectors import CommentVectors
from analysis.words import lexicon

Matrix = npt.NDArray[np.float64]

# Below this many comments an indicator is a list to read, not a cloud to cluster: every comment
# gets a theme, if need be one of its own.
_CLUSTERED_FROM = 30
# The topic a comment's words point to counts this much beside the words themselves; it is what
# lets the same complaint in two languages meet even when the bridge misses a word. This weight
# and the distances in groups.py were steered by a development set that trains nothing (NMI with
# its 99 human themes 0.88, ARI 0.60 at granularity 0.5; heavier weights part the languages).
_TOPIC_WEIGHT = 0.8
UNDECIDED = "belum_yakin"
# A tenth of each indicator, and as many again of the undecided: together never above 20 %.
_OUTLIERS = 0.1
# A text joins a standing theme of its room when it is this like the theme's profile; else it
# waits in the pool from which new themes are made.
_JOINS_FROM = 0.35


@dataclass(frozen=True)
class Read:
    """Comments after alert, mask and words, in input order."""

    comments: Sequence[Comment]
    alerts: Sequence[Alert | None]
    masked: Sequence[MaskedText]
    words: Sequence[str]
    languages: Sequence[Language]

    def urgent(self, place: int) -> bool:
        """Whether this comment is only for the officer."""
        alert = self.alerts[place]
        return alert is not None and alert.level is AlertLevel.URGENT


@dataclass(frozen=True)
class _Texts:
    """Each different text once: where it was written, its room, row, counted words and topics."""

    texts: Sequence[str]
    places: Sequence[Sequence[int]]
    rooms: Sequence[str]
    rows: sparse.csr_matrix
    words: sparse.csr_matrix
    topics: Matrix

    def counts(self, numbers: Sequence[int]) -> npt.NDArray[np.int64]:
        return np.array([len(self.places[number]) for number in numbers], dtype=np.int64)


def find_themes(
    read: Read,
    placed: Sequence[Placed],
    mapper: RightsMapper,
    *,
    state: ThemeState,
    granularity: float,
    seed: int,
) -> tuple[list[Theme], ThemeState]:
    """The themes of these comments, the largest first, and what stands afterwards."""
    kept = [place for place, text in enumerate(read.words) if text and not read.urgent(place)]
    if not kept:
        return [], replace(state, runs=state.runs + 1)
    vectors = _Vectors(mapper, seed)
    texts = _different(read, placed, kept, vectors)
    standing, pool = _assigned(texts, state, vectors)
    groups = [
        _group(texts, numbers, theme.room, read, mapper, standing=theme)
        for theme, numbers in standing
    ]
    groups += _new_groups(texts, pool, read, mapper, granularity=granularity, seed=seed)
    groups = _pinned(groups, state, read, texts, mapper)
    taken = [theme.id for theme in state.themes]
    themes = ThemeWriter(taken=taken).fit(groups).transform(groups)
    return themes, _after(state, themes, groups, texts, read)


class _Vectors:
    """The words of each text beside the topics they point to, as rows of length one."""

    def __init__(self, mapper: RightsMapper, seed: int) -> None:
        self._mapper = mapper
        background = [_content(text) for text in lessons().texts]
        self._vectors = CommentVectors(background=background, random_state=seed)

    def fit_transform(self, texts: Sequence[str]) -> tuple[sparse.csr_matrix, Matrix]:
        """The rows of all texts, and how much each topic is in them."""
        self._vectors.fit([_content(text) for text in texts])
        topics = self._mapper.topic_affinity(texts)
        return self._rows(texts, topics), topics

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        return self._rows(texts, self._mapper.topic_affinity(texts))

    def counts(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """How often each word stands in each text."""
        return self._vectors.counts([_content(text) for text in texts])

    def _rows(self, texts: Sequence[str], topics: Matrix) -> sparse.csr_matrix:
        content = self._vectors.transform([_content(text) for text in texts])
        # Not brought to one length: words that point everywhere point nowhere.
        weighed = sparse.csr_matrix(topics * _TOPIC_WEIGHT)
        return normalize(sparse.hstack([content, weighed], format="csr"))


def _content(text: str) -> str:
    stop = lexicon().stop
    return " ".join(word for word in text.split() if word not in stop) or text


def _different(
    read: Read, placed: Sequence[Placed], kept: Sequence[int], vectors: _Vectors
) -> _Texts:
    places: dict[str, list[int]] = {}
    for place in kept:
        places.setdefault(read.words[place], []).append(place)
    texts = list(places)
    rows, topics = vectors.fit_transform(texts)
    return _Texts(
        texts=texts,
        places=list(places.values()),
        rooms=[_room(placed[found[0]]) for found in places.values()],
        rows=rows,
        words=vectors.counts(texts),
        topics=topics,
    )


def _room(placed: Placed) -> str:
    """Comments are compared inside their indicator; the undecided ones among themselves."""
    return UNDECIDED if placed.outcome is Outcome.UNSURE else placed.label


def _assigned(
    texts: _Texts, state: ThemeState, vectors: _Vectors
) -> tuple[list[tuple[StandingTheme, list[int]]], list[int]]:
    """Texts by the standing theme they belong to, and the pool of those that belong to none."""
    members: dict[str, list[int]] = {theme.id: [] for theme in state.themes}
    loose: list[int] = []
    dropped: set[int] = set()
    for number, text in enumerate(texts.texts):
        before = state.theme_of_text(text)
        if before and before.takes_comments:
            members[before.id].append(number)
        elif before and before.forbidden:
            dropped.add(number)
        else:
            loose.append(number)
    open_themes = [theme for theme in state.themes if theme.profile and not theme.retired]
    pool = []
    for number, theme in zip(loose, _nearest(texts, loose, open_themes, vectors), strict=True):
        if theme is None:
            pool.append(number)
        elif not theme.forbidden:
            members[theme.id].append(number)
    return [(theme, members[theme.id]) for theme in state.themes if members[theme.id]], pool


def _nearest(
    texts: _Texts, numbers: Sequence[int], themes: Sequence[StandingTheme], vectors: _Vectors
) -> list[StandingTheme | None]:
    """For each text the most alike theme of its room, or None where none is alike enough."""
    if not themes or not numbers:
        return [None] * len(numbers)
    profiles = vectors.transform([_as_text(theme.profile) for theme in themes])
    likeness = (texts.rows[list(numbers)] @ profiles.T).toarray()
    same_room = np.array(
        [[theme.room == texts.rooms[number] for theme in themes] for number in numbers]
    )
    likeness[~same_room] = -1.0
    best = likeness.argmax(axis=1)
    return [
        themes[column] if likeness[row, column] >= _JOINS_FROM else None
        for row, column in enumerate(best.tolist())
    ]


def _as_text(profile: Mapping[str, int]) -> str:
    """A theme as a text: a word that half of its comments use stands in it twice as often."""
    return " ".join(" ".join([word] * min(count, 20)) for word, count in profile.items())


def _new_groups(
    texts: _Texts,
    pool: Sequence[int],
    read: Read,
    mapper: RightsMapper,
    *,
    granularity: float,
    seed: int,
) -> list[Group]:
    rooms: dict[str, list[int]] = {}
    for number in pool:
        rooms.setdefault(texts.rooms[number], []).append(number)
    whole = int(texts.counts(pool).sum()) if pool else 0
    groups: list[Group] = []
    for room, numbers in sorted(rooms.items()):
        counts = texts.counts(numbers)
        few = int(counts.sum()) < _CLUSTERED_FROM
        labels = (
            Groups(
                granularity=granularity,
                smallest=1 if few and room != UNDECIDED else 2,
                outliers=min(1.0, _OUTLIERS * whole / counts.sum())
                if room == UNDECIDED
                else _OUTLIERS,
                random_state=seed,
            )
            .fit(texts.rows[numbers], words=texts.words[numbers], counts=counts)
            .labels_
        )
        for label in sorted(set(labels.tolist()) - {OUTLIER}):
            chosen = [numbers[i] for i in np.flatnonzero(labels == label)]
            groups.append(_group(texts, chosen, room, read, mapper))
    return groups


def _group(
    texts: _Texts,
    numbers: Sequence[int],
    room: str,
    read: Read,
    mapper: RightsMapper,
    *,
    standing: StandingTheme | None = None,
) -> Group:
    members = [(number, place) for number in numbers for place in texts.places[number]]
    cluster, indicator = (None, None) if room == UNDECIDED else cluster_of(room)
    voices = tuple(_voice(read, place) for _, place in members)
    rows = [number for number, _ in members]
    title = _title(room, texts.topics[rows], mapper)
    return Group(room, cluster, indicator, title, voices, texts.rows[rows], standing)


def _title(room: str, topics: Matrix, mapper: RightsMapper) -> str:
    """The topic these texts are nearest to, in the project's own words."""
    own = [i for i, topic in enumerate(mapper.topics_) if topic.startswith(f"{room}/")]
    if not own or not len(topics):
        return ""
    affinity = topics.sum(axis=0)
    return topic_title(str(mapper.topics_[max(own, key=lambda i: affinity[i])]))


def _voice(read: Read, place: int) -> Voice:
    return Voice(
        id=read.comments[place].id,
        masked=read.masked[place].text,
        words=read.words[place],
        quotable=read.alerts[place] is None,
    )


def _pinned(
    groups: Sequence[Group], state: ThemeState, read: Read, texts: _Texts, mapper: RightsMapper
) -> list[Group]:
    """Every pinned comment in the theme a person put it in, whatever its words say."""
    place_of = {comment.id: place for place, comment in enumerate(read.comments)}
    pinned = {
        id: theme
        for id, wanted in state.pinned.items()
        if id in place_of and read.words[place_of[id]] and not read.urgent(place_of[id])
        and (theme := state.theme(wanted)) is not None
    }  # fmt: skip
    if not pinned:
        return list(groups)
    number_of = {text: number for number, text in enumerate(texts.texts)}
    by_theme = {group.standing.id: group for group in groups if group.standing}
    for theme in {theme.id: theme for theme in pinned.values()}.values():
        by_theme.setdefault(theme.id, _group(texts, (), theme.room, read, mapper, standing=theme))
    settled = []
    for group in [*(g for g in groups if not g.standing), *by_theme.values()]:
        here = group.standing.id if group.standing else ""
        stays = [i for i, v in enumerate(group.voices) if _goes(pinned, v.id, here) == here]
        came = [id for id, theme in pinned.items()
                if theme.id == here and id not in {v.id for v in group.voices}]  # fmt: skip
        numbers = [number_of[read.words[place_of[id]]] for id in came]
        voices = (*(group.voices[i] for i in stays), *(_voice(read, place_of[id]) for id in came))
        rows = sparse.vstack([group.rows[stays], texts.rows[numbers]], format="csr")
        if voices:
            settled.append(replace(group, voices=voices, rows=rows))
    return settled


def _goes(pinned: Mapping[str, StandingTheme], id: str, otherwise: str) -> str:
    return pinned[id].id if id in pinned else otherwise


def _after(
    state: ThemeState,
    themes: Sequence[Theme],
    groups: Sequence[Group],
    texts: _Texts,
    read: Read,
) -> ThemeState:
    """What stands after this run: sizes, profiles, and where each text went."""
    words = {comment.id: read.words[place] for place, comment in enumerate(read.comments)}
    room_of = {voice.id: group.label for group in groups for voice in group.voices}
    before = {theme.id: theme for theme in state.themes}
    standing: dict[str, StandingTheme] = {
        theme.id: replace(theme, size=0) for theme in state.themes
    }
    went: dict[str, Counter[str]] = {}
    for theme in themes:
        room = room_of[theme.comment_ids[0]]
        old = before.get(theme.id) or StandingTheme(theme.id, room, theme.phrase, 0, {})
        said = [_content(words[id]).split() for id in theme.comment_ids]
        standing[theme.id] = replace(
            old, phrase=theme.phrase, size=len(said), profile=_profile(old, said)
        )
        for id in theme.comment_ids:
            if id not in state.pinned:
                went.setdefault(words[id], Counter())[theme.id] += 1
    # A text that stayed outside all themes this time may join one the next time.
    now = {text_key(text): found.most_common(1)[0][0] for text, found in went.items()}
    return replace(
        state,
        themes=tuple(standing.values()),
        texts={**state.texts, **now},
        runs=state.runs + 1,
    )


def _profile(old: StandingTheme, said: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """The words of the theme now; a small batch of new comments adds to what was known."""
    new = profile_of(said)
    if len(said) * 2 >= old.size:
        return new
    together = Counter(dict(old.profile)) + Counter(new)
    ranked = sorted(together.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ranked[: len(old.profile) or None])
