"""What the finders of identifying words share: their shape, and how numbers are spoken."""

import re
from collections.abc import Callable, Iterator, Sequence

Finder = Callable[[str, str, Sequence[int]], Iterator[tuple[int, int]]]


def pattern_finder(*patterns: re.Pattern[str]) -> Finder:
    def find(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
        for pattern in patterns:
            group = "hit" if "hit" in pattern.groupindex else 0
            for match in pattern.finditer(folded):
                start, end = match.span(group)
                yield start, start + len(folded[start:end].rstrip(" ,.-"))

    return find


def only_when(calls: Callable[[str], object], find: Finder) -> Finder:
    """``find``, but only in texts that hold what it cannot do without: most cost nothing."""

    def find_when_called(
        folded: str, text: str, positions: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        return find(folded, text, positions) if calls(folded) else iter(())

    return find_when_called


A_DIGIT = re.compile(r"\d").search
WORD = re.compile(r"[a-z]+")
_DIGIT_WORDS_WRITTEN = (
    "enol nol kosong satu siji dua loro tiga telu empat papat lima limo enam enem nem tujuh "
    "pitu delapan lapan wolu sembilan songo sanga sebelas dobel"
)
DIGIT_WORDS = frozenset(_DIGIT_WORDS_WRITTEN.split())
DIGIT_WORD = rf"(?:{'|'.join(sorted(DIGIT_WORDS))})"
NUMBER_WORD = (
    r"(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|siji|loro|telu|papat"
    r"|limo|enem|pitu|wolu|songo)"
)
# "dua puluh lima", "selikur" apart.
WHOLE_NUMBER = rf"(?:{NUMBER_WORD}(?:\s(?:puluh|belas|likur)(?:\s{NUMBER_WORD}\b)?)?)"
