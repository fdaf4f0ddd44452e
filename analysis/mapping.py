"""Maps a comment to rights clusters and indicators, with a probability and the deciding words.

Seed words first (no label needed), then Complement naive Bayes trained on the seeds, on the
project's own examples and on the round itself (self-training), then a regression on words and
letters of the examples; the three are blended by their log-loss on held-out examples, which
also calibrates the probabilities.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_union

from analysis.resources import table, words_of
from analysis.rights import Cluster, IndicatorKey, indicators
from analysis.words import lexicon, words

Matrix = npt.NDArray[np.float64]

OUTSIDE = "di_luar_klaster"
_EVERY_WORD = r"\S+"  # the words are already separated by spaces
_FOLDS = 4
_SURE = 0.75  # a comment of the round teaches only when the seeds and examples agree this much
_TAUGHT_AT_MOST = 60  # per topic and round, so that a loud complaint does not drown the others


@dataclass(frozen=True)
class _Lessons:
    """Examples and seeds as the mapper learns them, topic by topic."""

    topics: tuple[str, ...]
    label_of: dict[str, str]
    texts: tuple[str, ...]
    text_topics: tuple[str, ...]
    seeds: dict[str, dict[str, float]]


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


@cache
def lessons() -> _Lessons:
    """The seeds and examples of the project, in one spelling."""
    seeds: dict[str, dict[str, float]] = {}
    label_of: dict[str, str] = {}
    for row in table("seeds"):
        topic = f"{row['label']}/{row['topic']}"
        label_of[topic] = row["label"]
        for word in words_of(row["words"]):
            key = " ".join(words(word))
            seeds.setdefault(topic, {})[key] = float(row["weight"])
    examples = [*table("examples"), *(row for row in table("safety_examples") if row["label"])]
    return _Lessons(
        topics=tuple(label_of),
        label_of=label_of,
        texts=tuple(" ".join(words(row["text"])) for row in examples),
        text_topics=tuple(f"{row['label']}/{row['topic']}" for row in examples),
        seeds=seeds,
    )


class RightsMapper(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Strings of words -> probabilities of labels (indicators, clusters without one, outside).

    ``classes_`` are the labels, ``topics_`` the finer topics under them; ``weights_`` says how
    much seeds, naive Bayes and regression count; ``held_out_loss_`` is the log-loss of the blend
    on examples it was not taught, ``teacher_losses_`` that of each teacher alone.
    """

    def __init__(self, *, self_training: bool = True, random_state: int = 0) -> None:
        self.self_training = self_training
        self.random_state = random_state

    def fit(self, texts: Sequence[str], labels: Any = None) -> Self:
        """Learn from seeds and examples, then from the sure ones among ``texts``."""
        known = lessons()
        self.topics_ = np.array(known.topics)
        self.classes_ = np.array(sorted(set(known.label_of.values())))
        self._rolled = _roll_up(self.topics_, self.classes_, known.label_of)
        self.clusters_ = tuple(cluster_of(label)[0] for label in self.classes_)
        self._counter = CountVectorizer(token_pattern=_EVERY_WORD, ngram_range=(1, 2), min_df=1)
        self._counter.fit([*known.texts, *(s for seeds in known.seeds.values() for s in seeds)])
        self._seed_matrix = self._seeds_by_word()
        self._blend_on_held_out()
        everything = np.arange(len(known.texts))
        self._bayes = self._taught_bayes(known.texts, known.text_topics)
        self._regression = self._taught_regression(everything)
        if self.self_training and len(texts):
            self._learn_from_round(texts)
        self._spoken_for = self._words_by_label()
        return self

    def predict_proba(self, texts: Sequence[str]) -> Matrix:
        """Calibrated probabilities, one column per label of ``classes_``."""
        return _blended(self._opinions(texts), self.weights_)

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.str_]:
        """The most probable label of each text."""
        chosen: npt.NDArray[np.str_] = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return chosen

    def topic_affinity(self, texts: Sequence[str]) -> Matrix:
        """How much each topic's words are in each text; rows sum to one."""
        counts = self._counter.transform(texts)
        bayes = self._bayes.predict_proba(counts)
        return _blended([self._seed_opinion(counts), _spread(bayes)], np.array([0.5, 0.5]))

    def deciding_words(self, text: str, label: str) -> tuple[str, ...]:
        """Up to four words of ``text`` that spoke most for ``label``."""
        column = int(np.flatnonzero(self.classes_ == label)[0])
        scores = {
            token: self._spoken_for[place, column]
            for token in text.split()
            if (place := self._counter.vocabulary_.get(token)) is not None
            and token not in lexicon().stop
        }
        ranked = sorted(scores, key=lambda token: -scores[token])[:4]
        return tuple(token for token in ranked if scores[token] > 0)

    # What each teacher says ------------------------------------------------------------------

    def _opinions(self, texts: Sequence[str]) -> list[Matrix]:
        counts = self._counter.transform(texts)
        return [
            self._seed_opinion(counts) @ self._rolled,
            _spread(self._bayes.predict_proba(counts)) @ self._rolled,
            _spread(self._regression.predict_proba(self._features.transform(texts))),
        ]

    def _seed_opinion(self, counts: sparse.csr_matrix) -> Matrix:
        scores = np.asarray((counts.sign() @ self._seed_matrix).todense())
        return _softmax(scores)

    def _seeds_by_word(self) -> sparse.csr_matrix:
        columns = {topic: place for place, topic in enumerate(self.topics_.tolist())}
        matrix = sparse.lil_matrix((len(self._counter.vocabulary_), len(columns)))
        for topic, seeds in lessons().seeds.items():
            for word, weight in seeds.items():
                place = self._counter.vocabulary_.get(word)
                if place is not None:
                    matrix[place, columns[topic]] = weight
        return matrix.tocsr()

    def _taught_bayes(self, texts: Sequence[str], topics: Sequence[str]) -> ComplementNB:
        seed_texts, seed_topics = [], []
        for topic, seeds in lessons().seeds.items():
            seed_texts += [word for word, weight in seeds.items() if weight > 0]
            seed_topics += [topic] * sum(weight > 0 for weight in seeds.values())
        counts = self._counter.transform([*texts, *seed_texts]).sign()
        model = ComplementNB(alpha=0.3)
        model.fit(counts, [*topics, *seed_topics])
        order = [model.classes_.tolist().index(topic) for topic in self.topics_]
        model.feature_log_prob_ = model.feature_log_prob_[order]
        model.classes_ = self.topics_
        model.class_log_prior_ = model.class_log_prior_[order]
        return model

    def _taught_regression(self, chosen: npt.NDArray[np.intp]) -> LogisticRegression:
        known = lessons()
        texts = [known.texts[place] for place in chosen]
        labels = [known.label_of[known.text_topics[place]] for place in chosen]
        self._features = make_union(
            TfidfVectorizer(token_pattern=_EVERY_WORD, ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2),
        )
        model = LogisticRegression(C=8.0, class_weight="balanced", max_iter=200, tol=1e-3)
        model.fit(self._features.fit_transform(texts), labels)
        return model

    def _words_by_label(self) -> Matrix:
        """How strongly each word speaks for each label: its seed weight and its coefficient."""
        by_word = np.asarray((self._seed_matrix @ self._rolled).astype(float))
        vocabulary = self._features.transformer_list[0][1].vocabulary_
        for word, place in self._counter.vocabulary_.items():
            if word in vocabulary:
                by_word[place] += self._regression.coef_[:, vocabulary[word]]
        return by_word

    # Blending and self-training --------------------------------------------------------------

    def _blend_on_held_out(self) -> None:
        known = lessons()
        labels = np.array([known.label_of[topic] for topic in known.text_topics])
        columns = np.searchsorted(self.classes_, labels)
        opinions = [np.zeros((len(labels), len(self.classes_))) for _ in range(3)]
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=self.random_state)
        for taught, held_out in folds.split(labels, labels):
            self._bayes = self._taught_bayes(
                [known.texts[place] for place in taught],
                [known.text_topics[place] for place in taught],
            )
            self._regression = self._taught_regression(taught)
            for opinion, said in zip(
                opinions, self._opinions([known.texts[place] for place in held_out]), strict=True
            ):
                opinion[held_out] = said

        def loss(weights: Matrix) -> float:
            chosen = _blended(opinions, weights)[np.arange(len(labels)), columns]
            return float(-np.log(chosen + 1e-12).mean())

        found = minimize(loss, np.full(3, 0.5), method="L-BFGS-B", bounds=[(0.0, 5.0)] * 3)
        self.teacher_losses_ = tuple(loss(alone) for alone in np.eye(3))
        self.weights_ = np.asarray(found.x)
        self.held_out_loss_ = float(found.fun)
        self.held_out_ = _blended(opinions, self.weights_)

    def _learn_from_round(self, texts: Sequence[str]) -> None:
        known = lessons()
        different = list(dict.fromkeys(text for text in texts if text))
        if not different:
            return
        sure = self.predict_proba(different).max(axis=1)
        topics = self.topic_affinity(different).argmax(axis=1)
        labels = self.predict(different)
        taken: dict[str, int] = {}
        pairs: list[tuple[str, str]] = []
        for place in np.argsort(-sure, kind="stable").tolist():
            topic = str(self.topics_[topics[place]])
            agreed = known.label_of[topic] == labels[place]
            if sure[place] < _SURE or not agreed or taken.get(topic, 0) >= _TAUGHT_AT_MOST:
                continue
            taken[topic] = taken.get(topic, 0) + 1
            pairs.append((different[place], topic))
        self.learnt_from_round_ = len(pairs)
        self._counter.fit(
            [
                *known.texts,
                *(s for seeds in known.seeds.values() for s in seeds),
                *(text for text, _ in pairs),
            ]
        )
        self._seed_matrix = self._seeds_by_word()
        self._bayes = self._taught_bayes(
            [*known.texts, *(text for text, _ in pairs)],
            [*known.text_topics, *(topic for _, topic in pairs)],
        )


@cache
def _clusters_by_indicator() -> dict[IndicatorKey, Cluster]:
    return {indicator.key: indicator.cluster for indicator in indicators()}


def _roll_up(topics: Any, classes: Any, label_of: dict[str, str]) -> Matrix:
    matrix = np.zeros((len(topics), len(classes)))
    for place, topic in enumerate(topics):
        matrix[place, int(np.flatnonzero(classes == label_of[topic])[0])] = 1.0
    return matrix


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _spread(probabilities: Matrix) -> Matrix:
    """Never exactly 0: one teacher's certainty must not silence the others."""
    spread: Matrix = (probabilities + 1e-4) / (probabilities + 1e-4).sum(axis=1, keepdims=True)
    return spread


def _blended(opinions: Sequence[Matrix], weights: Matrix) -> Matrix:
    return _softmax(
        np.sum([w * np.log(o + 1e-9) for w, o in zip(weights, opinions, strict=True)], axis=0)
    )
