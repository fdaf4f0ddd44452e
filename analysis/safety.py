"""Finds comments in which a child may tell of harm, so that a person reads them first."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from analysis.comments import Alert, AlertLevel
from analysis.keeping import kept
from analysis.name_words import is_listed
from analysis.openers import without_opener
from analysis.phrases import is_plain, names_a_person, read_phrases
from analysis.pieces import LetterCounter, WordCounter
from analysis.resources import examples, table, version_of
from analysis.reviewing import ReviewedNeighbours
from analysis.teaching import Regressions
from analysis.words import fold, lexicon, spoken, words

# A long text is read for harm piece by piece, the way ``fold`` would cut it; what is told across
# a cut stands whole in the next piece.
_PIECE = 4_000
_OVERLAP = 400
_LONGER_WORD = re.compile(r"\b\w\w+\b")
# The letter model speaks up when harm is more likely than not; chosen on sentences of the
# project's hands, each judged by what the others taught: 0.84 of the disclosures (most only hinted
# at) are urgent and 0.92 are flagged, as are 0.07 and 0.18 of harmless sentences made to alarm.
_URGENT_FROM = 0.5
_ALERT_FROM = 0.35
_LEVELS = ("none", AlertLevel.CONCERN, AlertLevel.URGENT)
_TRUST = 20.0  # inverse regularisation; 5 and 60 were no better on hands held out
_LIKENESS = "Kalimatnya mirip cerita anak yang mengalami bahaya"
_STRONGEST = 3  # words a reason names; more explain nothing
# Topics of the mapping's examples that may tell of harm: all others teach what is ordinary.
# fmt: off
_HARMFUL_TOPICS = frozenset({
    "perundungan", "guru memukul", "kekerasan", "tawuran dan geng", "pekerja anak", "culik",
    "bahaya daring", "narkoba dan miras", "judi", "menikah terlalu muda", "orang tua bertengkar",
    "perhatian orang tua", "kesehatan jiwa", "anak dan hukum, stigma",
})
# fmt: on
# A phrase was found but taken back ("gak pernah dipukul"): only near certainty is urgent then.
_DESPITE_EXCUSE = 0.95


class AlertDetector(BaseEstimator):  # type: ignore[misc]
    """Texts as written -> an Alert or None each; reads before anything is masked.

    Two detectors OR-ed: phrases (who did what to whom) and a model of words and letters. The
    third, the child's own tick "aku ingin bicara dengan orang dewasa", is not in the text.
    """

    def __init__(
        self, *, urgent_from: float = _URGENT_FROM, alert_from: float = _ALERT_FROM
    ) -> None:
        self.urgent_from = urgent_from
        self.alert_from = alert_from

    def fit(self, texts: Any = None, labels: Any = None) -> Self:
        """Learn the letter model from the project's own sentences; ``texts`` teach nothing."""
        self.model_ = _letter_model()
        self.classes_ = np.array(_LEVELS)
        self._reviewed: ReviewedNeighbours | None = None
        return self

    def correct(self, texts: Sequence[str], levels: Sequence[AlertLevel | None]) -> Self:
        """Learn at once what people decided about ``texts``; None is "no alert"."""
        self._reviewed = None
        if len(texts):
            rows = self.model_[:-1].transform([_as_read(text) for text in texts])
            columns = [list(self.classes_).index(level or "none") for level in levels]
            given = self._likely(rows)
            self._reviewed = ReviewedNeighbours().fit(rows, columns, given=given)
        return self

    def predict_proba(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """What the letter model thinks: one column per level of ``classes_``."""
        rows = self.model_[:-1].transform([_as_read(text) for text in texts])
        likely = self._likely(rows)
        if self._reviewed is None:
            return likely
        return self._reviewed.predict_proba(rows, given=likely)

    def _likely(self, rows: sparse.csr_matrix) -> npt.NDArray[np.float64]:
        alone = self.model_[-1].predict_proba(rows)
        likely: npt.NDArray[np.float64] = alone / alone.sum(axis=1, keepdims=True)
        return likely

    def predict(self, texts: Sequence[str]) -> list[Alert | None]:
        """The most serious alert of each text."""
        if not len(texts):
            return []
        pieces = [(place, piece) for place, text in enumerate(texts) for piece in _pieces(text)]
        likely = self.predict_proba([piece for _, piece in pieces])
        urgent, concern = (list(self.classes_).index(level) for level in ("urgent", "concern"))
        alerts: list[Alert | None] = [None] * len(texts)
        for (place, piece), row in zip(pieces, likely, strict=True):
            found = self._either(piece, row[urgent], row[concern])
            alerts[place] = _most_serious(alerts[place], found)
        return alerts

    def _either(self, text: str, urgent: float, concern: float) -> Alert | None:
        said = read_phrases(text)
        if said.alert is not None and said.alert.level is AlertLevel.URGENT:
            return said.alert
        # What the model does not doubt stays as it is: most comments end here, in no time.
        heard = urgent >= self.urgent_from or urgent + concern >= self.alert_from
        if not heard or not _tells(text):
            return said.alert
        taken_back = said.alert is None and (said.excused or said.negated or said.denied)
        only_negated = taken_back and said.negated and not said.excused
        if urgent >= (_DESPITE_EXCUSE if taken_back else self.urgent_from) and not only_negated:
            return self._alike(text, AlertLevel.URGENT)
        if taken_back:
            doubted = (said.excused or said.negated) and urgent >= self.urgent_from
            return self._alike(text, AlertLevel.CONCERN) if doubted else None
        if said.alert is None and urgent + concern >= self.alert_from:
            return self._alike(text, AlertLevel.CONCERN)
        return said.alert

    def _alike(self, text: str, level: AlertLevel) -> Alert:
        named = ", ".join(self._strongest_words(text, level))
        reason = f"{_LIKENESS} ({named})" if named else _LIKENESS
        learnt_from = version_of("safety_examples.tsv", "examples/*.tsv", "openers.tsv")
        return Alert(level, "mirip_cerita_bahaya", reason, "model huruf", learnt_from)

    def _strongest_words(self, text: str, level: AlertLevel) -> list[str]:
        """The words of ``text`` that spoke most for ``level``: of our tables, and no names."""
        counter, weigher = (step for _, step in self.model_[0].transformer_list[0][1].steps)
        spoke = self.model_[-1].coefficients_[:, _LEVELS.index(level)]
        scores = {
            word: spoke[column] * weigher.idf_[column]
            for word in _longer_words(_as_read(text))
            if word in lexicon().known and not is_listed(word)
            if (column := counter.vocabulary_.get(word)) is not None
        }
        ranked = sorted(scores, key=lambda word: -scores[word])[:_STRONGEST]
        return [word for word in ranked if scores[word] > 0]


@cache
def _letter_model() -> Pipeline:
    return kept("safety", _trained_letter_model)


def _trained_letter_model() -> Pipeline:
    harmful = [(row["text"], row["level"]) for row in table("safety_examples")]
    harmless = [(row["text"], "none") for row in examples() if row["topic"] not in _HARMFUL_TOPICS]
    model = make_pipeline(
        make_union(
            make_pipeline(
                WordCounter(pairs=True, read=_longer_words), TfidfTransformer(sublinear_tf=True)
            ),
            make_pipeline(LetterCounter(), TfidfTransformer(sublinear_tf=True)),
        ),
        # Balanced: of the sentences it learns from a tenth tells of harm, of the comments few.
        Regressions(trust=_TRUST, balanced=True),
    )
    sentences, levels = zip(*harmful, *harmless, strict=True)
    wanted = np.array(levels)[:, np.newaxis] == np.array(_LEVELS)
    return model.fit([_as_read(sentence) for sentence in sentences], wanted)


def _tells(text: str) -> bool:
    """Whether the model has something to judge: "aku", "aku lapar" or emojis are no story."""
    told = _as_read(text)
    if is_plain(text) or is_plain(told):
        return False
    said = set(spoken(told))
    if len(said) != 1:
        return any(map(str.isalpha, told))
    return lexicon().stop.isdisjoint(words(told)) and not names_a_person(*said)


def _as_read(text: str) -> str:
    """What the model sees of a text."""
    return without_opener(fold(text))


def _longer_words(text: str) -> list[str]:
    """The words as the model was steered with: "antar-jemput" is two of them."""
    return _LONGER_WORD.findall(" ".join(words(text)))


def _pieces(text: str) -> list[str]:
    """The text, or where it is long its overlapping pieces."""
    starts = range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP)
    return [text[start : start + _PIECE] for start in starts]


def _most_serious(*alerts: Alert | None) -> Alert | None:
    return max(alerts, key=lambda alert: _LEVELS.index(alert.level if alert else "none"))


def alert_in(text: str) -> Alert | None:
    """What the phrases say about one text, with the lexicon words that raised the alert."""
    return _most_serious(*(read_phrases(piece).alert for piece in _pieces(text)))
