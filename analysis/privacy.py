"""Hides who wrote or who is meant: names, numbers, homes and classes become readable masks."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from analysis.comments import Mask, MaskKind
from analysis.contacts import CONTACT_FINDERS, PLATE_FINDERS
from analysis.homes import HOME_FINDERS
from analysis.names import find_names
from analysis.spotting import Finder

_MASKED = re.compile(r"\[(?:" + "|".join(MaskKind) + r")\]")


@dataclass(frozen=True, slots=True)
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
    page = _Page(folded, text, positions)
    for match in _MASKED.finditer(folded) if "[" in folded else ():
        page = page.without(*match.span())
    found = True
    while found:  # again as long as what was hidden changes how the rest reads: once or twice
        found = False
        for kind, find in _FINDERS:
            for start, end in list(find(page.folded, page.text, positions)):
                if end > start and "\0" not in page.folded[start:end]:
                    taken.append((start, end, kind))
                    page, found = page.without(start, end), True
    masks = tuple(
        Mask(kind, positions[start], positions[end - 1] + 1)
        for start, end, kind in _joined(sorted(taken), folded)
    )
    return MaskedText(text=_rewritten(text, masks), masks=masks)


@dataclass(frozen=True)
class _Page:
    """A text with what is hidden so far blanked out."""

    folded: str
    text: str
    positions: Sequence[int]

    def without(self, start: int, end: int) -> Self:
        """The same page with one more span blanked."""
        first, last = self.positions[start], self.positions[end - 1] + 1
        return type(self)(
            self.folded[:start] + "\0" * (end - start) + self.folded[end:],
            self.text[:first] + "\0" * (last - first) + self.text[last:],
            self.positions,
        )


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


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without hidden characters, and where each character stood in ``text``.

    "08<zero-width space>12" is a phone number for whoever reads it, so it must be one here.
    """
    if text.isascii() and text.isprintable():
        return text.lower(), range(len(text))
    folded: list[str] = []
    positions: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) in ("Cf", "Mn"):
            continue
        for part in unicodedata.normalize("NFKC", character).lower():
            folded.append(_read_as(part))
            positions.append(place)
    return "".join(folded), positions


def _read_as(character: str) -> str:
    """A space for what looks like one, 0-9 for the digits of every script."""
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _rewritten(text: str, masks: Sequence[Mask]) -> str:
    parts: list[str] = []
    last = 0
    for hidden in masks:
        parts += [_visible(text[last : hidden.start]), f"[{hidden.kind}]"]
        last = hidden.end
    return "".join([*parts, _visible(text[last:])])


def _visible(text: str) -> str:
    """Without control and direction characters, which could hide or turn what people read."""
    if text.isascii() and text.isprintable():
        return text
    # A space in place of a control character: without it "2024" and "2025" would be one number.
    kept = (" " if c.isspace() or unicodedata.category(c) == "Cc" else c for c in text)
    return "".join(c for c in kept if c == "\u200d" or unicodedata.category(c) != "Cf")


# Names come last: a title or a capital inside an address or an account is no name.
_FINDERS: tuple[tuple[MaskKind, Finder], ...] = (
    *CONTACT_FINDERS,
    *HOME_FINDERS,
    *PLATE_FINDERS,
    (MaskKind.NAME, find_names),
)
