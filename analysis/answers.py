"""What an answer says: without how children open and end one, and the parts that stand alone.

A part is no half of a sentence: "enak tapi sedikit" is not "enak", and "biar tidak gelap" does not
say that it is not dark.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.words import lexicon, spoken, words

SHORTEST, LONGEST = 2, 9  # words of a part
_TOKEN = re.compile(r"\S+")
# A pause or a picture ends a piece; a point inside a number does not: "rp 15.000".
_PAUSE = re.compile(r"(?:[;!?\n\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]|(?<!\d)[.,]|[.,](?!\d))+")
_STRETCHED_END = re.compile(r"([A-Za-z])\1{2,}$")

# The words below are as ``words`` gives them: each stands for all its spellings in both languages.
# What stands before one of these is not meant alone, and neither is what follows.
_TURNS = {"tapi", "namun", "padahal", "kecuali", "melainkan", "hanya"}
_CONDITIONS = {"kalau", "seandainya", "misal", "apabila", "bila", "meski", "walaupun"}
_REASONS = {"karena", "terus", "supaya", "agar"}  # a piece ends before them
# Begins what says nothing, or something else, without what stood before.
_GOES_ON = {
    *("tapi", "namun", "padahal", "supaya", "agar"),
    *("apalagi", "misal", "misalnya", "termasuk", "seperti", "daripada"),
}
NEGATIONS = {"tidak", "jangan", "bukan", "belum"}
_LEADS_ON = {"dan", "yang", "di", "ke", "dari", "untuk", "dengan", "pada", "oleh", "atau"}
_ENDS_NOTHING = _TURNS | _CONDITIONS | _REASONS - {"terus"} | NEGATIONS | _LEADS_ON
# Ways to begin an answer, the longer ones first.
_OPENERS = (
    ("kalau", "menurut", "aku"),
    ("menurut", "aku"),
    ("kalau", "aku"),
    ("tolong", "ya"),
    ("tolong", "dong"),
    ("menurut",),
    ("karena",),
    ("terus",),
    ("yang",),
    ("dan",),
)
# As spoken: calls and little words on either side of what is said.
# fmt: off
_LITTLE = frozenset((
    "dong", "deh", "sih", "nih", "lho", "lo", "loh", "to", "toh", "tah", "ya", "yo", "iya", "kak",
    "min", "plis", "pliss", "please", "hehe", "haha", "huhu", "wkwk", "wkwkwk", "hmm", "ah", "eh",
    "oh", "wah", "nah", "aduh", "waduh", "hadeh", "hai", "halo", "hallo", "permisi",
))
# fmt: on
_CALLED = frozenset(("bu", "pak", "bun", "mas", "mbak"))  # at the end, but "sama bu" is not over


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in a text, as spoken, and what it means."""

    start: int
    end: int
    has_digit: bool
    spoken: str
    words: tuple[str, ...]

    @property
    def is_little(self) -> bool:
        """Whether it says nothing: "dong", ":(" """
        return self.spoken in _LITTLE or not (self.spoken or self.has_digit)

    def is_in(self, group: Collection[str]) -> bool:
        """Whether it means one of these words."""
        return bool(self.words) and self.words[0] in group


def core(masked: str) -> str:
    """What is said between the openers and the little words at the end; it may be nothing."""
    tokens = _trimmed(tokens_of(masked))
    return masked[tokens[0].start : tokens[-1].end] if tokens else ""


def telling_words(masked: str) -> list[str]:
    """The words of a text without what children open and end an answer with, each once.

    Without stop words, unless it has no others.
    """
    said = dict.fromkeys(words(core(masked)) or words(masked))
    stop = lexicon().stop
    return [word for word in said if word not in stop] or list(said)


def pieces(masked: str) -> Iterator[str]:
    """The parts of a text that can stand alone, as they were written."""
    for tokens in _clauses(masked):
        kept = _trimmed(tokens)
        if not SHORTEST <= len(kept) <= LONGEST or not _is_whole(kept):
            continue
        piece = masked[kept[0].start : kept[-1].end]
        piece = _STRETCHED_END.sub(r"\1", piece.strip(" \"'-:.,"))
        if "[" not in piece and len(piece.split()) >= SHORTEST:
            yield piece


def _clauses(masked: str) -> Iterator[list[Token]]:
    for sentence in _sentences(masked):
        if any(token.is_in(_TURNS) for token in sentence):
            yield sentence
            continue
        start = 0
        for place in range(1, len(sentence)):
            if (
                sentence[place].is_in(_REASONS)
                and place < len(sentence) - 1  # "mati terus" is one
                and not sentence[place - 1].is_in(NEGATIONS)
            ):
                yield sentence[start:place]
                start = place
        yield sentence[start:]


def _sentences(masked: str) -> list[list[Token]]:
    """Words between two pauses; what a condition or a turn ties together is one."""
    found: list[list[Token]] = []
    end = 0
    for pause in [*(match.span() for match in _PAUSE.finditer(masked)), (len(masked), len(masked))]:
        tokens = tokens_of(masked[end : pause[0]], at=end)
        end = pause[1]
        if not tokens:
            continue
        if found and (tokens[0].is_in(_TURNS) or _is_condition(found[-1])):
            found[-1] += tokens
        else:
            found.append(tokens)
    return found


def _is_condition(tokens: Sequence[Token]) -> bool:
    kept = _trimmed(tokens)
    return bool(kept) and kept[0].is_in(_CONDITIONS)


def tokens_of(text: str, *, at: int = 0) -> list[Token]:
    """The words of a text that stands ``at`` a place of a longer one."""
    return [
        Token(at + match.start(), at + match.end(), *_read(match.group()))
        for match in _TOKEN.finditer(text)
    ]


@lru_cache(maxsize=20_000)
def _read(token: str) -> tuple[bool, str, tuple[str, ...]]:
    return any(map(str.isdigit, token)), " ".join(spoken(token)), tuple(words(token))


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Without openers, calls and little words on either side."""
    start, end = 0, len(tokens)
    while end > start and (
        tokens[end - 1].is_little
        or (
            tokens[end - 1].spoken in _CALLED
            and end - start > SHORTEST
            and not tokens[end - 2].is_in(_LEADS_ON | {"sama"})
        )
    ):
        end -= 1
    while start < end and (step := _opener(tokens[start:end])):
        start += step
    return list(tokens[start:end])


def _opener(tokens: Sequence[Token]) -> int:
    """How many words an answer opens with before it says something."""
    if tokens[0].is_little:
        return 1
    begins = tuple(token.words[0] if token.words else "" for token in tokens[:3])
    return next((len(one) for one in _OPENERS if begins[: len(one)] == one), 0)


def _is_whole(tokens: Sequence[Token]) -> bool:
    return not (tokens[0].is_in(_GOES_ON) or tokens[-1].is_in(_ENDS_NOTHING))
