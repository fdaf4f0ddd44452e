"""The way of one comment: alert, mask, words, clusters and indicators, groups, themes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sklearn
from scipy import sparse
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.comments import (
    Alert,
    AlertLevel,
    Analysis,
    Comment,
    CommentAnalysis,
    Outcome,
    Theme,
)
from analysis.groups import OUTLIER, Groups
from analysis.mapping import RightsMapper, cluster_of, lessons, topic_title
from analysis.placing import Placed, place_comments
from analysis.privacy import MaskedText, Masker
from analysis.resources import versions
from analysis.safety import AlertDetector
from analysis.themes import Group, ThemeWriter, Voice
from analysis.vectors import CommentVectors
from analysis.words import WordReader, language_of, lexicon

Progress = Callable[[str, float], None]

# Below this many comments an indicator is a list to read, not a cloud to cluster: every comment
# gets a theme, if need be one of its own.
_CLUSTERED_FROM = 30
# The topic a comment's words point to counts this much beside the words themselves; it is what
# lets the same complaint in two languages meet even when the bridge misses a word. This weight
# and the distances in groups.py were steered by a development set that trains nothing (NMI with
# its 99 human themes 0.88, ARI 0.60 at granularity 0.5; heavier weights part the languages).
_TOPIC_WEIGHT = 0.8
_UNDECIDED = "belum_yakin"
# A tenth of each indicator, and as many again of the undecided: together never above 20 %.
_OUTLIERS = 0.1


@dataclass(frozen=True)
class _Read:
    """Comments after alert, mask and words, in input order."""

    comments: Sequence[Comment]
    alerts: Sequence[Alert | None]
    masked: Sequence[MaskedText]
    words: Sequence[str]

    def urgent(self, place: int) -> bool:
        alert = self.alerts[place]
        return alert is not None and alert.level is AlertLevel.URGENT


def analyse(
    comments: Sequence[Comment],
    *,
    granularity: float = 0.5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Analysis:
    """Comments of one round -> alerts, masked texts, clusters and themes.

    ``granularity`` runs from 0 (few broad themes) to 1 (many fine ones). ``progress`` is called
    with the step in Indonesian and the share done, 0 to 1. An urgent comment is in no theme and
    no quote; one of concern counts in its theme but is never quoted (see ``Analysis``).
    ValueError: two comments with one id, or a granularity outside 0-1.
    """
    _check(comments, granularity)
    # One thread: the web server shares the machine, and sums come out the same every time.
    with threadpool_limits(limits=1):
        return _analysed(comments, granularity, seed, progress or _silent)


def _analysed(
    comments: Sequence[Comment], granularity: float, seed: int, tell: Progress
) -> Analysis:
    read = _read(comments, tell)
    tell("Memetakan ke klaster hak anak", 0.35)
    placed, mapper = _place(read, seed) if comments else ([], None)
    tell("Mencari tema", 0.75)
    themes = _themes(read, placed, mapper, granularity, seed) if mapper else []
    tell("Selesai", 1.0)
    return Analysis(
        comments=tuple(
            CommentAnalysis(
                id=comment.id,
                masked=read.masked[place].text,
                masks=read.masked[place].masks,
                language=language_of(read.masked[place].text),
                outcome=placed[place].outcome,
                clusters=placed[place].clusters,
                alert=read.alerts[place],
                probabilities=placed[place].probabilities,
            )
            for place, comment in enumerate(comments)
        ),
        themes=tuple(themes),
        versions={
            **versions(),
            "scikit-learn": sklearn.__version__,
            "granularity": str(granularity),
            "seed": str(seed),
        },
    )


def _silent(step: str, share: float) -> None:
    """No one asked to be told."""


def _check(comments: Sequence[Comment], granularity: float) -> None:
    if not 0.0 <= granularity <= 1.0:
        raise ValueError(f"granularity is {granularity}: give a number from 0 to 1")
    twice = [id for id, count in Counter(comment.id for comment in comments).items() if count > 1]
    if twice:
        raise ValueError(
            f"{len(twice)} comment ids occur more than once (first: {twice[0]!r}):"
            " give every comment an id of its own"
        )


def _read(comments: Sequence[Comment], tell: Progress) -> _Read:
    texts = [comment.text for comment in comments]
    tell("Mencari tanda bahaya", 0.0)
    alerts = AlertDetector().fit().predict(texts)
    tell("Menyamarkan identitas", 0.1)
    masked = Masker().transform(texts)
    tell("Membaca kata-kata", 0.2)
    return _Read(comments, alerts, masked, WordReader().transform([m.text for m in masked]))


def _place(read: _Read, seed: int) -> tuple[list[Placed], RightsMapper]:
    """Map each different text once, so the same words always go the same way."""
    mapper = RightsMapper(random_state=seed)
    # Urgent comments teach nothing: not even their words may leave the officer's queue.
    mapper.fit([text for place, text in enumerate(read.words) if not read.urgent(place)])
    first = {text: place for place, text in reversed(list(enumerate(read.words)))}
    asked: dict[str, Counter[object]] = {text: Counter() for text in first}
    for comment, text in zip(read.comments, read.words, strict=True):
        asked[text][comment.asked_about] += 1
    placed = place_comments(
        mapper,
        list(first),
        written=[read.masked[place].text for place in first.values()],
        asked_about=[asked[text].most_common(1)[0][0] for text in first],  # type: ignore[misc]
    )
    by_text = dict(zip(first, placed, strict=True))
    return [by_text[text] for text in read.words], mapper


def _themes(
    read: _Read, placed: Sequence[Placed], mapper: RightsMapper, granularity: float, seed: int
) -> list[Theme]:
    kept = [place for place, text in enumerate(read.words) if text and not read.urgent(place)]
    if not kept:
        return []
    # Work on each different text once; `places` says which comments wrote it.
    places: dict[str, list[int]] = {}
    for place in kept:
        places.setdefault(read.words[place], []).append(place)
    different = list(places)
    rows = _rows(different, mapper, seed)
    rooms: dict[str, list[int]] = {}
    for number, text in enumerate(different):
        rooms.setdefault(_room(placed[places[text][0]]), []).append(number)
    groups: list[Group] = []
    for room, numbers in sorted(rooms.items()):
        counts = np.array([len(places[different[number]]) for number in numbers])
        few = int(counts.sum()) < _CLUSTERED_FROM
        labels = (
            Groups(
                granularity=granularity,
                smallest=1 if few and room != _UNDECIDED else 2,
                outliers=min(1.0, _OUTLIERS * len(kept) / counts.sum())
                if room == _UNDECIDED
                else _OUTLIERS,
                random_state=seed,
            )
            .fit(rows[numbers], counts=counts)
            .labels_
        )
        for group in sorted(set(labels.tolist()) - {OUTLIER}):
            chosen = [numbers[i] for i in np.flatnonzero(labels == group)]
            members = [(number, place) for number in chosen for place in places[different[number]]]
            groups.append(_group(room, members, read, rows, mapper))
    return ThemeWriter().fit(groups).transform(groups)


def _rows(texts: Sequence[str], mapper: RightsMapper, seed: int) -> sparse.csr_matrix:
    """The words of each text beside the topics they point to, as rows of length one."""
    stop = lexicon().stop
    content, background = (
        [" ".join(word for word in text.split() if word not in stop) or text for text in body]
        for body in (texts, lessons().texts)
    )
    vectors = CommentVectors(background=background, random_state=seed)
    # Not brought to one length: words that point everywhere point nowhere.
    topics = mapper.topic_affinity(texts) * _TOPIC_WEIGHT
    vectors.fit(content)
    return normalize(
        sparse.hstack([vectors.transform(content), sparse.csr_matrix(topics)], format="csr")
    )


def _room(placed: Placed) -> str:
    """Comments are compared inside their indicator; the undecided ones among themselves."""
    return _UNDECIDED if placed.outcome is Outcome.UNSURE else placed.label


def _group(
    room: str,
    members: Sequence[tuple[int, int]],
    read: _Read,
    rows: sparse.csr_matrix,
    mapper: RightsMapper,
) -> Group:
    cluster, indicator = (None, None) if room == _UNDECIDED else cluster_of(room)
    voices = tuple(
        Voice(
            id=read.comments[place].id,
            masked=read.masked[place].text,
            words=read.words[place],
            quotable=read.alerts[place] is None,
        )
        for _, place in members
    )
    affinity = mapper.topic_affinity([voice.words for voice in voices]).sum(axis=0)
    own = [i for i, topic in enumerate(mapper.topics_) if topic.startswith(f"{room}/")]
    title = topic_title(str(mapper.topics_[max(own, key=lambda i: affinity[i])])) if own else ""
    return Group(room, cluster, indicator, title, voices, rows[[number for number, _ in members]])
