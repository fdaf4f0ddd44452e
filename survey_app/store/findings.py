"""What a run of the analysis found out, as it is stored."""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from analysis.rights import Cluster, IndicatorKey
from survey_app.gathering import RoundId
from survey_app.store.cases import AlertLevel
from survey_app.store.counting import SMALLEST_QUOTED
from survey_app.store.database import INTAKE_LOCK, Store, insert_for, now
from survey_app.store.envelopes import ResponseId
from survey_app.store.forgetting import look_again_at_changes, phrase_of, still_said
from survey_app.store.sealing import REASON
from survey_app.store.tables import (
    Alerts,
    Answers,
    CommentClusters,
    Comments,
    Gatherings,
    Responses,
    StandingThemes,
    ThemeComments,
    Themes,
)
from survey_app.store.vault import Vault

ThemeKey = NewType("ThemeKey", str)


def new_key() -> ThemeKey:
    """A lasting key by chance: one made of a theme's words would tell what somebody wrote."""
    return ThemeKey(secrets.token_hex(6))


class CommentOutcome(StrEnum):
    """Where a comment ended: in clusters, outside all of them, or undecided."""

    MAPPED = "mapped"
    OUTSIDE = "outside"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, order=True)
class CommentRef:
    """Which answer a comment is: a child's response and the question."""

    response_id: ResponseId
    question: str


@dataclass(frozen=True, slots=True)
class FoundCluster:
    """A cluster a comment speaks about, with the probability and the words that decided."""

    cluster: Cluster
    indicator: IndicatorKey | None
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundAlert:
    """Why a person should read a comment; ``reason`` names the lexicon words that matched."""

    level: AlertLevel
    category: str
    reason: str
    detector: str

    @property
    def weight(self) -> int:
        """The lower, the sooner it must be read."""
        return list(AlertLevel).index(self.level)


@dataclass(frozen=True, slots=True)
class FoundComment:
    """One comment, masked."""

    ref: CommentRef
    masked: str
    language: str
    outcome: CommentOutcome
    clusters: tuple[FoundCluster, ...]
    alert: FoundAlert | None = None


@dataclass(frozen=True, slots=True)
class FoundTheme:
    """A theme with its evidence; quotes are exact pieces of masked comments.

    ``room`` is the indicator or cluster in which the analysis found it.
    """

    key: ThemeKey
    room: str
    cluster: Cluster | None
    indicator: IndicatorKey | None
    phrase: str
    words: tuple[str, ...]
    comments: tuple[CommentRef, ...]
    quotes: tuple[tuple[CommentRef, str], ...]


def save(
    store: Store,
    round_id: RoundId,
    comments: Sequence[FoundComment],
    themes: Sequence[FoundTheme],
) -> int:
    """Put a run in the place of the one before; return how many comments are kept.

    What a child took back while the run was working is not stored again. A comment with an urgent
    alert, from this run or an earlier one, leaves only the alert: no text, no cluster, no theme.
    One of concern counts in its theme and is never quoted. A theme of fewer than five children is
    called by its words, since a phrase is what one child said. What people changed in the themes
    of earlier runs is laid over these.
    """
    with store.writing(lock=INTAKE_LOCK) as connection:
        places = _gatherings_of(connection, round_id)
        standing = [one for one in comments if one.ref in places]
        _save_alerts(connection, round_id, standing, places, vault=store.vault)
        alerted = _refs(connection, Alerts.round_id == round_id)
        apart = set_apart(connection, round_id)
        shown = [one for one in standing if one.ref not in apart]
        _forget_last_run(connection, round_id)
        numbers = _save_comments(connection, round_id, shown, places)
        told = _Told(numbers, {one.ref: one.masked for one in comments}, alerted)
        kept = [one for one in themes if any(ref in numbers for ref in one.comments)]
        _save_themes(connection, round_id, kept, told)
        _save_standing(connection, round_id, kept, told)
        look_again_at_changes(connection, round_id, told.taken_away)
    return len(shown)


def newly_told(store: Store, round_id: RoundId, comments: Sequence[FoundComment]) -> int | None:
    """How many children's words a run would add to those shown.

    None where nothing is shown yet, or something that is shown turned out to be urgent or was kept
    back: then what is shown has to change.
    """
    urgent = {one.ref for one in comments if one.alert and one.alert.level is AlertLevel.URGENT}
    decided = sa.or_(Alerts.judged.is_not(None), Alerts.released.is_not(None))
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(Comments.response_id, Comments.question_key).where(
                Comments.round_id == round_id
            )
        )
        shown = {CommentRef(ResponseId(one), question) for one, question in rows}
        urgent -= _refs(connection, Alerts.round_id == round_id, decided)
        apart = urgent | set_apart(connection, round_id)
    if not shown or shown & apart:
        return None
    told = {one.ref.response_id for one in comments if one.ref not in apart}
    return len(told - {ref.response_id for ref in shown})


def save_alerts(store: Store, round_id: RoundId, comments: Sequence[FoundComment]) -> int:
    """Keep what a person must read, and the themes as they are; return how many are in them."""
    with store.writing(lock=INTAKE_LOCK) as connection:
        places = _gatherings_of(connection, round_id)
        standing = [one for one in comments if one.ref in places]
        _save_alerts(connection, round_id, standing, places, vault=store.vault)
        of_round = sa.select(sa.func.count(Comments.id)).where(Comments.round_id == round_id)
        return connection.scalar(of_round) or 0


@dataclass(frozen=True, slots=True)
class _Told:
    """Which comments are kept, under which number; how all read; which may not be quoted."""

    numbers: Mapping[CommentRef, int]
    masked: Mapping[CommentRef, str]
    unquotable: Collection[CommentRef]

    @property
    def taken_away(self) -> set[str]:
        """What the analysis read and nobody may see: urgent, or withdrawn meanwhile."""
        return {text for ref, text in self.masked.items() if ref not in self.numbers}

    def lent(self, themes: Sequence[FoundTheme]) -> set[str]:
        """What of that stood in a theme all the same, and may have lent it words."""
        refs = {ref for one in themes for ref in one.comments if ref not in self.numbers}
        return {self.masked[ref] for ref in refs}

    def by(self, theme: FoundTheme) -> list[str]:
        """What the children behind a theme wrote."""
        return [self.masked[ref] for ref in theme.comments if ref in self.numbers]

    def is_quoted(self, theme: FoundTheme) -> bool:
        """Whether enough children stand behind a theme to show one's words, phrase included."""
        children = {ref.response_id for ref in theme.comments if ref in self.numbers}
        return len(children) >= SMALLEST_QUOTED


def _gatherings_of(connection: Connection, round_id: RoundId) -> dict[CommentRef, int]:
    """Every answer that still stands in the round, with its gathering.

    Also one that is left as its masked comment only, because its period is over.
    """
    typed = (
        sa.select(Answers.response_id, Answers.question_key, Responses.gathering_id)
        .join_from(Answers, Responses)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .where(Gatherings.round_id == round_id, Responses.assent)
    )
    masked = sa.select(Comments.response_id, Comments.question_key, Comments.gathering_id).where(
        Comments.round_id == round_id
    )
    rows = connection.execute(typed.union(masked))
    return {CommentRef(ResponseId(one), question): place for one, question, place in rows}


def set_apart(
    connection: Connection, round_id: RoundId, *, but_judged: bool = False
) -> set[CommentRef]:
    """The comments of a round that `stands_apart` says stand in no theme."""
    return _refs(connection, Alerts.round_id == round_id, stands_apart(but_judged=but_judged))


def stands_apart(*, but_judged: bool = False) -> sa.ColumnElement[bool]:
    """Urgent, or kept back, and not released by an officer; ``but_judged``: nor judged urgent."""
    urgent = AlertLevel.URGENT.value
    apart = sa.or_(
        Alerts.released.is_(False),
        sa.and_(Alerts.released.is_(None), sa.or_(Alerts.level == urgent, Alerts.judged == urgent)),
    )
    if but_judged:
        return sa.and_(apart, sa.func.coalesce(Alerts.judged, "") != urgent)
    return apart


def _refs(connection: Connection, *where: sa.ColumnElement[bool]) -> set[CommentRef]:
    rows = connection.execute(sa.select(Alerts.response_id, Alerts.question_key).where(*where))
    return {CommentRef(ResponseId(one), question) for one, question in rows}


def _save_alerts(
    connection: Connection,
    round_id: RoundId,
    comments: Sequence[FoundComment],
    places: Mapping[CommentRef, int],
    *,
    vault: Vault,
) -> None:
    """An alert stays until a person has dealt with it; a later run can only make it more urgent."""
    rows = [
        {
            "response_id": one.ref.response_id,
            "question_key": one.ref.question,
            "round_id": round_id,
            "gathering_id": places[one.ref],
            "level": one.alert.level.value,
            "category": one.alert.category,
            "reason": REASON.seal(vault, one.alert.reason, one.ref.response_id, one.ref.question),
            "detector": one.alert.detector,
            "created_at": now(),
        }
        for one in comments
        if one.alert
    ]
    urgent = [row for row in rows if row["level"] == AlertLevel.URGENT]
    insert = insert_for(connection)(Alerts)
    unique = ["response_id", "question_key"]
    if rows:
        connection.execute(insert.on_conflict_do_nothing(index_elements=unique), rows)
    new = {name: insert.excluded[name] for name in ("level", "category", "reason", "detector")}
    if urgent:
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=unique,
                set_=new,
                where=sa.and_(Alerts.level != AlertLevel.URGENT.value, Alerts.judged.is_(None)),
            ),
            urgent,
        )
    if rows:
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=unique,
                set_=new,
                where=sa.and_(Alerts.level == AlertLevel.UNSCREENED.value, Alerts.judged.is_(None)),
            ),
            rows,
        )


def _forget_last_run(connection: Connection, round_id: RoundId) -> None:
    connection.execute(sa.delete(Themes).where(Themes.round_id == round_id))
    connection.execute(sa.delete(Comments).where(Comments.round_id == round_id))


def _save_comments(
    connection: Connection,
    round_id: RoundId,
    comments: Sequence[FoundComment],
    places: Mapping[CommentRef, int],
) -> dict[CommentRef, int]:
    first = 1 + (connection.scalar(sa.select(sa.func.max(Comments.id))) or 0)
    numbers = {one.ref: number for number, one in enumerate(comments, first)}
    rows = [
        {
            "id": numbers[one.ref],
            "response_id": one.ref.response_id,
            "question_key": one.ref.question,
            "round_id": round_id,
            "gathering_id": places[one.ref],
            "masked": one.masked,
            "language": one.language,
            "outcome": one.outcome.value,
        }
        for one in comments
    ]
    _insert(connection, Comments, rows)
    shares = [row for one in comments for row in _clusters(numbers[one.ref], one.clusters)]
    _insert(connection, CommentClusters, shares)
    return numbers


def _clusters(number: int, clusters: Sequence[FoundCluster]) -> list[dict[str, Any]]:
    return [
        {
            "comment_id": number,
            "cluster": one.cluster.value,
            "indicator": one.indicator.value if one.indicator else "",
            "probability": one.probability,
            "words": json.dumps(one.words, ensure_ascii=False),
        }
        for one in clusters
    ]


def _save_themes(
    connection: Connection, round_id: RoundId, themes: Sequence[FoundTheme], told: _Told
) -> None:
    first = 1 + (connection.scalar(sa.select(sa.func.max(Themes.id))) or 0)
    taken_away = told.lent(themes)
    rows = [
        {
            "id": number,
            "round_id": round_id,
            "key": one.key,
            "cluster": one.cluster.value if one.cluster else None,
            "indicator": one.indicator.value if one.indicator else None,
            **_called(one, told, taken_away),
        }
        for number, one in enumerate(themes, first)
    ]
    _insert(connection, Themes, rows)
    evidence = [
        row
        for number, one in enumerate(themes, first)
        for row in _evidence(
            number, one, told.numbers, told.unquotable if told.is_quoted(one) else told.numbers
        )
    ]
    _insert(connection, ThemeComments, evidence)


def _called(theme: FoundTheme, told: _Told, taken_away: Collection[str]) -> dict[str, str]:
    """Phrase and words of a theme, without what only texts nobody may see have said."""
    left = told.by(theme)
    words = still_said(theme.words, taken_away, left)
    phrase = theme.phrase
    gone = set(theme.words) - set(words)
    from_taken = _said(phrase, taken_away) or gone & set(phrase.replace(",", "").split())
    lost = from_taken and not _said(phrase, left)
    if lost or not told.is_quoted(theme):
        phrase = phrase_of(words)
    return {"phrase": phrase, "words": json.dumps(words, ensure_ascii=False)}


def _said(phrase: str, texts: Collection[str]) -> bool:
    return any(phrase.casefold() in text.casefold() for text in texts)


def _save_standing(
    connection: Connection, round_id: RoundId, themes: Sequence[FoundTheme], told: _Told
) -> None:
    """What the next run starts from; a theme that has just gone stays once, to be told of."""
    mine = StandingThemes.round_id == round_id
    last = connection.execute(
        sa.select(StandingThemes.key, StandingThemes.room, StandingThemes.size).where(mine)
    ).all()
    before: dict[str, int] = {key: size for key, _, size in last}
    sizes: dict[str, int] = {one.key: len(told.by(one)) for one in themes}
    rooms: dict[str, str] = {key: room for key, room, size in last if size}
    rooms |= {one.key: one.room for one in themes}
    connection.execute(sa.delete(StandingThemes).where(mine))
    rows = [
        {
            "round_id": round_id,
            "key": key,
            "room": room,
            "size_before": before.get(key, 0),
            "size": sizes.get(key, 0),
            "shown_in": key,
            "name": None,
            "retired": False,
        }
        for key, room in rooms.items()
    ]
    _insert(connection, StandingThemes, rows)


def _evidence(
    number: int,
    theme: FoundTheme,
    numbers: Mapping[CommentRef, int],
    unquotable: Collection[CommentRef],
) -> list[dict[str, Any]]:
    quotes = {ref: (order, text) for order, (ref, text) in enumerate(theme.quotes)}
    rows = []
    for ref in dict.fromkeys(theme.comments):
        if ref in numbers:
            order, text = quotes.get(ref, (None, None)) if ref not in unquotable else (None, None)
            rows.append(
                {
                    "theme_id": number,
                    "comment_id": numbers[ref],
                    "quote": text,
                    "quote_order": order,
                }
            )
    return rows


def _insert(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)
