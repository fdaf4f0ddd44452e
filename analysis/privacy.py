"""Hides who wrote or who is meant: names, numbers, homes and classes become readable masks."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from analysis.comments import Mask, MaskKind
from analysis.resources import table, words_of
from analysis.words import lexicon

_SEPARATOR = r"[\s.\-/()]"
_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|id|net|org|me|ly|gg)(?:/\S*)?\b")
_HANDLE = re.compile(r"(?<!\w)@\s?[a-z0-9_][\w.]{1,40}")
_ACCOUNT = re.compile(
    r"\b(?:ig|instagram|tiktok|tt|fb|facebook|twitter|telegram|discord|roblox|line|akun|username"
    r"|user|(?:id|nick(?:name)?) (?:ml|ff|epep|game|roblox|pubg|line))(?:\s?ku|\s?nya|\s?e)?"
    r"\s?[:=]?\s+(?P<hit>(?=[\w.]*[\d_.])[a-z0-9_][\w.]{2,40})"
)
# 8 digits and more name somebody: the shortest Kediri landline with area code has nine.
_DIGITS = re.compile(rf"(?<![\w])(?:\+\s?)?\(?[0-9oO](?:{_SEPARATOR}{{0,2}}[0-9oO]){{7,19}}(?!\w)")
_DIGIT_RUN = re.compile(r"\d{8,}")
_DIGIT_WORD = (
    r"(?:nol|kosong|satu|siji|dua|loro|tiga|telu|empat|papat|lima|limo|enam|nem|tujuh|pitu|"
    r"delapan|wolu|sembilan|songo)"
)
_SPELLED = re.compile(rf"\b{_DIGIT_WORD}(?:[\s,.-]+{_DIGIT_WORD}){{7,19}}\b")
_PLATE = re.compile(r"\b(?:ag[\s-]?\d{1,4}[\s-]?[a-z]{1,3}|[a-z]{1,2}\s\d{3,4}\s[a-z]{2,3})\b")
_SCHOOL = (
    r"(?:(?:sd|smp|sma|smk|mts|mi|ma|tk|ra)(?:n|s|it|k|lb)?\b|man\b|min\b|mtsn\b|sekolah dasar)"
    r"(?:\s(?:negeri|islam|plus|katolik|kristen|muhammadiyah|al\s\w+|ar\s\w+))?"
    r"(?:\s[a-z]{4,})?(?:\s?\d{1,3})?"
)
_LEVEL = r"(?:\d{1,2}|xi{0,2}|vi{0,3}|iv|ix|iii?|i)"
_STREAM = r"(?:[a-k]\b|(?:ipa|ips|mipa|tkj|rpl|akl|otkp|dkv|tkr|tbsm)\b)"
_CLASS = (
    rf"(?:(?:kelas|kls|klas|kelase)\s?{_LEVEL}(?:[\s-]?{_STREAM})?(?:[\s-]?\d\b)?"
    r"|\b\d{1,2}[\s-]?[a-k]\b)"
)
_CLASS_AT_SCHOOL = re.compile(
    rf"\b{_CLASS}(?:\s(?:di|nang|ndek|neng|ing|dari|teko))?\s,?{_SCHOOL}|\b{_SCHOOL}\s,?{_CLASS}"
)
_STREET = r"(?:jalan|jln|jl|gang|gg|dusun|dsn|perum(?:ahan)?|griya|blok|lingkungan|komplek|asrama)"
_HOUSE = r"(?:(?:no(?:mor|mer)?\.?|nomer)\s?\d{1,4}\s?[a-z]?\b|\b[a-z]{1,2}\s?[-/.]?\s?\d{1,4}\b)"
_RT = r"rt\.?\s?\d{1,3}(?:\s?[,/]?\s?rw\.?\s?\d{1,3})?"
_STREET_AND_HOUSE = re.compile(
    rf"\b{_STREET}\.?\s(?:[\w']+\s){{0,4}}?(?:[\w']+,?\s)?{_HOUSE}(?:,?\s{_RT})?"
)
_HOUSE_AND_RT = re.compile(rf"\b{_HOUSE},?\s{_RT}\b")
_HOME_RT = re.compile(
    r"\b(?:rumah|omah|griya|tinggal|alamat|kos|kontrakan)\w*\s(?:[\w,.']+\s){0,6}?"
    rf"(?P<hit>(?:{_STREET}\.?\s[\w']+(?:\s[\w']+)?,?\s)?{_RT})\b"
)
_HOME_NUMBER = re.compile(
    r"\b(?:rumah|omah|alamat)\w*\s(?:[\w,.']+\s){0,4}?(?P<hit>(?:no(?:mor|mer)?\.?)\s?\d{1,4})\b"
)
_NOTHING_THERE = frozenset("0123456789")


@dataclass(frozen=True)
class MaskedText:
    """A text with its masks; ``masks`` count code points of the text as written."""

    text: str
    masks: tuple[Mask, ...]


@dataclass(frozen=True)
class NameTables:
    """Who is hidden, and which words after *pak* or *bu* name a role and stay."""

    names: frozenset[str]
    roles: frozenset[str]
    titles: frozenset[str]
    friends: frozenset[str]
    places: frozenset[str]
    officials: frozenset[str]


@cache
def name_tables() -> NameTables:
    """The name tables, read once."""
    groups: dict[str, set[str]] = {}
    for row in table("names"):
        groups.setdefault(row["group"], set()).update(words_of(row["words"]))
    return NameTables(
        names=frozenset(groups["nama"]),
        roles=frozenset(groups["peran"]),
        titles=frozenset(groups["sapaan"]),
        friends=frozenset(groups["kerabat"]),
        places=frozenset(groups["tempat"]),
        officials=frozenset(groups["pejabat"]),
    )


class Masker(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts -> masked texts with kind and offsets of what was hidden."""

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """Nothing to learn: the patterns and tables are the knowledge."""
        return self

    def transform(self, texts: Sequence[str]) -> list[MaskedText]:
        """One masked text per text."""
        return [mask(text) for text in texts]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def mask(text: str) -> MaskedText:
    """Hide every identifying span of one text; what is left can be read and quoted."""
    folded, positions = _folded(text)
    taken: list[tuple[int, int, MaskKind]] = []
    for kind, find in _FINDERS:
        for start, end in find(folded, text, positions):
            if end > start and all(end <= a or start >= b for a, b, _ in taken):
                taken.append((start, end, kind))
    masks = tuple(
        Mask(kind, positions[start], positions[end - 1] + 1) for start, end, kind in sorted(taken)
    )
    return MaskedText(text=_rewritten(text, masks), masks=masks)


def _folded(text: str) -> tuple[str, list[int]]:
    """Lower case without hidden characters, and where each character stood in ``text``.

    "08<zero-width space>12" is a phone number for whoever reads it, so it must be one here.
    """
    folded: list[str] = []
    positions: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) in ("Cf", "Mn"):
            continue
        for part in unicodedata.normalize("NFKC", character).lower():
            folded.append(" " if part.isspace() or unicodedata.category(part) == "Cc" else part)
            positions.append(place)
    return "".join(folded), positions


def _rewritten(text: str, masks: Sequence[Mask]) -> str:
    parts: list[str] = []
    last = 0
    for hidden in masks:
        parts += [_visible(text[last : hidden.start]), f"[{hidden.kind}]"]
        last = hidden.end
    return "".join([*parts, _visible(text[last:])])


def _visible(text: str) -> str:
    """Without control and direction characters, which could hide or turn what people read."""
    kept = (" " if c.isspace() else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf") or c == "\u200d")


type_Finder = Callable[[str, str, list[int]], Iterator[tuple[int, int]]]


def _pattern(pattern: re.Pattern[str]) -> type_Finder:
    def find(folded: str, text: str, positions: list[int]) -> Iterator[tuple[int, int]]:
        group = "hit" if "hit" in pattern.groupindex else 0
        for match in pattern.finditer(folded):
            start, end = match.span(group)
            end = start + len(folded[start:end].rstrip(" ,.-"))
            yield start, end

    return find


def _numbers(folded: str, text: str, positions: list[int]) -> Iterator[tuple[int, int]]:
    for match in _DIGITS.finditer(folded):
        start, end = match.span()
        digits = re.sub(r"\D", "", match.group().replace("o", "0"))
        if len(digits) >= 8 and digits not in _help_lines() and not _is_years(match.group()):
            yield start, end
    for pattern in (_DIGIT_RUN, _SPELLED):
        for match in pattern.finditer(folded):
            if match.group() not in _help_lines():
                yield match.span()


def _is_years(written: str) -> bool:
    """A span of school years ("2025/2026", "2024-2025") names nobody."""
    return re.fullmatch(r"(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d", written.strip()) is not None


@cache
def _help_lines() -> frozenset[str]:
    from analysis.rights import help_lines

    numbers = {number for line in help_lines() for number in (line.phone, line.whatsapp)}
    return frozenset(re.sub(r"\D", "", number) for number in numbers if number)


# Names ---------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W\d_][\w']*")
_INTRODUCED = re.compile(
    r"\b(?:nama\s?(?:ku|saya|aku|gue|lengkap(?:ku)?|adikku|temanku|temenku)|jeneng\s?(?:ku|kulo)|"
    r"asmo\s?kulo|(?:aku|saya|temanku|temenku|koncoku|guru|guruku)?\s?(?:bernama|jenenge|namanya)"
    r"|panggil (?:aja|aku|saya)|perkenalkan|kenalin|ttd|salam dari)\s?(?:adalah|iku|yaiku|aku|saya|:)?\s"
)
_LONGEST_NAME = 3  # words; longer full names are rare and the next words are the sentence


def _names(folded: str, text: str, positions: list[int]) -> Iterator[tuple[int, int]]:
    known = name_tables()
    tokens = [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(folded)]
    capital = [text[positions[start]].isupper() for start, _, _ in tokens]
    shouting = sum(capital) > len(capital) / 2  # a text in capitals says nothing about names
    introduced = {match.end() for match in _INTRODUCED.finditer(folded)}
    place = 0
    while place < len(tokens):
        begin, end, word = tokens[place]
        before = tokens[place - 1][2] if place else ""
        joined = place > 0 and _touching(folded, tokens[place - 1][1], begin)
        if _is_name(
            word,
            before=before if joined or begin in introduced else "",
            earlier=[token for _, _, token in tokens[max(0, place - 3) : place]],
            capital=capital[place] and not shouting,
            introduced=begin in introduced,
        ):
            last = place
            while (
                last + 1 < len(tokens)
                and last - place + 1 < _LONGEST_NAME
                and _touching(folded, tokens[last][1], tokens[last + 1][0])
                and _continues(tokens[last + 1][2], capital[last + 1] and not shouting)
            ):
                last += 1
            if not any(tokens[i][2] in known.officials for i in range(place, last + 1)):
                yield begin, tokens[last][1]
            place = last
        place += 1


def _touching(folded: str, end: int, start: int) -> bool:
    return folded[end:start] in (" ", ". ", ".", " : ", ": ", ":")


def _is_name(
    word: str, *, before: str, earlier: Sequence[str], capital: bool, introduced: bool
) -> bool:
    known = name_tables()
    if word in known.officials or word in known.roles or len(word) < 3:
        return False
    if any(token in known.places for token in earlier[-2:]):
        return False  # Jalan Ahmad Yani, SMP Kartini: places, not people
    listed = word in known.names
    stranger = not _is_common(word)
    if introduced:
        return listed or capital or stranger
    if before in known.titles or (
        len(earlier) > 1
        and earlier[-2] in known.titles
        and before in ("rt", "rw", "guru", "haji", "dokter", "kepala", "lurah", "ustad")
    ):
        return listed or stranger or (capital and not _is_common(word))
    if before in known.friends:
        return listed or (capital and stranger)
    return listed and capital


def _continues(word: str, capital: bool) -> bool:
    """Does a name go on with this word?"""
    known = name_tables()
    if word in known.roles or len(word) < 2:
        return False
    return word in known.names or (capital and not _is_common(word))


def _is_common(word: str) -> bool:
    """A word of the languages rather than a name; -ku, -e, -nya forms count."""
    entries = lexicon()
    forms = [word, word.removesuffix("2")]
    forms += [
        word[: -len(end)]
        for end in ("nya", "ku", "mu", "ne", "e", "an", "kan", "i")
        if word.endswith(end)
    ]
    forms += [word[2:]] if word[:2] == "di" else []
    return any(
        form in table_
        for form in forms
        for table_ in (entries.known, entries.bridge, entries.slang, name_tables().roles)
    )


_FINDERS: tuple[tuple[MaskKind, type_Finder], ...] = (
    (MaskKind.EMAIL, _pattern(_EMAIL)),
    (MaskKind.LINK, _pattern(_LINK)),
    (MaskKind.ACCOUNT, _pattern(_HANDLE)),
    (MaskKind.ACCOUNT, _pattern(_ACCOUNT)),
    (MaskKind.NUMBER, _numbers),
    (MaskKind.CLASS, _pattern(_CLASS_AT_SCHOOL)),
    (MaskKind.ADDRESS, _pattern(_STREET_AND_HOUSE)),
    (MaskKind.ADDRESS, _pattern(_HOUSE_AND_RT)),
    (MaskKind.ADDRESS, _pattern(_HOME_RT)),
    (MaskKind.ADDRESS, _pattern(_HOME_NUMBER)),
    (MaskKind.PLATE, _pattern(_PLATE)),
    (MaskKind.NAME, _names),
)
