"""What stood after the last run, worked out again from the comments that are still there.

Who keeps the comments needs to keep nothing else of them: no words, no hash. What a child took
back is gone from the state because it is gone from the comments.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.comments import AlertLevel, Comment, CommentAnalysis
from analysis.standing import StandingTheme, ThemeState, profile_of, text_key
from analysis.words import lexicon, words


@dataclass(frozen=True, slots=True)
class KnownTheme:
    """A theme of an earlier run and the masked comments that still stand in it."""

    id: str
    room: str
    phrase: str
    masked: tuple[str, ...]


def recall(themes: Iterable[KnownTheme]) -> ThemeState:
    """The state that a run over exactly these comments would have left."""
    standing = []
    went: dict[str, Counter[str]] = {}
    for theme in themes:
        said = Counter(" ".join(words(masked)) for masked in theme.masked)
        profile = profile_of((content(text).split(), times) for text, times in said.items())
        size = len(theme.masked)
        standing.append(StandingTheme(theme.id, theme.room, theme.phrase, size, profile))
        for text, times in said.items():
            went.setdefault(text, Counter())[theme.id] += times
    return ThemeState(
        themes=tuple(standing),
        texts={text_key(text): found.most_common(1)[0][0] for text, found in went.items()},
    )


def put_by_people(comments: Iterable[Comment], state: ThemeState) -> dict[str, str]:
    """Comment id -> text, of those under whose id people have put a comment somewhere."""
    ids = state.put_by_people
    return {one.id: one.text for one in comments if one.id in ids} if ids else {}


def ids_of_others(comments: Iterable[Comment], state: ThemeState) -> list[str]:
    """The ids of comments under which people have put another text somewhere."""
    written = put_by_people(comments, state)
    pins = state.pins(written)
    return [id for id in written if id not in pins]


def where_they_stood(
    comments: Iterable[CommentAnalysis], state: ThemeState, pins: Mapping[str, str]
) -> dict[str, str]:
    """Comment id -> the standing theme it is in, by a person's hand (``pins``) or by its words.

    Words that were never read before stand nowhere yet, and neither does what is urgent.
    """
    ids = {theme.id for theme in state.themes if theme.takes_comments}
    known: dict[str, str] = {}
    stood = {}
    for one in comments:
        if one.alert and one.alert.level is AlertLevel.URGENT:
            continue
        if one.masked not in known:
            known[one.masked] = state.texts.get(text_key(" ".join(words(one.masked))), "")
        theme = state.followed(pins.get(one.id, known[one.masked]))
        if theme in ids:
            stood[one.id] = theme
    return stood


def content(text: str) -> str:
    """A text without its stop words, unless it has no others."""
    stop = lexicon().stop
    return " ".join(word for word in text.split() if word not in stop) or text
