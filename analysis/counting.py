"""What a report may tell: every comment once, no small groups, nothing of urgent ones."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analysis.comments import AlertLevel, Analysis, CommentAnalysis, Language, Outcome, Theme
from analysis.quality.withholding import SMALLEST_GROUP, SMALLEST_QUOTED
from analysis.rights import Cluster, clusters, indicator_by_key
from analysis.words import lexicon

NO_AGE = "tidak disebut"
_QUOTES = 3
_NAME_WORDS = 3
_AGE_BANDS = ((6, 9), (10, 12), (13, 15), (16, 17))

Home: TypeAlias = Cluster | Outcome  # a cluster, or the state beside the clusters


@dataclass(frozen=True, slots=True)
class ToldTheme:
    """A theme as it may be told: ``quotes`` with their languages, ``count`` without urgent ones.

    A small theme has no quote, and neither label nor words that only a child can have written.
    """

    label: str
    indicator: str
    count: int
    quotes: tuple[tuple[str, Language], ...]
    words: tuple[str, ...]

    @property
    def small(self) -> bool:
        """Whether so few comments stand behind it that their words would point at a child."""
        return self.count < SMALLEST_QUOTED


@dataclass(frozen=True, slots=True)
class Section:
    """One home with its comments and themes; ``without_theme`` counts comments in none."""

    home: Home
    mark: str
    title: str
    line: str
    comments: tuple[CommentAnalysis, ...]
    themes: tuple[ToldTheme, ...]
    without_theme: int


def heard(analysed: Analysis) -> tuple[CommentAnalysis, ...]:
    """All comments but the urgent ones, which only the officer reads."""
    return tuple(one for one in analysed.comments if not _urgent(one))


def sections(analysed: Analysis) -> list[Section]:
    """The five clusters in the order I-V, "outside" and "unsure"; themes the largest first."""
    every = heard(analysed)
    urgent = [one.masked for one in analysed.comments if _urgent(one)]
    comments: dict[Home, list[CommentAnalysis]] = {}
    theme_of = {id: number for number, one in enumerate(analysed.themes) for id in one.comment_ids}
    in_theme: list[list[CommentAnalysis]] = [[] for _ in analysed.themes]
    for one in every:
        comments.setdefault(_home(one), []).append(one)
        if one.id in theme_of:
            in_theme[theme_of[one.id]].append(one)
    themes: dict[Home, list[ToldTheme]] = {}
    for theme, voices in zip(analysed.themes, in_theme, strict=True):
        if voices:
            themes.setdefault(_theme_home(theme, voices), []).append(_told(theme, voices, urgent))
    return [
        Section(
            home,
            mark,
            title,
            line,
            comments=tuple(comments.get(home, ())),
            themes=tuple(sorted(themes.get(home, ()), key=lambda one: (-one.count, one.label))),
            without_theme=sum(one.id not in theme_of for one in comments.get(home, ())),
        )
        for home, mark, title, line in _homes()
    ]


def breakdown(counts: Mapping[str, int]) -> dict[str, int | None]:
    """A total of at least ten taken apart; None is a withheld number. Noughts are shown.

    Groups below ten are withheld, and with them their neighbours until nothing can be computed,
    not even by who knows this rule. Neighbours, because the smallest of the others would be known
    to be no larger than those still shown; 9 in every withheld group would be known from their sum.
    Stricter than ``quality.withholding``, whose reader does not know which groups are small ones,
    and may know that they are few together: this page is printed and passed on.
    """
    groups = [group for group, count in counts.items() if count]
    hidden = {group for group in groups if counts[group] < SMALLEST_GROUP}
    if not hidden:
        return dict(counts)
    last = max(groups.index(group) for group in hidden)
    for neighbour in [*groups[last + 1 :], *groups[:last][::-1]]:
        together = sum(counts[group] for group in hidden)
        all_nines = together == (SMALLEST_GROUP - 1) * len(hidden)
        if len(hidden) > 1 and together >= SMALLEST_GROUP and not all_nines:
            break
        hidden.add(neighbour)
    return {group: None if group in hidden else count for group, count in counts.items()}


def age_band(written: str) -> str:
    """The band a cell means; anything else, such as a birthday, is not told."""
    numbers = [part.strip() for part in written.replace("–", "-").split("-")]
    if len(numbers) > 2 or not all(one.isdecimal() and len(one) <= 2 for one in numbers):
        return NO_AGE
    lowest, highest = int(numbers[0]), int(numbers[-1])
    fitting = (f"{low}–{high}" for low, high in _AGE_BANDS if low <= lowest <= highest <= high)
    return next(fitting, NO_AGE)


def bands_in_order(found: Iterable[str]) -> list[str]:
    """The age bands that occur, the youngest first; none where no comment has an age."""
    occurring = set(found)
    bands = [f"{low}–{high}" for low, high in _AGE_BANDS if f"{low}–{high}" in occurring]
    return [*bands, *({NO_AGE} & occurring)] if bands else []


def _homes() -> list[tuple[Home, str, str, str]]:
    return [
        *((one.key, one.roman, one.title, "") for one in clusters()),
        (Outcome.OUTSIDE, "–", "Di luar klaster", "Terima kasih, pujian, atau hal lain."),
        (Outcome.UNSURE, "?", "Belum yakin", "Klasternya belum bisa ditentukan mesin."),
    ]


def _urgent(one: CommentAnalysis) -> bool:
    return one.alert is not None and one.alert.level is AlertLevel.URGENT


def _home(one: CommentAnalysis) -> Home:
    """The main cluster, "outside" or "unsure": every comment in exactly one of them."""
    if one.outcome is Outcome.MAPPED and one.clusters:
        return one.clusters[0].cluster
    return Outcome.OUTSIDE if one.outcome is Outcome.OUTSIDE else Outcome.UNSURE


def _theme_home(theme: Theme, voices: Sequence[CommentAnalysis]) -> Home:
    if theme.cluster:
        return theme.cluster
    homes = Counter(_home(one) for one in voices)
    return Outcome.UNSURE if homes[Outcome.UNSURE] > homes[Outcome.OUTSIDE] else Outcome.OUTSIDE


def _told(theme: Theme, voices: Sequence[CommentAnalysis], urgent: Sequence[str]) -> ToldTheme:
    small = len(voices) < SMALLEST_QUOTED
    quotable = {one.id: one.language for one in voices if one.alert is None}
    words = theme.words
    if small:
        words = tuple(word for word in words if word in lexicon().known) if quotable else ()
    return ToldTheme(
        label=theme.phrase
        if _may_name(theme.phrase, voices, urgent)
        else ", ".join(words[:_NAME_WORDS]) or "tanpa nama",
        indicator=indicator_by_key(theme.indicator).title if theme.indicator else "",
        count=len(voices),
        quotes=tuple(
            (quote.text, quotable[quote.comment_id])
            for quote in theme.quotes
            if quote.comment_id in quotable and not small
        )[:_QUOTES],
        words=words,
    )


def _may_name(phrase: str, voices: Sequence[CommentAnalysis], urgent: Sequence[str]) -> bool:
    """Whether a phrase is people's or the project's own, or a child's whom one may quote."""
    said = [one for one in voices if phrase in one.masked]
    if phrase and said:
        return len(voices) >= SMALLEST_QUOTED and any(one.alert is None for one in said)
    return bool(phrase) and not any(phrase in masked for masked in urgent)
