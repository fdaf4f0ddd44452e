"""Comments without alert, drawn by chance each week to be read: what does the screening miss?

A week is an ISO week in the city's time. Comments of demo rounds are not drawn, for the number is
to be true; nor those that nobody screened yet. Drawn in a random order, so that those read so far
are a random sample too. Who may read is asked in `sampling`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.gathering import RoundId
from survey_app.people import StaffMember
from survey_app.store import aside, audit, installation
from survey_app.store.alerts import AlertId
from survey_app.store.audit import Event
from survey_app.store.cases import AlertLevel, Judgement, Step
from survey_app.store.database import INTAKE_LOCK, Store
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import CommentRef, FoundAlert
from survey_app.store.questionnaires import parsed
from survey_app.store.sealing import legible_text
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    Answers,
    Gatherings,
    Questionnaires,
    Responses,
    Rounds,
    SampledComments,
)

SampleId = NewType("SampleId", int)
_KEY = "sampled_until"  # in the table `installation`: the end of the last week that was drawn
_STEPS = {Judgement.URGENT: Step.JUDGE_URGENT, Judgement.CONCERN: Step.JUDGE_CONCERN}


@dataclass(frozen=True, slots=True)
class WeekOfSamples:
    """How the sample of one week stands: drawn, read, and missed by the screening."""

    drawn_at: datetime
    comments: int
    drawn: int
    read: int
    missed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A comment that was drawn. Where the child sat is told only once it is a case."""

    id: SampleId
    text: str = field(repr=False)


def sampled_until(store: Store) -> datetime | None:
    """The end of the last week that was drawn."""
    with store.reading() as connection:
        return _until(connection)


def draw(
    store: Store, start: datetime, end: datetime, *, part: float, fewest: int, most: int
) -> int:
    """Draw from what came from ``start`` up to ``end``, once; return how many.

    A ``part`` of the comments, at least ``fewest`` and at most ``most`` where there are so many.
    """
    with store.reading() as connection:
        if _is_drawn(connection, end):
            return 0
        found = _unflagged(connection, start, end)
        number = min(max(round(part * len(found)), fewest), most)
        chosen = _with_words(store, connection, found, number)
    with store.writing(lock=INTAKE_LOCK) as connection:
        if _is_drawn(connection, end):
            return 0
        installation.remember(connection, _KEY, end.isoformat())
        still = set(
            connection.scalars(
                sa.select(Responses.id).where(
                    Responses.id.in_([row.response_id for row in chosen]),
                    Responses.withdrawn_at.is_(None),
                )
            )
        )
        rows = [
            {
                "response_id": row.response_id,
                "question_key": row.question_key,
                "round_id": row.round_id,
                "drawn_from": len(found),
                "drawn_at": end,
            }
            for row in chosen
            if row.response_id in still
        ]
        if rows:
            connection.execute(sa.insert(SampledComments), rows)
    return len(rows)


def weeks(store: Store, *, most: int) -> tuple[WeekOfSamples, ...]:
    """The latest weeks, the newest first."""
    read = SampledComments.judged.is_not(None)
    missed = SampledComments.judged != Judgement.NONE.value
    statement = (
        sa.select(
            SampledComments.drawn_at,
            sa.func.max(SampledComments.drawn_from),
            sa.func.count(),
            sa.func.count(sa.case((read, 1))),
            sa.func.count(sa.case((missed, 1))),
        )
        .group_by(SampledComments.drawn_at)
        .order_by(SampledComments.drawn_at.desc())
        .limit(most)
    )
    with store.reading() as connection:
        return tuple(WeekOfSamples(*row) for row in connection.execute(statement))


def open_next(store: Store, by: StaffMember) -> Sample | None:
    """The next comment nobody has read, newest week first; the opening is written down."""
    unread = SampledComments.judged.is_(None)
    order = SampledComments.drawn_at.desc(), SampledComments.id
    with store.writing() as connection:
        for row in connection.execute(_select().where(unread).order_by(*order)):
            text = legible_text(store.vault, row.value, row.response_id, row.question_key)
            if text.strip():
                audit.note(connection, by, Event.SAMPLE_READ, sample=row.id)
                return Sample(SampleId(row.id), text)
    return None


def judge(store: Store, by: StaffMember, sample: SampleId, judged: Judgement) -> AlertId | None:
    """Write down what somebody who read it says; a missed one becomes a case, whose number comes.

    What the child withdrew meanwhile, or somebody else has judged, is left as it is.
    """
    with store.writing(lock=INTAKE_LOCK) as connection:
        change = sa.update(SampledComments).where(
            SampledComments.id == sample, SampledComments.judged.is_(None)
        )
        values = {"judged": judged.value, "read_by": by.id, "read_at": this_moment()}
        if not connection.execute(change.values(values)).rowcount:
            return None
        audit.note(connection, by, Event.SAMPLE_READ, sample=sample, judged=judged.value)
        if judged is Judgement.NONE:
            return None
        row = connection.execute(_select().where(SampledComments.id == sample)).one()
        return _make_case(store, connection, by, row, judged)


def take_back(store: Store, by: StaffMember, sample: SampleId) -> bool:
    """Let a comment judged harmless be read again; one that became a case stays one."""
    with store.writing() as connection:
        change = sa.update(SampledComments).where(
            SampledComments.id == sample, SampledComments.judged == Judgement.NONE.value
        )
        values = {"judged": None, "read_by": None, "read_at": None}
        if not connection.execute(change.values(values)).rowcount:
            return False
        audit.note(connection, by, Event.SAMPLE_READ, sample=sample, judged="taken_back")
        return True


def judged_harmless(store: Store, round_id: RoundId) -> set[CommentRef]:
    """Comments of a round that somebody read and found nothing in."""
    statement = sa.select(SampledComments.response_id, SampledComments.question_key).where(
        SampledComments.round_id == round_id, SampledComments.judged == Judgement.NONE.value
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return {CommentRef(ResponseId(one), question) for one, question in rows}


def _until(connection: Connection) -> datetime | None:
    found = installation.recall(connection, _KEY)
    return datetime.fromisoformat(found.value) if found else None


def _is_drawn(connection: Connection, end: datetime) -> bool:
    until = _until(connection)
    return until is not None and until >= end


def _unflagged(connection: Connection, start: datetime, end: datetime) -> Sequence[Any]:
    """Every screened comment without an alert that was last heard of in that time."""
    flagged = sa.exists().where(
        Alerts.response_id == Answers.response_id, Alerts.question_key == Answers.question_key
    )
    drawn = sa.exists().where(
        SampledComments.response_id == Answers.response_id,
        SampledComments.question_key == Answers.question_key,
    )
    rows = connection.execute(
        sa.select(
            Answers.response_id, Answers.question_key, Gatherings.round_id,
            Gatherings.questionnaire_id,
        )
        .join_from(Answers, Responses, Responses.id == Answers.response_id)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .join(Rounds, Rounds.id == Gatherings.round_id)
        .where(
            Responses.heard_at >= start,
            Responses.heard_at < end,
            Responses.assent,
            Responses.screened == Responses.content_hash,
            sa.not_(Answers.skipped),
            sa.not_(Rounds.demo),
            sa.not_(flagged),
            sa.not_(drawn),
        )
    ).all()  # fmt: skip
    asked = _free_text_keys(connection, {row.questionnaire_id for row in rows})
    return [row for row in rows if row.question_key in asked[row.questionnaire_id]]


def _free_text_keys(connection: Connection, ids: set[int]) -> dict[int, frozenset[str]]:
    statement = sa.select(Questionnaires.id, Questionnaires.content)
    return {
        number: frozenset(one.key for one in parsed(content).questions if one.free_text)
        for number, content in connection.execute(statement.where(Questionnaires.id.in_(ids)))
    }


def _with_words(
    store: Store, connection: Connection, found: Sequence[Any], number: int
) -> list[Any]:
    """So many of them by lot, passing over what is blank."""
    chance = secrets.SystemRandom()
    chosen: list[Any] = []
    for row in chance.sample(list(found), len(found)):
        if len(chosen) == number:
            break
        value = connection.scalar(
            sa.select(Answers.value).where(
                Answers.response_id == row.response_id, Answers.question_key == row.question_key
            )
        )
        if legible_text(store.vault, value, row.response_id, row.question_key).strip():
            chosen.append(row)
    return chosen


def _select() -> sa.Select[*tuple[Any, ...]]:
    mine = sa.and_(
        Answers.response_id == SampledComments.response_id,
        Answers.question_key == SampledComments.question_key,
    )
    return (
        sa.select(
            SampledComments.id, SampledComments.response_id, SampledComments.question_key,
            SampledComments.round_id, Responses.gathering_id, Answers.value,
        )
        .join_from(SampledComments, Responses, Responses.id == SampledComments.response_id)
        .join(Answers, mine, isouter=True)
    )  # fmt: skip


def _make_case(
    store: Store, connection: Connection, by: StaffMember, row: Any, judged: Judgement
) -> AlertId:
    """A case of its own, or the one the screening has made meanwhile, judged as was read."""
    found = FoundAlert(AlertLevel(judged.value), "terlewat", "", "petugas")
    where = row.round_id, row.gathering_id
    made = aside.alert_row(store, row.response_id, row.question_key, where, found)
    aside.insert(connection, [made])
    mine = sa.and_(Alerts.response_id == row.response_id, Alerts.question_key == row.question_key)
    change = sa.update(Alerts).where(mine).values(judged=judged.value).returning(Alerts.id)
    number = connection.execute(change).scalar_one()
    step = {
        "alert_id": number,
        "step": _STEPS[judged].value,
        "staff_id": by.id,
        "made_at": this_moment(),
    }
    connection.execute(sa.insert(AlertSteps).values(step))
    audit.note(connection, by, Event.ALERT_STEP, alert=number, step=_STEPS[judged].value)
    return AlertId(number)
