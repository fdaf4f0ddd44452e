"""What a child says in so many words that tells of harm: word groups near each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from analysis.comments import Alert, AlertLevel
from analysis.name_words import REMEMBERED
from analysis.resources import document, version_of
from analysis.words import spoken

# A rule looks at words this close together unless it says otherwise: long enough for
# "dipukul pake sabuk sama bapak", short enough to stay in one clause.
_WINDOW = 7
_NEGATION_REACH = 5  # "gak pernah dipukul", "tidak pernah ada orang yang memukul"
_PAIRED = 12  # hits of a group near an act that are tried: a held-down key has thousands
# Krama: "dipungebag", "dipun gebag" are "digebag".
_KRAMA_PASSIVE = re.compile(r"\bdipun ?(?=[a-z]{3})", re.IGNORECASE)
# Also Javanese: "aja" first or before such a word is "don't"; elsewhere it is Indonesian "just".
_AJA = re.compile(
    r"((?:^|[.!?;,\n])\s*)aja\b|\baja(?= (?:nganti|ana|ono|enek|onok|gelem|padha|podo)\b)",
    re.IGNORECASE,
)
# Two words run together: gapernah, raono.
_NEVER = re.compile(
    r"\b(tidak|tdk|nggak|ngga|gak|gk|ga|g|ora|ra)(?=(?:pernah|prnh|tau|ono|enek)\b)", re.IGNORECASE
)
# "Ibu guru" is no mother.
_OFFICE = re.compile(
    r"\b(?:(ibuk?|buk)|(?:bapak|bpk)) (?=(?:guru|kepala|kepsek|wali|camat|lurah|bupati|polisi)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?;\n]+")
_VOWELS = ("", "a", "e", "i", "o", "u")
_PEOPLE = frozenset({"me", "my_people", "home_person", "any_person"})
# A demand excuses nothing a child tells of itself, the way home nothing of who waits there.
_VOIDED_BY = {
    "public_demand": ("me", "my_people"),
    "street_fear": ("drunk_or_angry", "fight_home"),
    "ceremony": ("private_parts", "unwanted", "fear", "secret"),
    "taught": ("me", "my_people", "unwanted"),
    "tiring_way": ("drunk_or_angry", "fight_home", "angry", "fear"),
}


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


class Said(NamedTuple):
    """What the phrases say: an alert, or how one that was found is taken back."""

    alert: Alert | None
    excused: bool = False  # by a game, an idiom, a "tidak" further off: the model may doubt it
    negated: bool = False  # by a "tidak" right before it: at most somebody looks again
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


def read_phrases(text: str) -> Said:
    """The most serious alert of the phrases, or how what was found is taken back."""
    text = _respelt(text)
    clauses = [tokens for part in _CLAUSE.split(text) if (tokens := _joined(spoken(part)))]
    everywhere = _hits([token for tokens in clauses for token in tokens])
    groups = frozenset(everywhere)
    possible = [rule for rule in rules() if rule.groups <= groups]
    if not possible:
        return Said(None)
    parts = [_hits(tokens) for tokens in clauses] if len(clauses) > 1 else []
    parts.append(everywhere)  # a child's full stops fall anywhere
    per_clause = [(hits, _denials(hits), _places(hits, "ever")) for hits in parts]
    excused = negated = denied = False
    for rule in possible:
        taken_back = _excused(rule, everywhere)
        for hits, denials, ever in per_clause:
            found, negation = _matched(rule, hits, denials)
            if found and not taken_back and negation is None:
                named = ", ".join(dict.fromkeys(found))
                reason = f"{rule.reason} ({named})"
                lexicon = version_of("safety.yaml")
                return Said(Alert(rule.level, rule.category, reason, "frasa", lexicon))
            plainly = negation is not None and negation.end in ever
            denied = denied or plainly
            right_before = negation is not None and negation.end in _places(hits, rule.near[0])
            negated = negated or (right_before and not plainly)
            excused = excused or (bool(found) and not plainly and not right_before)
    return Said(None, excused, negated, denied)


def _respelt(text: str) -> str:
    """The spellings that hide a word of the lists: dipun gebag, aja (don't), gapernah, ibu guru."""
    text = _KRAMA_PASSIVE.sub("di", text)
    text = _AJA.sub(lambda aja: f"{aja[1] or ''}ojo", text)
    text = _NEVER.sub(r"\1 ", text)
    return _OFFICE.sub(lambda office: "bu " if office[1] else "pak ", text)


def is_plain(text: str) -> bool:
    """ "aku lapar bu", "aku ke rumah om": words of one kind of talk alone."""
    said = set(spoken(text))
    return bool(said) and any(kind >= said for kind in _plain_talk())


@cache
def _plain_talk() -> tuple[frozenset[str], ...]:
    kinds: dict[str, list[str]] = document("safety")["plain"]
    return tuple(
        frozenset(word.strip() for line in listed for word in line.split(","))
        for listed in kinds.values()
    )


def names_a_person(word: str) -> bool:
    """ "aku", "ayah", "om"."""
    return not _PEOPLE.isdisjoint(_word(word).groups)


def _joined(tokens: list[str]) -> list[str]:
    """ "di pukul" and "dpukul" are "dipukul" where that is listed; "di rumah" stays."""
    joined: list[str] = []
    for token in tokens:
        if token[0] == "d" and token[1:2] not in _VOWELS and not _word(token).groups:
            token = f"di{token[1:]}" if _word(f"di{token[1:]}").groups else token
        passive = _word(f"di{token}").groups if joined[-1:] == ["di"] else ()
        if passive and "home" not in passive:
            joined[-1] = f"di{token}"
        else:
            joined.append(token)
    return joined


def _excused(rule: Rule, hits: dict[str, list[_Hit]]) -> bool:
    """A game, an idiom, a dark street or a general demand, unless what else is said voids it."""
    return any(
        hits.get(group)
        for group in rule.unless
        if not any(hits.get(other) for other in _VOIDED_BY.get(group, ()))
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
    """Where an act would be taken back -> the "tidak" that does so, or the bell that is hit.

    It reaches only across words that carry it, and two take back nothing: "gak ada yang mukul"
    is denied; "gak salah dipukul" and "ora tau ora dipukul" are not.
    """
    active = _places(hits, "hit_active")
    struck = {hit.start - 1: hit for hit in hits.get("struck", []) if hit.start - 1 in active}
    reached = _reached(hits, across="carries_negation")
    again = _reached(hits, across="ever") if reached else {}
    doubled = {no.start for no in again.values() if again.get(no.start, no).end < no.start}
    return struck | {
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
