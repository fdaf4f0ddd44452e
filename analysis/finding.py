"""From placed comments to themes: standing themes take what is theirs, the rest forms new ones."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from math import inf

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize

from analysis.comments import Outcome, Theme
from analysis.groups import OUTLIER, Groups
from analysis.joining import NOWHERE, drawn, join
from analysis.keeping import kept
from analysis.lessons import lessons
from analysis.mapping import RightsMapper
from analysis.members import UNDECIDED, Members, Places, Read, Texts, Unsayable, as_group
from analysis.placing import Placed
from analysis.recalling import content, put_by_people
from analysis.refitting import carry_on
from analysis.standing import StandingTheme, ThemeState, profile_of, text_key
from analysis.themes import Group, ThemeWriter
from analysis.vectors import CommentVectors, Company

Matrix = npt.NDArray[np.float64]

# A round of fewer comments is a list to read, not a cloud to cluster: only what is said in the
# same words is counted together.
CLUSTERED_FROM = 30
# Said once is no theme; where themes stand, what belongs to none has to be said by some to be one.
_FEWEST, _FEWEST_BESIDE = 2, 3
# The topic a comment's words point to counts this much beside the words themselves; it is what
# lets the same complaint in two languages meet even when the bridge misses a word. This weight
# and the distances in groups.py were steered by a development set that trains nothing (NMI with
# its 99 human themes 0.88, ARI 0.60 at granularity 0.5; heavier weights part the languages).
_TOPIC_WEIGHT = 0.8
# The share of comments that may be without a theme: those most unlike every theme. With what is
# urgent, and so in none either, it stays below a fifth.
_OUTSIDE = 0.15
# A text joins a standing theme of its room when it is this like the theme's profile; else it
# waits in the pool from which new themes are made.
_JOINS_FROM = 0.35
# Themes are made from at most this many different texts, drawn by how many children say them; the
# others join what was made. So memory and time grow with the round's words, not with its square.
_MOST_FITTED = 10_000


def find_themes(
    read: Read,
    placed: Sequence[Placed],
    mapper: RightsMapper,
    *,
    state: ThemeState,
    granularity: float,
    seed: int,
    anew: bool = False,
) -> tuple[list[Theme], ThemeState]:
    """The themes of these comments, the largest first, and what stands afterwards.

    ``placed`` says where each of the different readings of ``read`` goes.
    """
    said = _sayable(read)
    if not said:
        return [], replace(state, runs=state.runs + 1)
    vectors = _Vectors(mapper, seed)
    pinned = _pinned(state, read)
    drawn_for = ThemeState() if anew else state
    texts = _different(read, placed, said, vectors, state=drawn_for, seed=seed, pinned=pinned)
    made, pool = _assigned(texts, state, vectors, anew=anew)
    if anew:
        fresh = _new_groups(texts, texts.fitted, granularity=granularity, seed=seed)
        made = carry_on(texts, fresh, made, pool, state, pinned)
        state = state.freed(texts.texts)
    else:
        fewest = _FEWEST_BESIDE if made else _FEWEST
        made += _new_groups(texts, pool, granularity=granularity, seed=seed, fewest=fewest)
    members = _with_pinned(_with_the_rest(texts, made, state, vectors), pinned, state)
    unsayable = Unsayable(one.words for one in read.different if one.urgent)
    grouped = [(one, as_group(texts, one, read, mapper, pinned, unsayable)) for one in members]
    grouped = [(one, group) for one, group in grouped if group.voices]
    groups = [group for _, group in grouped]
    written = ThemeWriter(taken=state.taken).fit(groups).transform(groups)
    themes = [unsayable.renamed(theme) for theme in written]
    return themes, _after(unsayable.taken_from(state), themes, grouped, texts, pinned)


class _Vectors:
    """The words of each text beside the topics they point to, as rows of length one."""

    def __init__(self, mapper: RightsMapper, seed: int) -> None:
        self._mapper = mapper
        self._vectors = CommentVectors(
            background=_background(), known=_known_company(), random_state=seed
        )

    def fit_transform(self, texts: Sequence[str]) -> tuple[sparse.csr_matrix, Matrix]:
        """The rows of all texts, and how much each topic is in them."""
        self._vectors.fit([content(text) for text in texts])
        topics = self._mapper.topic_affinity(texts)
        return self._rows(texts, topics), topics

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        return self._rows(texts, self._mapper.topic_affinity(texts))

    def counts(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """How often each word stands in each text."""
        return self._vectors.counts([content(text) for text in texts])

    def _rows(self, texts: Sequence[str], topics: Matrix) -> sparse.csr_matrix:
        said = self._vectors.transform([content(text) for text in texts])
        # Not brought to one length: words that point everywhere point nowhere.
        weighed = sparse.csr_matrix(topics * _TOPIC_WEIGHT)
        return normalize(sparse.hstack([said, weighed], format="csr"))


@cache
def _background() -> tuple[str, ...]:
    """The project's examples, for the company that words keep in them."""
    return tuple(content(text) for text in lessons().texts)


@cache
def _known_company() -> Company:
    return kept("company", lambda: Company.of(_background()))


def _sayable(read: Read) -> dict[str, list[int]]:
    """The words that may stand in a theme, and the numbers of the readings that say them."""
    said: dict[str, list[int]] = {}
    for number, one in enumerate(read.different):
        if one.words and not one.urgent:
            said.setdefault(one.words, []).append(number)
    return said


def _different(
    read: Read,
    placed: Sequence[Placed],
    said: Mapping[str, Sequence[int]],
    vectors: _Vectors,
    *,
    state: ThemeState,
    seed: int,
    pinned: Mapping[int, str],
) -> Texts:
    # What people pinned is among them, and a text of each standing theme, whose words it needs.
    before = zip(said, state.themes_of_texts(said), strict=True)
    wanted = {theme.id: text for text, theme in before if theme}
    sure = {*wanted.values(), *(read.of(place).words for place in pinned)}
    often = np.bincount(read.number_of, minlength=len(read.different)).tolist()
    weights = [
        inf if text in sure else sum(often[number] for number in found)
        for text, found in said.items()
    ]
    fitted = drawn(list(said), weights, most=_MOST_FITTED, seed=seed)
    texts = [*fitted, *(text for text in said if text not in fitted)]
    text_of = np.full(len(read.different), OUTLIER)
    for number, text in enumerate(texts):
        text_of[said[text]] = number
    rows, topics = vectors.fit_transform(texts[: len(fitted)])
    return Texts(
        texts=texts,
        places=Places(text_of[np.asarray(read.number_of)], texts=len(texts)),
        # Where two reviewers contradict each other about equal words, what most comments got.
        rooms=[_room(placed[max(said[text], key=often.__getitem__)]) for text in texts],
        rows=rows,
        words=vectors.counts(texts[: len(fitted)]),
        topics=topics,
    )


def _room(placed: Placed) -> str:
    """Comments are compared inside their indicator; the undecided ones among themselves."""
    return UNDECIDED if placed.outcome is Outcome.UNSURE else placed.label


def _assigned(
    texts: Texts, state: ThemeState, vectors: _Vectors, *, anew: bool
) -> tuple[list[Members], list[int]]:
    """Texts by the standing theme they belong to, and the pool of those that belong to none."""
    members: dict[str, list[int]] = {theme.id: [] for theme in state.themes}
    loose: list[int] = []
    for number, before in enumerate(state.themes_of_texts(texts.texts)):
        if before and before.takes_comments:
            members[before.id].append(number)
        elif number in texts.fitted and not (before and before.forbidden):
            loose.append(number)
    if not anew and _nothing_new(texts, loose, state):
        loose = []
    open_themes = [theme for theme in state.themes if theme.profile and not theme.retired]
    pool = []
    for number, theme in zip(loose, _nearest(texts, loose, open_themes, vectors), strict=True):
        if theme is None:
            pool.append(number)
        elif not theme.forbidden:
            members[theme.id].append(number)
    standing = [
        Members(theme.room, members[theme.id], theme) for theme in state.themes if members[theme.id]
    ]
    return standing, pool


def _nothing_new(texts: Texts, loose: Iterable[int], state: ThemeState) -> bool:
    """Whether these texts were left outside by an earlier run: nothing came that changes it."""
    return all(state.left_outside(texts.texts[number]) for number in loose)


def _nearest(
    texts: Texts, numbers: Sequence[int], themes: Sequence[StandingTheme], vectors: _Vectors
) -> list[StandingTheme | None]:
    """For each text the most alike theme of its room, or None where none is alike enough."""
    if not themes or not numbers:
        return [None] * len(numbers)
    profiles = vectors.transform([_as_text(theme.profile) for theme in themes])
    likeness = (texts.rows[list(numbers)] @ profiles.T).toarray()
    rooms = np.array([texts.rooms[number] for number in numbers])
    same_room = rooms[:, np.newaxis] == np.array([theme.room for theme in themes])
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
    texts: Texts, pool: Sequence[int], *, granularity: float, seed: int, fewest: int = _FEWEST
) -> list[Members]:
    """What at least ``fewest`` comments say, room by room."""
    clustered = texts.places.counts.sum() >= CLUSTERED_FROM
    rooms: dict[str, list[int]] = {}
    for number in pool:
        rooms.setdefault(texts.rooms[number], []).append(number)
    groups: list[Members] = []
    for room, numbers in sorted(rooms.items()):
        counts, labels = texts.counts(numbers), np.arange(len(numbers))
        if clustered:
            grouping = Groups(granularity=granularity, smallest=1, random_state=seed)
            words = texts.words[numbers]
            labels = grouping.fit(texts.rows[numbers], words=words, counts=counts).labels_
        for label in np.flatnonzero(np.bincount(labels, weights=counts) >= fewest).tolist():
            groups.append(Members(room, [numbers[i] for i in np.flatnonzero(labels == label)]))
    return groups


def _with_the_rest(
    texts: Texts, made: Sequence[Members], state: ThemeState, vectors: _Vectors
) -> list[Members]:
    """The texts of no theme, each in the most alike one of its room.

    At most ``_OUTSIDE`` of all comments stay there: those most unlike every theme. Beyond that,
    what is alone in its room is a theme of its own.
    """
    loose = _loose(texts, made, state)
    whole = int(texts.places.counts.sum())
    if whole < CLUSTERED_FROM or _nothing_new(texts, loose, state):
        return list(made)
    rooms = {one.room for one in made}
    alone = [number for number in loose if texts.rooms[number] not in rooms]
    left = int(_OUTSIDE * whole)
    outside = np.cumsum(texts.counts(alone)) <= left
    left -= int(texts.counts(alone)[outside].sum())
    near = [number for number in loose if texts.rooms[number] in rooms]
    return [
        *_joined(texts, made, near, state, vectors, outside=left),
        *(Members(texts.rooms[alone[i]], [alone[i]]) for i in np.flatnonzero(~outside).tolist()),
    ]


def _loose(texts: Texts, made: Sequence[Members], state: ThemeState) -> list[int]:
    """The texts of no theme that may be in one."""
    inside = set(chain.from_iterable(one.numbers for one in made))
    rest = [number for number in range(len(texts.texts)) if number not in inside]
    before = state.themes_of_texts(texts.texts[number] for number in rest)
    both = zip(rest, before, strict=True)
    return [
        number for number, theme in both if not theme or (theme.retired and not theme.forbidden)
    ]


def _joined(
    texts: Texts,
    made: Sequence[Members],
    near: Sequence[int],
    state: ThemeState,
    vectors: _Vectors,
    *,
    outside: int,
) -> list[Members]:
    """Also the texts ``near`` one of the groups, but for so many comments ``outside``."""
    if not near:
        return list(made)
    centres, rooms = _centres(texts, made), [one.room for one in made]
    # What would go into a forbidden theme goes nowhere.
    if forbidden := [theme for theme in state.themes if theme.forbidden and theme.profile]:
        profiles = vectors.transform([_as_text(theme.profile) for theme in forbidden])
        centres = sparse.vstack([centres, profiles], format="csr")
        rooms += [theme.room for theme in forbidden]
    nearest = join(
        [texts.texts[number] for number in near],
        [texts.rooms[number] for number in near],
        texts.counts(near),
        rows_of=vectors.transform,
        centres=centres,
        centre_rooms=rooms,
        joins_from=_JOINS_FROM,
        outside=outside,
    )
    joined: list[list[int]] = [list(one.numbers) for one in made]
    for number, group in zip(near, nearest, strict=True):
        if NOWHERE < group < len(made):
            joined[group].append(number)
    return [replace(one, numbers=numbers) for one, numbers in zip(made, joined, strict=True)]


def _centres(texts: Texts, made: Sequence[Members]) -> sparse.csr_matrix:
    """What the fitted texts of each group have in common, as rows of length one."""
    inside = [[number for number in one.numbers if number in texts.fitted] for one in made]
    numbers = list(chain.from_iterable(inside))
    ends = np.cumsum([0, *map(len, inside)])
    shape = (len(made), len(texts.fitted))
    belongs = sparse.csr_matrix((texts.counts(numbers), numbers, ends), shape=shape)
    return normalize(belongs @ texts.rows)


def _pinned(state: ThemeState, read: Read) -> dict[int, str]:
    """Place -> theme of every comment that a person put somewhere, whatever its words say."""
    if not (pins := state.pins(put_by_people(read.comments, state))):
        return {}
    return {
        place: theme.id
        for place, one in enumerate(read.comments)
        if (wanted := pins.get(one.id))
        and (said := read.of(place)).words
        and not said.urgent
        and (theme := state.theme(wanted)) is not None
    }


def _with_pinned(
    members: Sequence[Members], pinned: Mapping[int, str], state: ThemeState
) -> list[Members]:
    """Also the standing themes into which comments came by a person's hand alone."""
    known = {one.theme for one in members}
    missing = [id for id in dict.fromkeys(pinned.values()) if id not in known]
    themes = [theme for id in missing if (theme := state.theme(id)) is not None]
    return [*members, *(Members(theme.room, (), theme) for theme in themes)]


def _after(
    state: ThemeState,
    themes: Sequence[Theme],
    grouped: Sequence[tuple[Members, Group]],
    texts: Texts,
    pinned: Mapping[int, str],
) -> ThemeState:
    """What stands after this run: sizes, profiles, and where each text went."""
    by_comment = {group.voices[0].ids[0]: (members, group) for members, group in grouped}
    before = {theme.id: theme for theme in state.themes}
    standing: dict[str, StandingTheme] = {
        theme.id: replace(theme, size=0) for theme in state.themes
    }
    # What stays outside is asked again only when there is something new: the same comments again
    # give the same themes.
    outside = _loose(texts, [members for members, _ in grouped], state)
    now = {text_key(texts.texts[number]): "" for number in outside}
    for theme in themes:
        members, group = by_comment[theme.comment_ids[0]]
        old = before.get(theme.id) or StandingTheme(theme.id, members.room, theme.phrase, 0, {})
        size = len(theme.comment_ids)
        standing[theme.id] = replace(
            old,
            room=members.room,
            phrase=theme.phrase,
            size=size,
            profile=_profile(old, group, size),
        )
        for number in members.numbers:
            if any(place not in pinned for place in texts.places[number]):
                now[text_key(texts.texts[number])] = theme.id
    return replace(
        state,
        themes=tuple(standing.values()),
        texts={**state.texts, **now},
        runs=state.runs + 1,
    )


def _profile(old: StandingTheme, group: Group, size: int) -> Mapping[str, int]:
    """The words of the theme now; a small batch of new comments adds to what was known."""
    new = profile_of((content(voice.words).split(), len(voice.ids)) for voice in group.voices)
    if size * 2 >= old.size:
        return new
    together = Counter(dict(old.profile)) + Counter(new)
    ranked = sorted(together.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ranked[: len(old.profile) or None])
