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
_NEGATION_REACH = 5  # "gak pernah dipukul", "tidak pernah ada orang yang memukul"
_PAIRED = 12  # hits of a group near an act that are tried: a held-down key has thousands
# A long text is read for harm piece by piece, the way ``fold`` would cut it; what is told across
# a cut stands whole in the next piece.
_PIECE = 4_000
_OVERLAP = 400
# Krama: "dipungebag", "dipun gebag" are "digebag".
_KRAMA_PASSIVE = re.compile(r"\bdipun ?(?=[a-z]{3})", re.IGNORECASE)
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
# fmt: off
_HARMFUL_TOPICS = frozenset({
    "perundungan", "guru memukul", "kekerasan", "tawuran dan geng", "pekerja anak", "culik",
    "bahaya daring", "narkoba dan miras", "judi", "menikah terlalu muda", "orang tua bertengkar",
    "perhatian orang tua", "kesehatan jiwa", "anak dan hukum, stigma",
})
# fmt: on
# A phrase was found but taken back ("gak pernah dipukul"): only near certainty is urgent then.
_DESPITE_EXCUSE = 0.95
_SELF = ("me", "my_people")
_PEOPLE = frozenset({*_SELF, "home_person", "any_person"})


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
    ordered: bool

    @cached_property
    def groups(self) -> frozenset[str]:
        """Without a word of each of these the rule says nothing."""
        return frozenset(self.near)


class _Hit(NamedTuple):
    start: int
    end: int
    words: str


class _Said(NamedTuple):
    """What the phrases say: an alert, or how one that was found is taken back."""

    alert: Alert | None
    excused: bool = False  # by a game, an idiom, a "tidak": the model may still doubt it
    denied: bool = False  # and only so: "gak pernah dipukul", "tidak ada yang memukul"


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
            ordered=row.get("ordered", False),
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
        pieces = [(place, piece) for place, text in enumerate(texts) for piece in _pieces(text)]
        likely = self.predict_proba([piece for _, piece in pieces])
        urgent, concern = (list(self.classes_).index(level) for level in ("urgent", "concern"))
        alerts: list[Alert | None] = [None] * len(texts)
        for (place, piece), row in zip(pieces, likely, strict=True):
            found = self._either(piece, row[urgent], row[concern])
            alerts[place] = _most_serious(alerts[place], found)
        return alerts

    def _either(self, text: str, urgent: float, concern: float) -> Alert | None:
        said = _read_phrases(text)
        if said.alert is not None and said.alert.level is AlertLevel.URGENT:
            return said.alert
        if not _tells(text):
            return said.alert
        taken_back = said.alert is None and (said.excused or said.denied)
        if urgent >= (_DESPITE_EXCUSE if taken_back else self.urgent_from):
            return self._alike(text, AlertLevel.URGENT)
        if taken_back:
            doubted = said.excused and urgent >= self.urgent_from
            return self._alike(text, AlertLevel.CONCERN) if doubted else None
        if said.alert is None and urgent + concern >= self.alert_from:
            return self._alike(text, AlertLevel.CONCERN)
        return said.alert

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


def _tells(text: str) -> bool:
    """Whether the model has something to judge: "aku", "ayah" or emojis alone are no story."""
    said = set(spoken(text))
    if len(said) != 1:
        return any(map(str.isalpha, text))
    return lexicon().stop.isdisjoint(words(text)) and _PEOPLE.isdisjoint(_word(*said).groups)


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
    return _most_serious(*(_read_phrases(piece).alert for piece in _pieces(text)))


def _read_phrases(text: str) -> _Said:
    """The most serious alert of the phrases, or how what was found is taken back."""
    text = _KRAMA_PASSIVE.sub("di", text)
    clauses = [tokens for part in _CLAUSE.split(text) if (tokens := _joined(spoken(part)))]
    everywhere = _hits([token for tokens in clauses for token in tokens])
    groups = frozenset(everywhere)
    possible = [rule for rule in rules() if rule.groups <= groups]
    if not possible:
        return _Said(None)
    parts = [_hits(tokens) for tokens in clauses] if len(clauses) > 1 else []
    parts.append(everywhere)  # a child's full stops fall anywhere
    per_clause = [(hits, _denials(hits), _places(hits, "ever")) for hits in parts]
    excused = denied = False
    for rule in possible:
        taken_back = _excused(rule, everywhere)
        for hits, denials, ever in per_clause:
            found, negation = _matched(rule, hits, denials)
            if found and not taken_back and negation is None:
                named = ", ".join(dict.fromkeys(found))
                reason = f"{rule.reason} ({named})"
                lexicon = version_of("safety.yaml")
                return _Said(Alert(rule.level, rule.category, reason, "frasa", lexicon))
            plainly = negation is not None and negation.end in ever
            denied = denied or plainly
            excused = excused or (bool(found) and not plainly)
    return _Said(None, excused, denied)


def _joined(tokens: list[str]) -> list[str]:
    """ "di pukul", as many write it, is "dipukul" where that is listed; "di rumah" stays."""
    if "di" not in tokens:
        return tokens
    joined: list[str] = []
    for token in tokens:
        passive = _word(f"di{token}").groups if joined[-1:] == ["di"] else ()
        if passive and "home" not in passive:
            joined[-1] = f"di{token}"
        else:
            joined.append(token)
    return joined


def _excused(rule: Rule, hits: dict[str, list[_Hit]]) -> bool:
    """A game, an idiom or a general demand; a demand excuses nothing a child tells of itself."""
    personal = any(hits.get(group) for group in _SELF)
    return any(
        hits.get(group) for group in rule.unless if not (group == "public_demand" and personal)
    )


def _matched(
    rule: Rule, hits: dict[str, list[_Hit]], denials: dict[int, _Hit]
) -> tuple[tuple[str, ...], _Hit | None]:
    """The words that satisfy the rule, and the "tidak" that takes them back."""
    acts, *others = (hits.get(group, []) for group in rule.near)
    taken_back: tuple[tuple[str, ...], _Hit | None] = ((), None)
    for act in acts:
        words = _together(rule, act, others)
        negation = denials.get(act.start) if rule.negatable else None
        if words and negation is None:
            return words, None
        if words:
            taken_back = words, negation
    return taken_back


def _together(rule: Rule, act: _Hit, others: Sequence[Sequence[_Hit]]) -> tuple[str, ...]:
    """The act and a word of each other group that stand near enough, and in the rule's order."""
    near = [
        [hit for hit in group if abs(hit.start - act.start) <= rule.window][:_PAIRED]
        for group in others
    ]
    for combination in product([act], *near):
        starts = [hit.start for hit in combination]
        if len(set(starts)) < len(starts) or max(starts) - min(starts) > rule.window:
            continue
        if not rule.ordered or starts == sorted(starts):
            return tuple(hit.words for hit in combination)
    return ()


def _denials(hits: dict[str, list[_Hit]]) -> dict[int, _Hit]:
    """Where an act would be taken back -> the "tidak" that does so.

    It reaches only across words that carry it, and two take back nothing: "gak ada yang mukul"
    is denied; "gak salah dipukul" and "ora tau ora dipukul" are not.
    """
    reached = _reached(hits, across="carries_negation")
    again = _reached(hits, across="ever") if reached else {}
    doubled = {no.start for no in again.values() if again.get(no.start, no).end < no.start}
    return {
        place: no for place, no in reached.items() if not (no.end == place and no.start in doubled)
    }


def _reached(hits: dict[str, list[_Hit]], *, across: str) -> dict[int, _Hit]:
    carrying = _places(hits, across)
    reached: dict[int, _Hit] = {}
    for no in hits.get("negation", []):
        for place in range(no.end, no.end + _NEGATION_REACH):
            reached[place] = no
            if place not in carrying:
                break
    return reached


def _places(hits: dict[str, list[_Hit]], group: str) -> set[int]:
    return {place for hit in hits.get(group, []) for place in range(hit.start, hit.end)}


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
    single = (group for one in (written, token) for group in listed.single.get(one, ()))
    groups = tuple(dict.fromkeys((*single, *by_prefix)))
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
