"""What a report may tell: every comment once, no small groups, nothing of urgent ones.

Counted is by kinds of comments, of which each comes with its number: those alike are walked once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from analysis.comments import (
    AlertLevel,
    AlikeComments,
    Analysis,
    Comment,
    CommentAnalysis,
    Language,
    Outcome,
    Quote,
    Theme,
)
from analysis.labels import made_of
from analysis.quality.shares import Share, share_of, share_of_gatherings
from analysis.quality.withholding import SMALLEST_GROUP, SMALLEST_QUOTED
from analysis.rights import Cluster, clusters, indicator_by_key
from analysis.words import lexicon

NO_AGE = "tidak disebut"
_NOWHERE = ("", "")
_OUTSIDE = "Kelembagaan kota layak anak, terima kasih, pujian, atau hal lain."
_QUOTES = 3
_NAME_WORDS = 3
_AGE_BANDS = ((6, 9), (10, 12), (13, 15), (16, 17))

Home: TypeAlias = Cluster | Outcome  # a cluster, or the state beside the clusters
Sitting: TypeAlias = tuple[str, str]  # round and gathering of a comment, "" where its row has none
Spread: TypeAlias = Mapping[Sitting, int]  # comments by sitting
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class ToldTheme:
    """A theme as it may be told: ``quotes`` with their languages, ``share`` without urgent ones.

    A small theme has no quote, and neither label nor words that only a child can have written.
    """

    label: str
    indicator: str
    share: Share
    spread: Spread
    quotes: tuple[tuple[str, Language], ...]
    words: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many comments are in it."""
        return self.share.said

    @property
    def small(self) -> bool:
        """Whether so few comments stand behind it that their words would point at a child."""
        return self.count < SMALLEST_QUOTED


@dataclass(frozen=True, slots=True)
class Section:
    """One home with its themes and how many comments; ``without_theme`` counts those in none.

    ``ages`` says how many comments are of each age band, as their rows have it.
    """

    home: Home
    mark: str
    title: str
    line: str
    share: Share
    spread: Spread
    languages: Mapping[Language, int]
    ages: Mapping[str, int]
    themes: tuple[ToldTheme, ...]
    without_theme: int

    @property
    def count(self) -> int:
        """How many comments are of this home."""
        return self.share.said


@dataclass(frozen=True, slots=True)
class Heard:
    """All comments but the urgent ones, which only the officer reads.

    ``kinds`` are those found alike with their number, ``kind_of`` leads from an id to its kind,
    ``rows`` are their rows of the spreadsheet; ``urgent`` are the texts nobody else may see.
    ``sitting_of`` leads from an id to its round and gathering, and is empty if no row has any.
    """

    kinds: tuple[tuple[CommentAnalysis, int], ...]
    kind_of: Mapping[str, CommentAnalysis]
    rows: Sequence[Comment]
    urgent: tuple[str, ...]
    sitting_of: Mapping[str, Sitting]

    @property
    def count(self) -> int:
        """How many comments may be told of."""
        return sum(count for _, count in self.kinds)

    @property
    def spread(self) -> Spread:
        """All comments by sitting."""
        return self.spread_of(self.kind_of)

    @property
    def gatherings(self) -> int:
        """How many gatherings are named."""
        return len({gathering for _, gathering in self.sitting_of.values() if gathering})

    def spread_of(self, ids: Collection[str]) -> Spread:
        """These comments by sitting."""
        if not self.sitting_of:
            return {_NOWHERE: len(ids)} if ids else {}
        return Counter(self.sitting_of.get(id, _NOWHERE) for id in ids)

    @property
    def quotable(self) -> Counter[str]:
        """The texts without any alert, masked, and how many comments say each."""
        texts: Counter[str] = Counter()
        for one, count in self.kinds:
            if one.alert is None:
                texts[one.masked] += count
        return texts


def heard(comments: Sequence[Comment], analysed: Analysis) -> Heard:
    """What may be told of a run; ``comments`` are those that were analysed."""
    alike = AlikeComments.of(analysed.comments)
    kind_of = {
        id: one
        for id, one in zip(alike.ids, alike.first_of_each(), strict=True)
        if not _urgent(one)
    }
    rows = [comment for comment in comments if comment.id in kind_of]
    sat = any(row.round or row.gathering for row in rows)
    return Heard(
        kinds=tuple((one, count) for one, count in alike.counted() if not _urgent(one)),
        kind_of=kind_of,
        rows=rows,
        urgent=tuple(one.masked for one in alike.firsts if _urgent(one)),
        sitting_of=_sittings(rows) if sat else {},
    )


def alerts(analysed: Analysis) -> Counter[AlertLevel]:
    """How many comments a person must read, by how soon."""
    levels: Counter[AlertLevel] = Counter()
    for one, count in AlikeComments.of(analysed.comments).counted():
        if one.alert:
            levels[one.alert.level] += count
    return levels


def sections(heard: Heard, themes: Iterable[Theme]) -> list[Section]:
    """The five clusters in the order I-V, "outside" and "unsure"; themes the largest first."""
    languages: dict[Home, Counter[Language]] = {}
    for one, count in heard.kinds:
        languages.setdefault(_home(one), Counter())[one.language] += count
    asked = heard.spread
    spreads = _spreads(heard)
    told: dict[Home, list[ToldTheme]] = {}
    in_theme: Counter[Home] = Counter()
    for theme in themes:
        if voices := _voices(theme, heard):
            told.setdefault(_theme_home(theme, voices), []).append(
                _told(theme, voices, heard, asked)
            )
            for one, count in voices:
                in_theme[_home(one)] += count
    ages = _ages(heard)
    return [
        Section(
            home,
            mark,
            title,
            line,
            share=share_in(spread := spreads.get(home, {}), asked),
            spread=spread,
            languages=languages.get(home, {}),
            ages=ages.get(home, {}),
            themes=tuple(sorted(told.get(home, ()), key=lambda one: (-one.count, one.label))),
            without_theme=sum(spread.values()) - in_theme[home],
        )
        for home, mark, title, line in _homes()
    ]


def share_in(said: Spread, asked: Spread) -> Share:
    """The share of these comments in those asked; where gatherings have names, of classes.

    Comments without a gathering count as one gathering together, which is careful. A class that
    met in several rounds is one class.
    """
    of_gathering: dict[str, list[int]] = {}
    for sitting, count in asked.items():
        numbers = of_gathering.setdefault(sitting[1], [0, 0])
        numbers[0] += said.get(sitting, 0)
        numbers[1] += count
    yes, sizes = zip(*of_gathering.values(), strict=True)
    if len(sizes) < 2:
        return share_of(sum(yes), asked=sum(sizes))
    return share_of_gatherings(yes, sizes)


def breakdown(counts: Mapping[str, int]) -> dict[str, int | None]:
    """A total of at least ten taken apart; None is a withheld number. Noughts are shown."""
    hidden = withheld({group: (count,) for group, count in counts.items()})
    return {group: None if group in hidden else count for group, count in counts.items()}


def withheld(counts: Mapping[Group, Sequence[int]]) -> set[Group]:
    """The groups of one total, or of several such as two rounds, whose numbers are not shown.

    Groups below ten are withheld, and with them their neighbours until nothing can be computed,
    not even by who knows this rule. Neighbours, because the smallest of the others would be known
    to be no larger than those still shown; 9 in every withheld group would be known from their sum.
    Stricter than ``quality.withholding``, whose reader does not know which groups are small ones,
    and may know that they are few together: this page is printed and passed on.

    Of several totals the reader also knows what each group comes to in all of them.
    """
    groups = [group for group, numbers in counts.items() if any(numbers)]
    hidden = {group for group in groups if any(0 < n < SMALLEST_GROUP for n in counts[group])}
    if not hidden:
        return set()
    totals = [sum(numbers) for numbers in zip(*counts.values(), strict=True)]
    last = max(groups.index(group) for group in hidden)
    for neighbour in [*groups[last + 1 :], *groups[:last][::-1]]:
        sums = [sum(numbers) for numbers in zip(*(counts[group] for group in hidden), strict=True)]
        if len(hidden) > 1 and all(
            together >= SMALLEST_GROUP and together != (SMALLEST_GROUP - 1) * len(hidden)
            for together, total in zip(sums, totals, strict=True)
            if total
        ):
            break
        hidden.add(neighbour)
    return hidden


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
        (Outcome.OUTSIDE, "–", "Di luar klaster", _OUTSIDE),
        (Outcome.UNSURE, "?", "Belum yakin", "Klasternya belum bisa ditentukan mesin."),
    ]


def _urgent(one: CommentAnalysis) -> bool:
    return one.alert is not None and one.alert.level is AlertLevel.URGENT


def _home(one: CommentAnalysis) -> Home:
    """The main cluster, "outside" or "unsure": every comment in exactly one of them."""
    if one.outcome is Outcome.MAPPED and one.clusters:
        return one.clusters[0].cluster
    return Outcome.OUTSIDE if one.outcome is Outcome.OUTSIDE else Outcome.UNSURE


def _ages(heard: Heard) -> dict[Home, Counter[str]]:
    """The age bands of each home's comments."""
    written = Counter((_home(heard.kind_of[row.id]), row.age_band) for row in heard.rows)
    ages: dict[Home, Counter[str]] = {}
    for (home, cell), count in written.items():
        ages.setdefault(home, Counter())[age_band(cell)] += count
    return ages


def _sittings(rows: Sequence[Comment]) -> dict[str, Sitting]:
    same: dict[Sitting, Sitting] = {}  # few among many comments: each is held once
    return {row.id: same.setdefault(at := (row.round, row.gathering), at) for row in rows}


def _spreads(heard: Heard) -> dict[Home, Spread]:
    """Each home's comments by sitting."""
    ids: dict[Home, list[str]] = {}
    for id, one in heard.kind_of.items():
        ids.setdefault(_home(one), []).append(id)
    return {home: heard.spread_of(of_home) for home, of_home in ids.items()}


_Voices: TypeAlias = Sequence[tuple[CommentAnalysis, int]]


def _voices(theme: Theme, heard: Heard) -> _Voices:
    """The kinds of comments in a theme that may be told of, each with its number."""
    kind_of = heard.kind_of
    kinds = Counter(kind_of[id].id for id in theme.comment_ids if id in kind_of)
    return [(kind_of[first], count) for first, count in kinds.items()]


def _theme_home(theme: Theme, voices: _Voices) -> Home:
    if theme.cluster:
        return theme.cluster
    homes: Counter[Home] = Counter()
    for one, count in voices:
        homes[_home(one)] += count
    return Outcome.UNSURE if homes[Outcome.UNSURE] > homes[Outcome.OUTSIDE] else Outcome.OUTSIDE


def _told(theme: Theme, voices: _Voices, heard: Heard, asked: Spread) -> ToldTheme:
    spread = heard.spread_of([id for id in theme.comment_ids if id in heard.kind_of])
    count = sum(spread.values())
    small = count < SMALLEST_QUOTED
    words = theme.words
    if small:
        quotable = any(one.alert is None for one, _ in voices)
        words = tuple(word for word in words if word in lexicon().known) if quotable else ()
    quotes = () if small else tuple(_quoted(theme.quotes, heard))
    named = _may_name(theme.phrase, voices, small=small, urgent=heard.urgent)
    if small and made_of(theme.phrase, theme.words):
        named = False  # of its words only those above
    return ToldTheme(
        label=theme.phrase if named else ", ".join(words[:_NAME_WORDS]) or "tanpa nama",
        indicator=indicator_by_key(theme.indicator).title if theme.indicator else "",
        share=share_in(spread, asked),
        spread=spread,
        quotes=quotes[:_QUOTES],
        words=words,
    )


def _quoted(quotes: Iterable[Quote], heard: Heard) -> Iterator[tuple[str, Language]]:
    for quote in quotes:
        one = heard.kind_of.get(quote.comment_id)
        if one is not None and one.alert is None:
            yield quote.text, one.language


def _may_name(phrase: str, voices: _Voices, *, small: bool, urgent: Sequence[str]) -> bool:
    """Whether a phrase is people's or the project's own, or a child's whom one may quote."""
    said = [one for one, _ in voices if phrase in one.masked]
    if phrase and said:
        return not small and any(one.alert is None for one in said)
    return bool(phrase) and not any(phrase in masked for masked in urgent)
