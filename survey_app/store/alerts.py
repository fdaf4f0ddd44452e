"""Comments that may disclose harm, and children who want to talk: for one pair of eyes only."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

import sqlalchemy as sa

from survey_app.gathering import GatheringId, RoundId
from survey_app.store.database import Store
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import AlertLevel
from survey_app.store.tables import Alerts, Answers, Gatherings, Quarantine, Responses

AlertId = NewType("AlertId", int)


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """One comment that may disclose harm, in the child's own words."""

    id: AlertId
    level: AlertLevel
    category: str
    reason: str
    detector: str
    words: str
    question: str
    gathering_id: GatheringId
    gathering: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WishToTalk:
    """A child ticked "aku ingin bicara dengan orang dewasa"."""

    response_id: ResponseId
    gathering_id: GatheringId
    gathering: str
    heard_at: datetime


def all_alerts(store: Store, *, round_id: RoundId | None = None) -> tuple[StoredAlert, ...]:
    """Every alert, urgent ones first, then the newest; of one round, or of all."""
    urgent_first = sa.case((Alerts.level == AlertLevel.URGENT.value, 0), else_=1)
    statement = (
        sa.select(
            Alerts.id,
            Alerts.level,
            Alerts.category,
            Alerts.reason,
            Alerts.detector,
            Answers.value,
            Alerts.question_key,
            Gatherings.id.label("gathering_id"),
            Gatherings.title,
            Alerts.created_at,
        )
        .join_from(Alerts, Responses, Responses.id == Alerts.response_id)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .join(
            Answers,
            sa.and_(
                Answers.response_id == Alerts.response_id,
                Answers.question_key == Alerts.question_key,
            ),
            isouter=True,
        )
        .where(Alerts.question_key != "")
        .order_by(urgent_first, Alerts.id.desc())
    )
    if round_id is not None:
        statement = statement.where(Alerts.round_id == round_id)
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(
        StoredAlert(
            id=AlertId(row.id),
            level=AlertLevel(row.level),
            category=row.category,
            reason=row.reason,
            detector=row.detector,
            words=str(json.loads(row.value or '""')),
            question=row.question_key,
            gathering_id=GatheringId(row.gathering_id),
            gathering=row.title,
            created_at=row.created_at,
        )
        for row in rows
    )


def count_alerts(store: Store, *, round_id: RoundId | None = None) -> dict[AlertLevel, int]:
    """How many alerts there are of each level, in a round or in all."""
    statement = (
        sa.select(Alerts.level, sa.func.count().label("number"))
        .where(Alerts.question_key != "")
        .group_by(Alerts.level)
    )
    if round_id is not None:
        statement = statement.where(Alerts.round_id == round_id)
    with store.reading() as connection:
        found = {row.level: row.number for row in connection.execute(statement)}
    return {level: found.get(level.value, 0) for level in AlertLevel}


def wishes_to_talk(store: Store, *, round_id: RoundId | None = None) -> tuple[WishToTalk, ...]:
    """Children who want to talk, newest first; also those whose answers are in quarantine.

    A ticket that went wrong must not silence a child.
    """
    heard = (
        sa.select(
            Responses.id.label("response_id"),
            Responses.gathering_id.label("gathering_id"),
            Responses.heard_at.label("heard_at"),
        )
        .where(Responses.talk_to_adult)
        .union_all(
            sa.select(
                Quarantine.response_id,
                Quarantine.gathering_id,
                sa.func.max(Quarantine.received_at),
            )
            .where(
                Quarantine.talk_to_adult,
                Quarantine.gathering_id.is_not(None),
                Quarantine.response_id.not_in(sa.select(Responses.id)),
            )
            .group_by(Quarantine.response_id, Quarantine.gathering_id)
        )
        .subquery()
    )
    statement = (
        sa.select(heard.c.response_id, heard.c.gathering_id, Gatherings.title, heard.c.heard_at)
        .join_from(heard, Gatherings, Gatherings.id == heard.c.gathering_id)
        .order_by(heard.c.heard_at.desc())
    )
    if round_id is not None:
        statement = statement.where(Gatherings.round_id == round_id)
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(
        WishToTalk(ResponseId(number), GatheringId(place), title, heard_at)
        for number, place, title, heard_at in rows
    )
