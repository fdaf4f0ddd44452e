"""Finds comments in which a child may tell of harm, so that a person reads them first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from analysis.comments import Alert, AlertLevel
from analysis.keeping import kept
from analysis.name_words import REMEMBERED, is_listed
from analysis.pieces import LetterCounter, WordCounter
from analysis.resources import document, examples, table, version_of
from analysis.reviewing import ReviewedNeighbours
from analysis.teaching import Regressions
from analysis.words import fold, lexicon, spoken, words

# A rule looks at words this close together unless it says otherwise: long enough for
# "dipukul pake sabuk sama bapak", short enough to stay in one clause.
_WINDOW = 7
_NEGATION_REACH = 3  # "gak pernah dipukul", "tidak ada yang memukul"
_CLAUSE = re.compile(r"[.!?;\n]+")
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
_HARMFUL_TOPICS = frozenset(
    {
        "perundungan",
        "guru memukul",
        "kekerasan",
        "tawuran dan geng",
        "pekerja anak",
        "culik",
        "bahaya daring",
        "narkoba dan miras",
        "judi",
        "menikah terlalu muda",
        "orang tua bertengkar",
        "perhatian orang tua",
        "kesehatan jiwa",
        "anak dan hukum, stigma",
    }
)
# A phrase was found but taken back ("gak pernah dipukul"): only near certainty overrides that.
_DESPITE_EXCUSE = 0.95
_SELF = ("me", "my_people")


@dataclass(frozen=True)
class Rule:
    """Words of several groups near each other -> a level and a category."""

    level: AlertLevel
    category: str
    reason: str
    near: tuple[str, ...]
    window: int
    unless: tuple[str, ...]
    negatable: bool

    @cached_property
    def groups(self) -> frozenset[str]:
        """Without a word of each of these the rule says nothing."""
        return frozenset(self.near)


class _Hit(NamedTuple):
    start: int
    end: int
    words: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of resources/safety.yaml, the urgent ones first."""
    read = [
        Rule(
            level=AlertLevel(row["level"]),
            category=row["category"],
            reason=row["reason"],
            near=tuple(row["near"]),
            window=row.get("window", _WINDOW),
            unless=tuple(row.get("unless", ())),
            negatable=row.get("negatable", True),
        )
        for row in document("safety")["rules"]
    ]
    return tuple(sorted(read, key=lambda rule: rule.level is not AlertLevel.URGENT))


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
            rows = self.model_[:-1].transform([fold(text) for text in texts])
            columns = [list(self.classes_).index(level or "none") for level in levels]
            given = self._likely(rows)
            self._reviewed = ReviewedNeighbours().fit(rows, columns, given=given)
        return self

    def predict_proba(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """What the letter model thinks: one column per level of ``classes_``."""
        rows = self.model_[:-1].transform([fold(text) for text in texts])
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
        likely = self.predict_proba(texts)
        urgent, concern = (list(self.classes_).index(level) for level in ("urgent", "concern"))
        return [
            self._either(text, row[urgent], row[concern])
            for text, row in zip(texts, likely, strict=True)
        ]

    def _either(self, text: str, urgent: float, concern: float) -> Alert | None:
        said, excused = _read_phrases(text)
        if said is not None and said.level is AlertLevel.URGENT:
            return said
        if not any(map(str.isalpha, text)) or (
            excused and said is None and urgent < _DESPITE_EXCUSE
        ):
            return said
        if urgent >= self.urgent_from:
            return self._alike(text, AlertLevel.URGENT)
        if said is None and urgent + concern >= self.alert_from:
            return self._alike(text, AlertLevel.CONCERN)
        return said

    def _alike(self, text: str, level: AlertLevel) -> Alert:
        named = ", ".join(self._strongest_words(text, level))
        reason = f"{_LIKENESS} ({named})" if named else _LIKENESS
        learnt_from = version_of("safety_examples.tsv", "examples/*.tsv")
        return Alert(level, "mirip_cerita_bahaya", reason, "model huruf", learnt_from)

    def _strongest_words(self, text: str, level: AlertLevel) -> list[str]:
        """The words of ``text`` that spoke most for ``level``: of our tables, and no names."""
        counter, weigher = (step for _, step in self.model_[0].transformer_list[0][1].steps)
        spoke = self.model_[-1].coefficients_[:, _LEVELS.index(level)]
        scores = {
            word: spoke[column] * weigher.idf_[column]
            for word in _longer_words(fold(text))
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
    return model.fit([fold(sentence) for sentence in sentences], wanted)


def _longer_words(text: str) -> list[str]:
    """The words as the model was steered with: "antar-jemput" is two of them."""
    return _LONGER_WORD.findall(" ".join(words(text)))


def alert_in(text: str) -> Alert | None:
    """What the phrases say about one text, with the lexicon words that raised the alert."""
    return _read_phrases(text)[0]


def _read_phrases(text: str) -> tuple[Alert | None, bool]:
    """The most serious alert of the phrases, and whether one was found but taken back."""
    clauses = [tokens for part in _CLAUSE.split(text) if (tokens := spoken(part))]
    everywhere = _hits([token for tokens in clauses for token in tokens])
    groups = frozenset(everywhere)
    possible = [rule for rule in rules() if rule.groups <= groups]
    if not possible:
        return None, False
    per_clause = [_hits(tokens) for tokens in clauses] if len(clauses) > 1 else []
    per_clause.append(everywhere)  # a child's full stops fall anywhere
    excused = False
    for rule in possible:
        taken_back = _excused(rule, everywhere)
        for hits in per_clause:
            found, negated = _matched(rule, hits)
            if found and not taken_back and not negated:
                named = ", ".join(dict.fromkeys(found))
                reason = f"{rule.reason} ({named})"
                lexicon = version_of("safety.yaml")
                return Alert(rule.level, rule.category, reason, "frasa", lexicon), False
            excused = excused or bool(found)
    return None, excused


def _excused(rule: Rule, hits: dict[str, list[_Hit]]) -> bool:
    """A game, an idiom or a general demand; a demand excuses nothing a child tells of itself."""
    personal = any(hits.get(group) for group in _SELF)
    return any(
        hits.get(group) for group in rule.unless if not (group == "public_demand" and personal)
    )


def _matched(rule: Rule, hits: dict[str, list[_Hit]]) -> tuple[tuple[str, ...], bool]:
    """The words that satisfy the rule, and whether a "tidak" stands before them."""
    groups = [hits.get(group, []) for group in rule.near]
    negated: tuple[str, ...] = ()
    if not all(groups):
        return (), False
    for combination in product(*(group[:12] for group in groups)):
        starts = [hit.start for hit in combination]
        if len(set(starts)) < len(starts) or max(starts) - min(starts) > rule.window:
            continue
        words = tuple(hit.words for hit in combination)
        if not (rule.negatable and _negated(combination[0], hits.get("negation", []))):
            return words, False
        negated = words
    return negated, bool(negated)


def _negated(act: _Hit, negations: Sequence[_Hit]) -> bool:
    return any(0 < act.start - no.start <= _NEGATION_REACH for no in negations)


def _hits(tokens: Sequence[str]) -> dict[str, list[_Hit]]:
    """Where each group of words of the lexicon occurs."""
    found: dict[str, list[_Hit]] = {}
    read = list(map(_word, tokens))
    for place, (token, groups, phrases) in enumerate(read):
        for group in groups:
            found.setdefault(group, []).append(_Hit(place, place + 1, token))
        if not phrases or place + 1 == len(read):
            continue
        for group, phrase in phrases.get(read[place + 1].token[:1], ()):
            following = read[place + 1 : place + len(phrase)]
            if len(following) == len(phrase) - 1 and all(map(_same, phrase[1:], following)):
                hit = _Hit(place, place + len(phrase), " ".join(phrase).replace("*", ""))
                found.setdefault(group, []).append(hit)
    return found


class _Word(NamedTuple):
    """A word without its sign of doubling, the groups it is in, and the phrases it begins."""

    token: str
    groups: tuple[str, ...]
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] | None


@lru_cache(maxsize=REMEMBERED)
def _word(written: str) -> _Word:
    token, listed = written.replace("2", ""), _groups()
    by_prefix = (
        group
        for prefix, groups in listed.prefixes.get(token[:3], ())
        if token.startswith(prefix)
        for group in groups
    )
    groups = (*listed.single.get(token, ()), *by_prefix)
    return _Word(token, groups, listed.phrases.get(token))


def _same(part: str, read: _Word) -> bool:
    return read.token.startswith(part[:-1]) if part[-1] == "*" else read.token == part


class _Groups(NamedTuple):
    single: dict[str, tuple[str, ...]]
    phrases: dict[str, dict[str, list[tuple[str, tuple[str, ...]]]]]
    prefixes: dict[str, list[tuple[str, tuple[str, ...]]]]


@cache
def _groups() -> _Groups:
    """The word groups, arranged by how they are looked up: word, phrase, prefix*.

    Phrases stand under their first word and the first letter of their second.
    """
    single: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, dict[str, list[tuple[str, tuple[str, ...]]]]] = {}
    prefixes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for group, listed in document("safety")["words"].items():
        for entry in (word.strip() for line in listed for word in line.split(",")):
            parts = tuple(entry.split())
            if len(parts) > 1:
                begun = phrases.setdefault(parts[0], {})
                begun.setdefault(parts[1][0], []).append((group, parts))
            elif entry.endswith("*"):
                prefixes.setdefault(entry[:3], []).append((entry[:-1], (group,)))
            elif entry:
                single[entry] = (*single.get(entry, ()), group)
    return _Groups(single, phrases, prefixes)
