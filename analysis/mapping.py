"""Maps a comment to rights clusters and indicators, with a probability and the deciding words.

Seed words first (no label needed), then Complement naive Bayes trained on the seeds, on the
project's own examples and on the round itself (self-training), then regressions on words and
letters of the examples, one to topics and one to labels; all are blended by their log-loss on
examples of writers they had not read, which also calibrates the probabilities.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import make_pipeline

from analysis.colleagues import Colleagues
from analysis.keeping import kept
from analysis.lessons import lessons
from analysis.openers import without_opener
from analysis.pieces import LetterCounter, WordCounter
from analysis.reviewing import ReviewedNeighbours
from analysis.rights import Cluster, IndicatorKey, indicators
from analysis.teaching import ComplementBayes, Regressions, SureOnes, softmax
from analysis.words import lexicon

Matrix = npt.NDArray[np.float64]

OUTSIDE = "di_luar_klaster"
# Inverse regularisation: 40 and 160 were as good on held-out hands.
_TRUST = 80.0
_EVENLY = np.array([0.5, 0.5])
# Seeds, naive Bayes and regression for how near a text is to each topic, which is what draws
# texts of one theme together; less than sure, or the themes of a topic would fall together.
_NEAR = np.array([0.3, 0.4, 0.5])
_MIN_TEXTS = 2  # the regressions see runs of letters that so many of their texts have


@dataclass(frozen=True)
class _Counted:
    """The texts of the lessons, taken apart once however many learn from some of them."""

    words: sparse.csr_matrix  # text x word
    runs: sparse.csr_matrix  # text x run of letters
    letters: LetterCounter  # which knows these runs


@cache
def cluster_of(label: str) -> tuple[Cluster | None, IndicatorKey | None]:
    """A label of the examples -> its cluster and, where it names one, its indicator."""
    if label == OUTSIDE:
        return None, None
    if label in set(Cluster):
        return Cluster(label), None
    key = IndicatorKey(label)
    return _clusters_by_indicator()[key], key


def topic_title(topic: str) -> str:
    """The readable part of a topic: "infrastruktur_ramah_anak/lampu jalan" -> "lampu jalan"."""
    return topic.partition("/")[2]


_ready: "list[RightsMapper]" = []  # the mapper before any round, once it was asked for


class RightsMapper(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Strings of words -> probabilities of labels (indicators, clusters without one, outside).

    ``classes_`` are the labels, ``topics_`` the finer topics under them; ``weights_`` says how
    much seeds, naive Bayes and the two regressions count; ``held_out_loss_`` is the log-loss of the
    blend on examples of writers it had not read, ``teacher_losses_`` that of each teacher alone.
    """

    _reviewed: ReviewedNeighbours | None
    _counter: WordCounter
    _word_counts: sparse.csr_matrix

    def __init__(self, *, self_training: bool = True) -> None:
        self.self_training = self_training

    def fit(self, texts: Sequence[str], labels: Any = None) -> Self:
        """Learn from seeds and examples, then from the sure ones among ``texts``."""
        taught = _taught()
        for name, learnt in vars(taught).items():
            if name not in self._get_param_names():
                setattr(self, name, learnt)
        if self.self_training and len(texts):
            self.learn_from_round(self.sure_ones(list(dict.fromkeys(texts))))
        return self

    def sure_ones(self, texts: Sequence[str]) -> SureOnes:
        """Those of the different ``texts`` that may teach; add what two batches gave."""
        texts = [text for text in texts if text]
        if not texts:
            return SureOnes()
        counts = self._counter.transform(texts)
        by_topic = self._by_topic(counts)
        topics = _blended(by_topic, _EVENLY).argmax(axis=1)
        opinions = self._by_label(by_topic, self._regressed(self._features(texts, counts)))
        likely = _blended(opinions, self.weights_)
        labels = self._rolled.argmax(axis=1)
        agreed = labels[topics] == likely.argmax(axis=1)
        found = zip(texts, self.topics_[topics].tolist(), likely.max(axis=1).tolist(), strict=True)
        return SureOnes.of(one for one, right in zip(found, agreed, strict=True) if right)

    def learn_from_round(self, sure: SureOnes) -> Self:
        """Let comments of which seeds and examples are sure teach their topic's other words."""
        pairs = sure.pairs()
        self.learnt_from_round_ = len(pairs)
        self._counter = self._counter.grown(text for text, _ in pairs)
        known = self._word_counts.copy()
        known.resize(known.shape[0], len(self._counter.vocabulary_))
        counts = self._counter.transform([text for text, _ in pairs])
        self._word_counts = known + self._counts_by_word(counts, [topic for _, topic in pairs])
        self._bayes = ComplementBayes.of(self._word_counts)
        return self

    def correct(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Learn at once what reviewers said about ``texts``; forgets what they said before."""
        self._reviewed = None
        if len(texts):
            given = self.predict_proba(texts)
            told = _told(texts)
            rows = self._features(told, self._counter.transform(told))
            columns = self._columns(labels, given)
            self._reviewed = ReviewedNeighbours().fit(rows, columns, given=given)
        return self

    def labels_for(self, texts: Sequence[str], said: Sequence[str]) -> list[str]:
        """What people said as labels of ``classes_``: of a bare cluster its likeliest label."""
        if not len(texts):
            return []
        return [str(self.classes_[c]) for c in self._columns(said, self.predict_proba(texts))]

    def _columns(self, labels: Sequence[str], given: Matrix) -> list[int]:
        known = {label: place for place, label in enumerate(self.classes_.tolist())}
        inside = {
            cluster: np.array([one is cluster for one in self.clusters_]) for cluster in Cluster
        }
        return [
            known[label]
            if label in known
            else int(np.where(inside[Cluster(label)], row, -1.0).argmax())
            for label, row in zip(labels, given, strict=True)
        ]

    def learn_lessons(self, *, meanwhile: Callable[[], object] | None = None) -> Self:
        """Learn from seeds and examples: what every round begins with.

        ``meanwhile`` is done here while other processes learn; then this one helps them.
        """
        with Colleagues() as colleagues:
            known = lessons()
            self.topics_ = np.array(known.topics)
            self.classes_ = np.array(sorted(set(known.label_of.values())))
            self._rolled = _roll_up(self.topics_, self.classes_, known.label_of)
            self.clusters_ = tuple(cluster_of(label)[0] for label in self.classes_)
            self._reviewed = None
            self._counter = WordCounter(pairs=True).fit(
                [*known.texts, *(word for seeds in known.seeds.values() for word in seeds)]
            )
            self._seeds = self._seeds_by_word()
            held_out = known.held_out()
            letters = LetterCounter()
            runs = letters.fit_transform(known.texts)
            counted = _Counted(self._counter.transform(known.texts), runs, letters)
            weighed = copy(self)
            # The long one first: this process helps with the last, and the short one is awaited.
            self._begin(counted, np.arange(len(known.texts)), colleagues)
            weighed._begin(counted, np.flatnonzero(~held_out), colleagues)
            if meanwhile:
                meanwhile()
            weighed._regressions.finish()
            self._weigh(weighed, counted, np.flatnonzero(held_out))
            self._regressions.finish()
        self._speaking, self._spoken_for = self._words_by_label()
        return self

    def predict_proba(self, texts: Sequence[str]) -> Matrix:
        """Calibrated probabilities, one column per label of ``classes_``."""
        return self.judged(texts)[0]

    def judged(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        """What ``predict_proba`` gives, and how likely each label is whatever the others are.

        The first are shares of a text, the second stand for themselves: a text that speaks of two
        things may have two that are near 1.
        """
        texts = _told(texts)
        counts = self._counter.transform(texts)
        rows = self._features(texts, counts)
        regressed = self._regressed(rows)
        given = _blended(self._by_label(self._by_topic(counts), regressed), self.weights_)
        if self._reviewed:
            given = self._reviewed.predict_proba(rows, given=given)
        return given, regressed[1]

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.str_]:
        """The most probable label of each text."""
        chosen: npt.NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return chosen

    def topic_affinity(self, texts: Sequence[str]) -> Matrix:
        """How much each text is about each topic; rows sum to one."""
        texts = _told(texts)
        counts = self._counter.transform(texts)
        topics, _ = self._regressed(self._features(texts, counts))
        return _blended([*self._by_topic(counts), _spread(topics)], _NEAR)

    def deciding_words(self, text: str, label: str) -> tuple[str, ...]:
        """Up to four words of ``text`` that spoke most for ``label``."""
        spoken_for = self._spoken_for[label]
        scores = {
            known[0]: spoken_for.item(known[1])
            for token in text.split()
            if (known := self._speaking.get(token)) is not None
        }
        ranked = sorted(scores, key=lambda token: -scores[token])[:4]
        return tuple(token for token in ranked if scores[token] > 0)

    # What each teacher says ------------------------------------------------------------------

    def _by_topic(self, counts: sparse.csr_matrix) -> list[Matrix]:
        """Seeds and naive Bayes, text x topic."""
        # Words that only this round taught stand behind the others, and no seed is among them.
        seeds = counts[:, : self._seeds.shape[0]].sign() @ self._seeds
        return [softmax(seeds.toarray()), _spread(self._bayes.predict_proba(counts))]

    def _by_label(
        self, by_topic: Sequence[Matrix], regressed: tuple[Matrix, Matrix]
    ) -> list[Matrix]:
        """Seeds, naive Bayes, regression to topics and regression to labels, text x label."""
        topics, labels = map(_spread, regressed)
        return [one @ self._rolled for one in (*by_topic, topics)] + [labels]

    def _regressed(self, rows: sparse.csr_matrix) -> tuple[Matrix, Matrix]:
        """What the regressions say, each for itself: text x topic, and text x label."""
        likely = self._regressions.predict_proba(rows)
        return likely[:, : len(self.topics_)], likely[:, len(self.topics_) :]

    def _features(self, texts: Sequence[str], counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """What the regression sees: of ``counts`` the words it was taught, beside the letters."""
        words = self._word_weights.transform(counts[:, self._taught_words])
        return sparse.hstack([words, self._letters.transform(texts)], format="csr")

    def _seeds_by_word(self) -> sparse.csr_matrix:
        known, places = self._counter.vocabulary_, self._topic_places(lessons().seeds)
        found = [
            (weight, known[word], column)
            for column, words in zip(places, lessons().seeds.values(), strict=True)
            for word, weight in words.items()
            if word in known
        ]
        weights, rows, columns = zip(*found, strict=True)
        shape = (len(known), len(self.topics_))
        return sparse.csr_matrix((weights, (rows, columns)), shape=shape)

    def _counts_by_word(
        self, counts: sparse.csr_matrix, topics: Sequence[str]
    ) -> sparse.csr_matrix:
        """Topic x word: in how many texts of a topic a word stands; ``counts`` is text x word."""
        belongs = sparse.csr_matrix(
            (np.ones(len(topics)), (self._topic_places(topics), np.arange(len(topics)))),
            shape=(len(self.topics_), len(topics)),
        )
        return belongs @ counts.sign()

    def _begin(
        self, counted: _Counted, chosen: npt.NDArray[np.intp], colleagues: Colleagues
    ) -> Self:
        """Let naive Bayes and both regressions learn from these examples, and from no others.

        One regression for each topic and one for each label; a text with two subjects teaches
        both of its labels.
        """
        known, counts, runs = lessons(), counted.words[chosen], counted.runs[chosen]
        topics = [known.text_topics[place] for place in chosen]
        seeds, seeded = zip(*known.seeded(), strict=True)
        taught = sparse.vstack([counts, self._counter.transform(seeds)], format="csr")
        self._word_counts = self._counts_by_word(taught, [*topics, *seeded])
        self._bayes = ComplementBayes.of(self._word_counts)
        self._taught_words = np.unique(counts.indices)
        self._word_weights = TfidfTransformer(sublinear_tf=True).fit(counts[:, self._taught_words])
        self._taught_runs = np.bincount(runs.indices, minlength=runs.shape[1]) >= _MIN_TEXTS
        self._letters = make_pipeline(
            counted.letters.only(self._taught_runs),
            TfidfTransformer(sublinear_tf=True).fit(runs[:, self._taught_runs]),
        )
        labels = np.array([known.label_of[topic] for topic in topics])
        also = np.array([known.also[place] for place in chosen])
        wanted = [np.array(topics) == topic for topic in self.topics_]
        wanted += [(labels == label) | (also == label) for label in self.classes_]
        self._regressions = Regressions(trust=_TRUST).begin(
            self._features_of(counted, chosen), np.column_stack(wanted), colleagues=colleagues
        )
        return self

    def _features_of(self, counted: _Counted, chosen: npt.NDArray[np.intp]) -> sparse.csr_matrix:
        """``_features`` of texts that are counted already."""
        words = self._word_weights.transform(counted.words[chosen][:, self._taught_words])
        letters = self._letters[-1].transform(counted.runs[chosen][:, self._taught_runs])
        return sparse.hstack([words, letters], format="csr")

    def _topic_places(self, topics: Iterable[str]) -> list[int]:
        places = {topic: place for place, topic in enumerate(self.topics_.tolist())}
        return [places[topic] for topic in topics]

    def _words_by_label(self) -> tuple[dict[str, tuple[str, int]], dict[str, Matrix]]:
        """How strongly each word speaks for each label: its seed weight and its coefficient.

        The words, to be held once however many comments say them, with their places in a row of
        numbers for each label.
        """
        stop, labels = lexicon().stop, len(self.topics_)
        words = [word for word in self._counter.vocabulary_ if " " not in word and word not in stop]
        by_word = (self._seeds @ self._rolled)[[self._counter.vocabulary_[word] for word in words]]
        columns = {column: place for place, column in enumerate(self._taught_words.tolist())}
        for place, word in enumerate(words):
            column = columns.get(self._counter.vocabulary_[word])
            if column is not None:
                by_word[place] += self._regressions.coefficients_[column, labels:]
        rows = np.ascontiguousarray(by_word.T)
        by_label = dict(zip(self.classes_.tolist(), rows, strict=True))
        return {word: (word, place) for place, word in enumerate(words)}, by_label

    # Blending --------------------------------------------------------------------------------

    def _weigh(
        self, taught: "RightsMapper", counted: _Counted, held_out: npt.NDArray[np.intp]
    ) -> None:
        """Weigh the teachers by what ``taught`` says of examples of hands it has not read."""
        known = lessons()
        labels = [known.label_of[known.text_topics[place]] for place in held_out]
        right = np.searchsorted(self.classes_, labels)
        regressed = taught._regressed(taught._features_of(counted, held_out))
        opinions = taught._by_label(taught._by_topic(counted.words[held_out]), regressed)
        said = _logarithms(opinions)

        def loss(weights: Matrix) -> float:
            chosen = _weighted(said, weights)[np.arange(len(right)), right]
            return float(-np.log(chosen + 1e-12).mean())

        start, bounds = np.full(len(opinions), 0.5), [(0.0, 5.0)] * len(opinions)
        found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
        self.teacher_losses_ = tuple(loss(alone) for alone in np.eye(len(opinions)))
        self.weights_ = np.asarray(found.x)
        self.held_out_loss_ = float(found.fun)


def _told(texts: Sequence[str]) -> list[str]:
    """The texts without their openers, unless they say nothing else."""
    return [without_opener(text) or text for text in texts]


def learn(*, meanwhile: Callable[[], object]) -> None:
    """Have ready what every round begins with.

    Where it is not kept yet, ``meanwhile`` is done here while other processes learn.
    """
    if not _ready:
        train = partial(RightsMapper().learn_lessons, meanwhile=meanwhile)
        _ready.append(kept("mapping", train))


def _taught() -> RightsMapper:
    """The mapper before any round: trained once from the project's own files, then kept."""
    learn(meanwhile=lambda: None)
    return _ready[0]


@cache
def _clusters_by_indicator() -> dict[IndicatorKey, Cluster | None]:
    return {indicator.key: indicator.cluster for indicator in indicators()}


def _roll_up(topics: Any, classes: Any, label_of: dict[str, str]) -> Matrix:
    matrix = np.zeros((len(topics), len(classes)))
    for place, topic in enumerate(topics):
        matrix[place, int(np.flatnonzero(classes == label_of[topic])[0])] = 1.0
    return matrix


def _spread(probabilities: Matrix) -> Matrix:
    """Never exactly 0: one teacher's certainty must not silence the others."""
    spread: Matrix = (probabilities + 1e-4) / (probabilities + 1e-4).sum(axis=1, keepdims=True)
    return spread


def _blended(opinions: Sequence[Matrix], weights: Matrix) -> Matrix:
    return _weighted(_logarithms(opinions), weights)


def _logarithms(opinions: Sequence[Matrix]) -> list[Matrix]:
    return [np.log(opinion + 1e-9) for opinion in opinions]


def _weighted(said: Sequence[Matrix], weights: Matrix) -> Matrix:
    return softmax(np.sum([w * one for w, one in zip(weights, said, strict=True)], axis=0))
