"""Finds comments in which a child may tell of harm, so that a person reads them first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Self

from sklearn.base import BaseEstimator

from analysis.comments import Alert, AlertLevel
from analysis.resources import document
from analysis.words import spoken

# A rule looks at words this close together unless it says otherwise: long enough for
# "dipukul pake sabuk sama bapak", short enough to stay in one clause.
_WINDOW = 7
_NEGATION_REACH = 3  # "gak pernah dipukul", "tidak ada yang memukul"
_CLAUSE = re.compile(r"[.!?;\n]+")
_WORD_RULE_DETECTOR = "kata-kata"


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


@dataclass(frozen=True)
class _Hit:
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
            ordered=row.get("ordered", False),
        )
        for row in document("safety")["rules"]
    ]
    return tuple(sorted(read, key=lambda rule: rule.level is not AlertLevel.URGENT))


class AlertDetector(BaseEstimator):  # type: ignore[misc]
    """Texts as written -> an Alert or None each; reads before anything is masked."""

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """Nothing to learn: the rules are the knowledge."""
        self.rules_ = rules()
        return self

    def predict(self, texts: Sequence[str]) -> list[Alert | None]:
        """The most serious alert of each text."""
        return [alert_in(text) for text in texts]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def alert_in(text: str) -> Alert | None:
    """The most serious alert of one text, with the lexicon words that raised it."""
    clauses = [tokens for part in _CLAUSE.split(text) if (tokens := spoken(part))]
    whole = [token for tokens in clauses for token in tokens]
    everywhere = _hits(whole)
    per_clause = [(tokens, _hits(tokens)) for tokens in clauses]
    if len(per_clause) > 1:
        per_clause.append((whole, everywhere))  # a child's full stops fall anywhere
    for rule in rules():
        if any(everywhere.get(group) for group in rule.unless):
            continue
        for tokens, hits in per_clause:
            found = _matched(rule, tokens, hits)
            if found:
                named = ", ".join(dict.fromkeys(found))
                return Alert(rule.level, rule.category, f"{rule.reason} ({named})", "frasa")
    return None


def _matched(rule: Rule, tokens: Sequence[str], hits: dict[str, list[_Hit]]) -> tuple[str, ...]:
    groups = [hits.get(group, []) for group in rule.near]
    if not all(groups):
        return ()
    for combination in product(*(group[:12] for group in groups)):
        starts = [hit.start for hit in combination]
        if len(set(starts)) < len(starts) or max(starts) - min(starts) > rule.window:
            continue
        if rule.ordered and starts != sorted(starts):
            continue
        if rule.negatable and _negated(combination[0], hits.get("negation", [])):
            continue
        return tuple(hit.words for hit in combination)
    return ()


def _negated(act: _Hit, negations: Sequence[_Hit]) -> bool:
    return any(0 < act.start - no.start <= _NEGATION_REACH for no in negations)


def _hits(tokens: Sequence[str]) -> dict[str, list[_Hit]]:
    """Where each group of words of the lexicon occurs."""
    single, phrases, prefixes = _groups()
    found: dict[str, list[_Hit]] = {}
    for place, written in enumerate(tokens):
        token = written.replace("2", "")
        for group in single.get(token, ()):
            found.setdefault(group, []).append(_Hit(place, place + 1, token))
        for prefix, groups in prefixes.get(token[:3], ()):
            if token.startswith(prefix):
                for group in groups:
                    found.setdefault(group, []).append(_Hit(place, place + 1, token))
        for group, phrase in phrases.get(token[:2], ()):
            if len(tokens) - place >= len(phrase) and all(
                _same(part, tokens[place + step].replace("2", ""))
                for step, part in enumerate(phrase)
            ):
                words = " ".join(part for part in phrase)
                found.setdefault(group, []).append(_Hit(place, place + len(phrase), words))
    return found


def _same(part: str, token: str) -> bool:
    return token.startswith(part[:-1]) if part.endswith("*") else token == part


_Groups = tuple[
    dict[str, tuple[str, ...]],
    dict[str, list[tuple[str, tuple[str, ...]]]],
    dict[str, list[tuple[str, tuple[str, ...]]]],
]


@cache
def _groups() -> _Groups:
    """The word groups, arranged by how they are looked up: word, phrase, prefix*."""
    single: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    prefixes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for group, listed in document("safety")["words"].items():
        for entry in (word.strip() for line in listed for word in line.split(",")):
            parts = tuple(entry.split())
            if len(parts) > 1:
                phrases.setdefault(parts[0].rstrip("*")[:2], []).append((group, parts))
            elif entry.endswith("*"):
                prefixes.setdefault(entry[:3], []).append((entry[:-1], (group,)))
            elif entry:
                single[entry] = (*single.get(entry, ()), group)
    return single, phrases, prefixes
