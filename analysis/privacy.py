"""Hides who wrote or who is meant: names, numbers, homes and classes become readable masks."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from analysis.comments import Mask, MaskKind
from analysis.names import find_names, is_common
from analysis.rights import help_lines

_MASKED = re.compile(r"\[(?:" + "|".join(MaskKind) + r")\]")
_SEPARATOR = r"[\s.\-/()]"
_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|id|net|org|me|ly|gg)(?:/\S*)?\b")
_HANDLE = re.compile(r"(?<!\w)@\s?[a-z0-9_][\w.]{1,40}")
_ACCOUNT = re.compile(
    r"\b(?:ig|instagram|tiktok|tt|fb|facebook|twitter|telegram|discord|roblox|line|akun|username"
    r"|user|(?:id|nick(?:name)?) (?:ml|ff|epep|game|roblox|pubg|line))(?:\s?ku|\s?nya|\s?e)?"
    # A name with a digit, dot or underscore inside; "sing2" is a doubled word, not an account.
    r"\s?[:=]?\s+(?P<hit>(?![a-z]+2(?:an|ne|e|nya)?\b)(?=\w*[\d_.]\w)[a-z0-9_][\w.]{2,40})"
)
# 8 digits and more name somebody: the shortest Kediri landline with area code has nine.
_DIGITS = re.compile(rf"(?<![\w])(?:\+\s?)?\(?[0-9oO](?:{_SEPARATOR}{{0,2}}[0-9oO]){{7,19}}(?!\w)")
_DIGIT_RUN = re.compile(r"\d{8,}")
_DIGIT_WORD = (
    r"(?:nol|kosong|satu|siji|dua|loro|tiga|telu|empat|papat|lima|limo|enam|nem|tujuh|pitu|"
    r"delapan|lapan|wolu|sembilan|songo)"
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
_HOUSE = (
    r"(?:(?:no(?:mor|mer)?\.?|nomer)\s?\d{1,4}(?:\s?[a-z]\b)?\b|\b[a-z]{1,2}\s?[-/.]?\s?\d{1,4}\b)"
)
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
# "Gang Srikandi Wetan 5": a number right after a street's name is a house, unless it counts.
_STREET_AND_NUMBER = re.compile(
    r"\b(?P<street>jalan|jln|jl|gang|gg)\.?\s(?P<name>[a-z']+(?:\s[a-z']+){0,2})\s(?P<number>\d{1,3}[a-d]?)\b"
    r"(?!\s?(?:x|km|m|meter|menit|jam|hari|minggu|bulan|bln|tahun|thn|kali|orang|anak|persen|%|ribu|rb|juta|lubang))"
)
_SIDES = frozenset(
    {"wetan", "kulon", "lor", "kidul", "barat", "timur", "utara", "selatan", "raya", "tengah"}
)


@dataclass(frozen=True)
class MaskedText:
    """A text with its masks; ``masks`` count code points of the text as written."""

    text: str
    masks: tuple[Mask, ...]


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
    # What is hidden already is blanked, so that the next finder reads what a reader will see.
    seen = _MASKED.sub(_blank, folded)
    for kind, find in _FINDERS:
        for start, end in list(find(seen, text, positions)):
            if end > start and "\0" not in seen[start:end]:
                taken.append((start, end, kind))
                seen = seen[:start] + "\0" * (end - start) + seen[end:]
    masks = tuple(
        Mask(kind, positions[start], positions[end - 1] + 1)
        for start, end, kind in _joined(sorted(taken), folded)
    )
    return MaskedText(text=_rewritten(text, masks), masks=masks)


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match.group())


def _joined(
    spans: Sequence[tuple[int, int, MaskKind]], folded: str
) -> list[tuple[int, int, MaskKind]]:
    """Neighbouring spans of one kind ("Gang Melati no 8" "RT 02") are one mask."""
    joined: list[tuple[int, int, MaskKind]] = []
    for start, end, kind in spans:
        if joined and joined[-1][2] is kind and not folded[joined[-1][1] : start].strip(" ,"):
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined


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


_Finder = Callable[[str, str, Sequence[int]], Iterator[tuple[int, int]]]


def _pattern(pattern: re.Pattern[str]) -> _Finder:
    def find(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
        group = "hit" if "hit" in pattern.groupindex else 0
        for match in pattern.finditer(folded):
            start, end = match.span(group)
            end = start + len(folded[start:end].rstrip(" ,.-"))
            yield start, end

    return find


def _houses(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for match in _STREET_AND_NUMBER.finditer(folded):
        capital = text[positions[match.start("name")]].isupper()
        plain = [word for word in match["name"].split() if word not in _SIDES]
        if capital or not any(is_common(word) for word in plain):
            yield match.span()


def _numbers(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
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
    numbers = {number for line in help_lines() for number in (line.phone, line.whatsapp)}
    return frozenset(re.sub(r"\D", "", number) for number in numbers if number)


_FINDERS: tuple[tuple[MaskKind, _Finder], ...] = (
    (MaskKind.EMAIL, _pattern(_EMAIL)),
    (MaskKind.LINK, _pattern(_LINK)),
    (MaskKind.ACCOUNT, _pattern(_HANDLE)),
    (MaskKind.ACCOUNT, _pattern(_ACCOUNT)),
    (MaskKind.NUMBER, _numbers),
    (MaskKind.CLASS, _pattern(_CLASS_AT_SCHOOL)),
    (MaskKind.ADDRESS, _pattern(_STREET_AND_HOUSE)),
    (MaskKind.ADDRESS, _houses),
    (MaskKind.ADDRESS, _pattern(_HOUSE_AND_RT)),
    (MaskKind.ADDRESS, _pattern(_HOME_RT)),
    (MaskKind.ADDRESS, _pattern(_HOME_NUMBER)),
    (MaskKind.PLATE, _pattern(_PLATE)),
    (MaskKind.NAME, find_names),
)
