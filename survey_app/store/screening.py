"""What nobody looked through yet for disclosures, and what looking through it found.

The intake only stores and acknowledges; a process of its own (`survey_app.screening`) comes after
it. A response whose ``screened`` is not its ``content_hash`` waits for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store import aside
from survey_app.store.aside import ASIDE, NOT_SCREENED, WISH, WISHED, alert_row
from survey_app.store.cases import AlertLevel, AlertState
from survey_app.store.database import INTAKE_LOCK, Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import FoundAlert
from survey_app.store.questionnaires import parsed
from survey_app.store.sealing import legible_text
from survey_app.store.tables import (
    Alerts,
    Answers,
    Gatherings,
    Installation,
    Questionnaires,
    Responses,
)

SIGN_EVERY = 5.0  # seconds between two signs of life of the screening
SILENT_AFTER = timedelta(seconds=3 * SIGN_EVERY)
_KEY = "screening"  # its row in the table `installation`
_MOST_OVERDUE = 500  # answers marked at once: one short transaction
_WAITS = Responses.screened != Responses.content_hash


class ScreeningState(StrEnum):
    """How the process that looks through answers is."""

    AWAY = "away"
    LEARNING = "learning"  # it comes, about fifteen seconds after the server
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Screening:
    """How the screening is, and how many responses wait for it."""

    state: ScreeningState
    waiting: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A response that waits, with its free texts by question."""

    id: ResponseId
    content_hash: str
    round_id: int
    gathering_id: int
    talk_to_adult: bool
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """A response that was looked through: the alert of each question that raised one."""

    response: Unread
    alerts: Mapping[str, FoundAlert]


def unread(store: Store, *, most: int, without: Collection[ResponseId] = ()) -> tuple[Unread, ...]:
    """Responses that wait, the newest first: a child is here now, a backlog is not."""
    statement = (
        sa.select(
            Responses.id,
            Responses.content_hash,
            Responses.gathering_id,
            Responses.talk_to_adult,
            Gatherings.round_id,
            Gatherings.questionnaire_id,
        )
        .join_from(Responses, Gatherings, Gatherings.id == Responses.gathering_id)
        .where(_WAITS, Responses.id.not_in(without))
        .order_by(Responses.heard_at.desc())
        .limit(most)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
        asked = _free_text_keys(connection, {row.questionnaire_id for row in rows})
        texts = _texts(store, connection, {row.id: asked[row.questionnaire_id] for row in rows})
    return tuple(
        Unread(
            id=ResponseId(row.id),
            content_hash=row.content_hash,
            round_id=row.round_id,
            gathering_id=row.gathering_id,
            talk_to_adult=row.talk_to_adult,
            texts=texts.get(row.id, {}),
        )
        for row in rows
    )


def save(store: Store, looked: Sequence[Looked]) -> None:
    """Keep what was found, and that it was looked through, in one transaction.

    A response that changed or was withdrawn meanwhile is left for the next look. An alert nobody
    took follows the child's words; one somebody works on can only become more urgent.
    """
    if not looked:
        return
    with store.writing(lock=INTAKE_LOCK) as connection:
        ids = [one.id for one in _still_stand(connection, [one.response for one in looked])]
        _put(store, connection, {one.response.id: one for one in looked if one.response.id in ids})
        done = sa.update(Responses).where(Responses.id.in_(ids))
        connection.execute(done.values(screened=Responses.content_hash))


def save_unscreened(store: Store, failed: Sequence[Unread]) -> None:
    """These could not be looked through: a person has to read them."""
    with store.writing(lock=INTAKE_LOCK) as connection:
        for one in _still_stand(connection, failed):
            found = dict.fromkeys(one.texts, NOT_SCREENED)
            aside.insert(connection, _rows(store, one, _with_wish(one, found)))


def mark_overdue(store: Store, *, before: datetime) -> int:
    """Lay before the officer what has waited since ``before``; return how many alerts."""
    with store.reading() as connection:
        if not _overdue(store, connection, before) and not aside.is_late(connection, before):
            return 0
    with store.writing(lock=INTAKE_LOCK) as connection:
        rows = _overdue(store, connection, before)
        aside.insert(connection, rows)
        return len(rows) + aside.mark_late(store, connection, before)


def sign(store: Store, state: ScreeningState) -> None:
    """Say that the screening is alive, and how it is."""
    row = {"key": _KEY, "value": state.value, "changed_at": this_moment()}
    with store.writing() as connection:
        insert = insert_for(connection)(Installation).values(row)
        changed = {"value": insert.excluded["value"], "changed_at": insert.excluded["changed_at"]}
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed))


def screening(store: Store, *, now: datetime | None = None) -> Screening:
    """How the screening is, as its last sign of life and what waits tell."""
    signed = sa.select(Installation.value, Installation.changed_at).where(Installation.key == _KEY)
    with store.reading() as connection:
        row = connection.execute(signed).one_or_none()
        waiting = connection.scalar(sa.select(sa.func.count(Responses.id)).where(_WAITS)) or 0
    if row is None or row.changed_at < (now or this_moment()) - SILENT_AFTER:
        return Screening(ScreeningState.AWAY, waiting)
    return Screening(ScreeningState(row.value), waiting)


def _free_text_keys(connection: Connection, ids: Iterable[int]) -> dict[int, frozenset[str]]:
    rows = connection.execute(
        sa.select(Questionnaires.id, Questionnaires.content).where(Questionnaires.id.in_(ids))
    )
    return {
        number: frozenset(one.key for one in parsed(content).questions if one.free_text)
        for number, content in rows
    }


def _texts(
    store: Store, connection: Connection, wanted: Mapping[str, frozenset[str]]
) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        sa.select(Answers.response_id, Answers.question_key, Answers.value).where(
            Answers.response_id.in_(list(wanted)), sa.not_(Answers.skipped)
        )
    )
    found: dict[str, dict[str, str]] = {}
    for response, question, value in rows:
        if question not in wanted[response]:
            continue
        text = legible_text(store.vault, value, response, question)
        if text.strip():
            found.setdefault(response, {})[question] = text
    return found


def _still_stand(connection: Connection, read: Sequence[Unread]) -> list[Unread]:
    """Those whose content is still what was read, and that nobody withdrew."""
    rows = connection.execute(
        sa.select(Responses.id, Responses.content_hash).where(
            Responses.id.in_([one.id for one in read]), Responses.withdrawn_at.is_(None)
        )
    )
    standing = {row.id: row.content_hash for row in rows}
    return [one for one in read if standing.get(one.id) == one.content_hash]


def _put(store: Store, connection: Connection, found: Mapping[ResponseId, Looked]) -> None:
    """The alerts of these responses, beside those they have already."""
    had = connection.execute(
        sa.select(
            Alerts.id, Alerts.response_id, Alerts.question_key, Alerts.level, Alerts.state,
            Alerts.judged, Alerts.released,
        ).where(Alerts.response_id.in_(list(found)), Alerts.question_key != ASIDE)
    ).all()  # fmt: skip
    for alert in had:
        looked = found[alert.response_id]
        new = _with_wish(looked.response, looked.alerts).get(alert.question_key)
        untouched = (
            alert.state == AlertState.WAITING and alert.judged is None and alert.released is None
        )
        if new is None and untouched:
            connection.execute(sa.delete(Alerts).where(Alerts.id == alert.id))
        elif new is not None and new.level != alert.level and (untouched or _is_worse(alert, new)):
            change = sa.update(Alerts).where(Alerts.id == alert.id)
            connection.execute(
                change.values(aside.what(store, new, alert.response_id, alert.question_key))
            )
    for one in found.values():
        aside.insert(connection, _rows(store, one.response, _with_wish(one.response, one.alerts)))


def _is_worse(alert: Any, new: FoundAlert) -> bool:
    return alert.judged is None and new.level is AlertLevel.URGENT


def _overdue(store: Store, connection: Connection, before: datetime) -> list[dict[str, Any]]:
    """Rows of alerts for what waits since ``before`` and has none yet."""
    late = sa.and_(_WAITS, Responses.heard_at < before)
    of_answer = sa.and_(
        Alerts.response_id == Answers.response_id, Alerts.question_key == Answers.question_key
    )
    answers = connection.execute(
        sa.select(
            Answers.response_id, Answers.question_key, Answers.value, Gatherings.round_id,
            Gatherings.questionnaire_id, Gatherings.id.label("gathering_id"),
        )
        .join_from(Answers, Responses, Responses.id == Answers.response_id)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .where(
            late,
            sa.not_(Answers.skipped),
            Answers.question_key.in_(_all_free_text_keys(connection)),
            sa.not_(sa.exists().where(of_answer)),
        )
        .limit(_MOST_OVERDUE)
    ).all()  # fmt: skip
    asked = _free_text_keys(connection, {row.questionnaire_id for row in answers})
    rows = [
        alert_row(
            store, row.response_id, row.question_key, (row.round_id, row.gathering_id), NOT_SCREENED
        )
        for row in answers
        if row.question_key in asked[row.questionnaire_id]
        and legible_text(store.vault, row.value, row.response_id, row.question_key).strip()
    ]
    wished = sa.exists().where(Alerts.response_id == Responses.id, Alerts.question_key == WISH)
    children = connection.execute(
        sa.select(Responses.id, Gatherings.round_id, Responses.gathering_id)
        .join_from(Responses, Gatherings, Gatherings.id == Responses.gathering_id)
        .where(late, Responses.talk_to_adult, sa.not_(wished))
    )
    rows += [
        alert_row(store, number, WISH, (round_, place), WISHED)
        for number, round_, place in children
    ]
    return rows


def _all_free_text_keys(connection: Connection) -> set[str]:
    ids = list(connection.scalars(sa.select(Gatherings.questionnaire_id).distinct()))
    return {key for keys in _free_text_keys(connection, ids).values() for key in keys}


def _with_wish(response: Unread, alerts: Mapping[str, FoundAlert]) -> dict[str, FoundAlert]:
    return {**alerts, WISH: WISHED} if response.talk_to_adult else dict(alerts)


def _rows(store: Store, response: Unread, alerts: Mapping[str, FoundAlert]) -> list[dict[str, Any]]:
    where = response.round_id, response.gathering_id
    return [
        alert_row(store, response.id, question, where, alert) for question, alert in alerts.items()
    ]
