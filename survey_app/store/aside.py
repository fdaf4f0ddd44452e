"""Disclosures and wishes to talk in quarantine: a wrong ticket silences nobody.

Everything of one response that lies there is one alert, under the question ``ASIDE``. A row whose
``screened`` is not set waits. What stands in an answer of the response as well is looked through
there, and a wish to talk stands in the response where there is one: see `ledger`. A wish in an
older copy is none: it says what the child has changed since.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.questionnaire import Questionnaire
from survey_app.store import salvage
from survey_app.store.cases import AlertLevel, AlertState
from survey_app.store.database import INTAKE_LOCK, Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import QuarantineReason, ResponseId
from survey_app.store.findings import FoundAlert
from survey_app.store.questionnaires import parsed
from survey_app.store.sealing import KEPT_ASIDE, REASON, legible_text
from survey_app.store.tables import (
    Alerts,
    Answers,
    Gatherings,
    Quarantine,
    Questionnaires,
    Responses,
)
from survey_app.store.vault import DamagedError

WISH = ""  # the question of an alert that is a wish to talk
ASIDE = "*"  # the question of an alert about everything of a response that was kept aside
# Whoever reaches the server may write under a code nobody opened. A false one then costs the
# officer time, so that not more than these wait at once; the others are looked through after them.
MOST_UNKNOWN = 50
WISHED = FoundAlert(AlertLevel.TALK, "ingin_bicara", "", "anak")
NOT_SCREENED = FoundAlert(AlertLevel.UNSCREENED, "belum_disaring", "", "")
_MOST_LATE = 100  # rows of quarantine laid open at once: one short transaction
_IN_GATHERING = sa.or_(
    Gatherings.id == Quarantine.gathering_id,
    sa.and_(Quarantine.gathering_id.is_(None), Gatherings.code == Quarantine.gathering_code),
)
_PLACE = Gatherings.id
_HAS_WISH = sa.and_(
    Quarantine.talk_to_adult,
    Quarantine.reason != QuarantineReason.OLDER.value,
    sa.not_(sa.exists().where(Responses.id == Quarantine.response_id)),
)


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A row of quarantine that waits, its texts in pieces; ``whole`` unless it was cut short.

    ``round_id`` and ``gathering_id`` are None where nobody here opened its gathering.
    """

    number: int
    response_id: ResponseId
    round_id: int | None
    gathering_id: int | None
    wish: bool
    texts: tuple[str, ...] = field(repr=False)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class KeptText:
    """What a child wrote there: why it was kept aside, and when it came."""

    text: str = field(repr=False)
    why: str
    received_at: datetime


def unread(store: Store, *, most: int, without: Collection[int] = ()) -> tuple[KeptAside, ...]:
    """Rows that wait, the newest first, those of known gatherings before all others."""
    with store.reading() as connection:
        wanted = sa.and_(_not_too_many_unknown(connection), Quarantine.id.not_in(without))
        rows = _rows(connection, wanted, most)
        return _opened(store, connection, rows)


def save(store: Store, looked: Mapping[KeptAside, FoundAlert | None]) -> None:
    """Keep the most serious thing found in each, and that it was looked through."""
    if not looked:
        return
    with store.writing(lock=INTAKE_LOCK) as connection:
        there = _still_there(connection, looked)
        done = sa.update(Quarantine).where(Quarantine.id.in_([one.number for one in there]))
        connection.execute(done.values(screened=True))
        insert(connection, [_row(store, one, WISH, WISHED) for one in there if one.wish])
        worst: dict[ResponseId, tuple[KeptAside, FoundAlert | None]] = {}
        for one in there:
            # Of what was cut short nobody knows whether the rest is worse.
            found = looked[one] if one.whole else min(looked[one], NOT_SCREENED, key=_weight)
            if one.response_id not in worst or _weight(found) < _weight(worst[one.response_id][1]):
                worst[one.response_id] = one, found
        for one, found in worst.values():
            _put(store, connection, one, found)


def save_unread(store: Store, failed: Sequence[KeptAside]) -> None:
    """These could not be looked through: a person has to read them."""
    with store.writing(lock=INTAKE_LOCK) as connection:
        there = _still_there(connection, failed)
        insert(connection, [row for one in there for row in _as_it_is(store, one)])


def is_late(connection: Connection, before: datetime) -> bool:
    """Whether something waits since ``before`` that no alert tells of."""
    return bool(_rows(connection, _late(connection, before), 1))


def mark_late(store: Store, connection: Connection, before: datetime) -> int:
    """Lay before the officer what waits since ``before``; return how many alerts.

    Where there is nothing to look through it waits no longer.
    """
    rows = _opened(store, connection, _rows(connection, _late(connection, before), _MOST_LATE))
    empty = sa.update(Quarantine).where(
        Quarantine.id.in_([one.number for one in rows if not one.texts])
    )
    connection.execute(empty.values(screened=True))
    told = [row for one in rows for row in _as_it_is(store, one)]
    insert(connection, told)
    return len({(row["response_id"], row["question_key"]) for row in told})


def texts_of(store: Store, connection: Connection, response: str) -> tuple[KeptText, ...]:
    """Everything a child wrote that lies in quarantine, the newest first, each text once."""
    mine = Quarantine.response_id == response
    found: dict[str, KeptText] = {}
    left = salvage.MOST_TEXT
    for row in _rows(connection, mine, None, waiting=False):
        for said in _said(store, row, _asked(connection, [row])):
            if left > 0:
                text = said.text if len(said.text) <= left else f"{said.text[:left]} …"
                found.setdefault(said.text, KeptText(text, row.reason, row.received_at))
                left -= len(said.text)
    return tuple(found.values())


def insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """New alerts only: one question of one response has one."""
    if rows:
        statement = insert_for(connection)(Alerts)
        unique = ["response_id", "question_key"]
        connection.execute(statement.on_conflict_do_nothing(index_elements=unique), rows)


def _late(connection: Connection, before: datetime) -> sa.ColumnElement[bool]:
    told = [
        sa.exists().where(
            Alerts.response_id == Quarantine.response_id, Alerts.question_key == question
        )
        for question in (ASIDE, WISH)
    ]
    return sa.and_(
        Quarantine.received_at < before,
        sa.or_(sa.not_(told[0]), sa.and_(_HAS_WISH, sa.not_(told[1]))),
        _not_too_many_unknown(connection),
    )


def _rows(
    connection: Connection, where: sa.ColumnElement[bool], most: int | None, *, waiting: bool = True
) -> Sequence[Any]:
    """A gathering is found by its code too: what the database refused was kept without it."""
    statement = (
        sa.select(
            Quarantine.id, Quarantine.response_id, Quarantine.content_hash, Quarantine.reason,
            Quarantine.content, Quarantine.received_at, _HAS_WISH.label("wish"),
            Gatherings.round_id, _PLACE.label("place"), Gatherings.questionnaire_id,
        )
        .join_from(Quarantine, Gatherings, _IN_GATHERING, isouter=True)
        .where(where, *([sa.not_(Quarantine.screened)] if waiting else []))
        .order_by(_PLACE.is_(None), Quarantine.id.desc())
        .limit(most)
    )  # fmt: skip
    return connection.execute(statement).all()


def _opened(store: Store, connection: Connection, rows: Sequence[Any]) -> tuple[KeptAside, ...]:
    asked = _asked(connection, rows)
    stored = _stored_texts(store, connection, {row.response_id for row in rows})
    found = []
    for row in rows:
        answers = stored.get(row.response_id, ())
        said = [one.text for one in _said(store, row, asked)]
        new = [text for text in dict.fromkeys(said) if not any(text in one for one in answers)]
        texts, whole = salvage.pieces(new)
        kept = KeptAside(
            number=row.id,
            response_id=ResponseId(row.response_id),
            round_id=row.round_id,
            gathering_id=row.place,
            wish=row.wish,
            texts=texts,
            whole=whole,
        )
        found.append(kept)
    return tuple(found)


def _said(store: Store, row: Any, asked: Mapping[int, Questionnaire]) -> tuple[salvage.Said, ...]:
    """The texts of a row; of a damaged one, which nobody can read, none."""
    try:
        content = KEPT_ASIDE.open(
            store.vault, row.content, row.response_id, row.content_hash, row.reason
        )
    except DamagedError:
        return ()
    return salvage.texts_in(content, row.reason, asked.get(row.questionnaire_id))


def _asked(connection: Connection, rows: Iterable[Any]) -> dict[int, Questionnaire]:
    used = {row.questionnaire_id for row in rows} - {None}
    statement = sa.select(Questionnaires.id, Questionnaires.content)
    found = connection.execute(statement.where(Questionnaires.id.in_(used)))
    return {number: parsed(content) for number, content in found}


def _stored_texts(
    store: Store, connection: Connection, responses: Collection[str]
) -> dict[str, list[str]]:
    """What stands as an answer, by response."""
    statement = sa.select(Answers.response_id, Answers.question_key, Answers.value)
    found: dict[str, list[str]] = {}
    for response, question, value in connection.execute(
        statement.where(Answers.response_id.in_(responses), sa.not_(Answers.skipped))
    ):
        text = legible_text(store.vault, value, response, question)
        found.setdefault(response, []).append(text)
    return found


def _not_too_many_unknown(connection: Connection) -> sa.ColumnElement[bool]:
    """The condition that lets rows of unknown gatherings wait while many are laid open."""
    unknown = sa.select(sa.func.count(Alerts.id)).where(
        Alerts.gathering_id.is_(None), Alerts.state == AlertState.WAITING.value
    )
    few = (connection.scalar(unknown) or 0) < MOST_UNKNOWN
    return sa.true() if few else _PLACE.is_not(None)


def _still_there(connection: Connection, read: Iterable[KeptAside]) -> list[KeptAside]:
    """A child may have withdrawn meanwhile."""
    numbers = [one.number for one in read]
    ids = set(connection.scalars(sa.select(Quarantine.id).where(Quarantine.id.in_(numbers))))
    return [one for one in read if one.number in ids]


def _put(store: Store, connection: Connection, one: KeptAside, found: FoundAlert | None) -> None:
    """The alert of a response's quarantine: new, more serious, no longer unread, or none.

    A case that was closed waits again when something more is found: nobody has read that yet.
    """
    mine = sa.and_(Alerts.response_id == one.response_id, Alerts.question_key == ASIDE)
    columns = Alerts.id, Alerts.level, Alerts.state, Alerts.judged
    had = connection.execute(sa.select(*columns).where(mine)).one_or_none()
    if had is None:
        insert(connection, [_row(store, one, ASIDE, found)] if found else [])
        return
    was_unread = had.level == AlertLevel.UNSCREENED.value and had.judged is None
    if found is None:
        untouched = was_unread and had.state == AlertState.WAITING
        if untouched and not _waits(connection, one.response_id):
            connection.execute(sa.delete(Alerts).where(Alerts.id == had.id))
        return
    values: dict[str, Any] = {}
    if was_unread or (had.judged is None and found.weight < list(AlertLevel).index(had.level)):
        values = what(store, found, one.response_id, ASIDE)
    if had.state == AlertState.CLOSED:
        values = {
            **what(store, found, one.response_id, ASIDE),
            "state": AlertState.WAITING.value,
            "judged": None,
        }
        values["announced"] = False
    if values:
        connection.execute(sa.update(Alerts).where(Alerts.id == had.id).values(values))


def _waits(connection: Connection, response: str) -> bool:
    left = sa.select(sa.func.count(Quarantine.id)).where(
        Quarantine.response_id == response, sa.not_(Quarantine.screened)
    )
    return bool(connection.scalar(left))


def _weight(found: FoundAlert | None) -> int:
    return found.weight if found else len(AlertLevel)


def _as_it_is(store: Store, one: KeptAside) -> list[dict[str, Any]]:
    rows = [_row(store, one, WISH, WISHED)] if one.wish else []
    return rows + ([_row(store, one, ASIDE, NOT_SCREENED)] if one.texts else [])


def _row(store: Store, one: KeptAside, question: str, alert: FoundAlert) -> dict[str, Any]:
    return alert_row(store, one.response_id, question, (one.round_id, one.gathering_id), alert)


def alert_row(
    store: Store,
    response: str,
    question: str,
    where: tuple[int | None, int | None],
    alert: FoundAlert,
) -> dict[str, Any]:
    """A row of ``alerts``; ``where`` is its round and gathering."""
    return {
        "response_id": response,
        "question_key": question,
        "round_id": where[0],
        "gathering_id": where[1],
        "created_at": this_moment(),
        **what(store, alert, response, question),
    }


def what(store: Store, alert: FoundAlert, response: str, question: str) -> dict[str, Any]:
    """What an alert says, as it is stored."""
    return {
        "level": alert.level.value,
        "category": alert.category,
        "reason": REASON.seal(store.vault, alert.reason, response, question),
        "detector": alert.detector,
    }
