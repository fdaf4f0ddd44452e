"""What is older than it may be: how much there is of each kind, and taking it away batch by batch.

Nothing is decided here but what hangs on what: an open case keeps its words, words in a case go
with it, a response that still has a case keeps nothing else, and a number of the whole city
never changes by fewer than ten children.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from survey_app.gathering import GatheringState
from survey_app.inventory import Kind
from survey_app.people import By
from survey_app.questionnaire import QuestionType
from survey_app.store import audit, batches
from survey_app.store.audit import Event
from survey_app.store.counting import SMALLEST_GROUP
from survey_app.store.database import INTAKE_LOCK, Store
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import ResponseId
from survey_app.store.forgetting import forget_answers, forget_comments
from survey_app.store.questionnaires import parsed
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    AnalysisRuns,
    Answers,
    Comments,
    Gatherings,
    HalfSignIns,
    Invitations,
    Quarantine,
    Questionnaires,
    Responses,
    SampledComments,
    SignIns,
    StaffSessions,
    StandingThemes,
    Table,
    Themes,
)

BATCH = 200  # rows in one transaction: some 20 ms, then the tablets have their turn
_FOUND_AT_ONCE = 5_000  # rows
_TYPED = (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)
_ARCHIVED = GatheringState.ARCHIVED.value
_Rows = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is older than these moments may go.

    ``rounds`` are those that lose ten children at least, or all; ``typed`` are the questions of
    each questionnaire that were answered in a child's own words; ``unused`` are gatherings and
    questionnaires on which nothing hangs now: what this run empties goes with the next.
    """

    before: Mapping[Kind, datetime]
    rounds: tuple[int, ...]
    typed: Mapping[int, frozenset[str]]
    unused: Mapping[Kind, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to take away: which rows, known by which columns, and how."""

    kind: Kind
    key: tuple[Any, ...]
    rows: Callable[[Bounds], _Rows]
    remove: Callable[[Connection, Sequence[Any]], None]


def bounds(store: Store, before: Mapping[Kind, datetime]) -> Bounds:
    """The bounds of one run, worked out once: what the first batch takes must not stop the next."""
    old = Responses.heard_at < before[Kind.RESPONSES]
    going = sa.func.count(sa.case((old, 1)))
    with store.reading() as connection:
        rounds = connection.scalars(
            sa.select(Gatherings.round_id)
            .join_from(Gatherings, Responses, _STANDS)
            .group_by(Gatherings.round_id)
            .having(sa.or_(going >= SMALLEST_GROUP, going == sa.func.count(Responses.id)))
        ).all()
        asked = connection.execute(sa.select(Questionnaires.id, Questionnaires.content)).all()
        unused = {
            kind: tuple(connection.scalars(statement))
            for kind, statement in (
                (Kind.GATHERINGS, _empty_gatherings(before)),
                (Kind.QUESTIONNAIRES, _superseded(before)),
            )
        }
    typed = {
        number: frozenset(one.key for one in parsed(content).questions if one.type in _TYPED)
        for number, content in asked
    }
    return Bounds(before, tuple(rounds), typed, unused)


def count(store: Store, kind: Kind, bound: Bounds) -> int:
    """How much of a kind would go."""
    with store.reading() as connection:
        if kind is Kind.AUDIT:
            return audit.older_than(connection, bound.before[kind])
        return sum(
            connection.scalar(sa.select(sa.func.count()).select_from(step.rows(bound).subquery()))
            or 0
            for step in STEPS
            if step.kind is kind
        )


def remove(store: Store, kind: Kind, bound: Bounds, *, by: By) -> Iterator[int]:
    """Take a kind away in small transactions; yield how much each took.

    What is old is looked for while others write, and asked again where nobody else does.
    """
    if kind is Kind.AUDIT:
        yield from _cut_the_log(store, bound.before[kind], by)
    for step in STEPS:
        if step.kind is kind:
            yield from _take(store, step, bound)


def _take(store: Store, step: Step, bound: Bounds) -> Iterator[int]:
    with store.reading() as connection:
        found = connection.execute(step.rows(bound).limit(_FOUND_AT_ONCE)).all()
    for start in range(0, len(found), BATCH):
        keys = [tuple(row)[: len(step.key)] for row in found[start : start + BATCH]]
        with store.writing(lock=INTAKE_LOCK) as connection:
            rows = connection.execute(step.rows(bound).where(_among(step.key, keys))).all()
            if rows:
                step.remove(connection, rows)
        yield len(rows)
    if len(found) == _FOUND_AT_ONCE:
        yield from _take(store, step, bound)


def _among(columns: tuple[Any, ...], keys: Sequence[tuple[Any, ...]]) -> sa.ColumnElement[bool]:
    if len(columns) == 1:
        found: sa.ColumnElement[bool] = columns[0].in_([one for (one,) in keys])
        return found
    return sa.tuple_(*columns).in_(keys)


def _cut_the_log(store: Store, moment: datetime, by: By) -> Iterator[int]:
    went = _FOUND_AT_ONCE
    while went == _FOUND_AT_ONCE:
        with store.writing() as connection:
            went = audit.cut_before(connection, moment, by=by, most=_FOUND_AT_ONCE)
        yield went


def archive_the_old(store: Store, bound: Bounds, *, by: By) -> int:
    """Close for good the gatherings all of whose children are too old; a late copy stays out."""
    old = sa.and_(Gatherings.state != _ARCHIVED, _is_past(bound))
    with store.writing(lock=INTAKE_LOCK) as connection:
        change = sa.update(Gatherings).where(old).values(state=_ARCHIVED)
        numbers = connection.scalars(change.returning(Gatherings.id)).all()
        for number in numbers:
            audit.note(connection, by, Event.GATHERING_CHANGED, gathering=number, change=_ARCHIVED)
    return len(numbers)


def _is_past(bound: Bounds) -> sa.ColumnElement[bool]:
    """Whether every child of a gathering goes now, or went, or none ever came."""
    moment = bound.before[Kind.RESPONSES]
    child = aliased(Responses)
    here = sa.and_(child.gathering_id == Gatherings.id, child.withdrawn_at.is_(None))
    return sa.and_(
        Gatherings.created_at < moment,
        sa.not_(sa.exists().where(here, child.heard_at >= moment)),
        sa.or_(Gatherings.round_id.in_(bound.rounds), sa.not_(sa.exists().where(here))),
    )


def open_cases_before(store: Store, moment: datetime) -> int:
    """How many open cases are older than closed ones may get; they stay."""
    old = sa.and_(Alerts.state != "closed", Alerts.created_at < moment)
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count(Alerts.id)).where(old)) or 0


# A response that is more than a gravestone.
_STANDS = sa.and_(Responses.gathering_id == Gatherings.id, Responses.withdrawn_at.is_(None))
# Nothing is done to a closed case but opening it again: its last step closed it.
_CLOSED_AT = sa.func.coalesce(
    sa.select(sa.func.max(AlertSteps.made_at))
    .where(AlertSteps.alert_id == Alerts.id)
    .scalar_subquery(),
    Alerts.created_at,
)


def _case_is_over(bound: Bounds) -> sa.ColumnElement[bool]:
    return sa.and_(Alerts.state == "closed", bound.before[Kind.CASES] > _CLOSED_AT)


def _has_case(bound: Bounds) -> sa.ColumnElement[bool]:
    """Whether a response has a case that stays."""
    return sa.exists().where(Alerts.response_id == Responses.id, sa.not_(_case_is_over(bound)))


def _cases(bound: Bounds) -> _Rows:
    return sa.select(Alerts.id, Alerts.response_id, Alerts.question_key).where(_case_is_over(bound))


def _remove_cases(connection: Connection, rows: Sequence[Any]) -> None:
    """Its words go with a case, else the next analysis would lay them before somebody anew."""
    refs = [(row.response_id, row.question_key) for row in rows]
    connection.execute(sa.delete(Answers).where(_is_one_of(Answers, refs)))
    forget_comments(connection, _is_one_of(Comments, refs))
    _delete(Alerts)(connection, rows)
    another = sa.exists().where(Alerts.response_id == Quarantine.response_id)
    mine = Quarantine.response_id.in_([row.response_id for row in rows])
    connection.execute(sa.delete(Quarantine).where(mine, sa.not_(another)))


def _is_one_of(table: Any, refs: Sequence[tuple[str, str]]) -> sa.ColumnElement[bool]:
    return sa.tuple_(table.response_id, table.question_key).in_(refs)


def _typed_answers(bound: Bounds) -> _Rows:
    mine = sa.and_(
        Alerts.response_id == Answers.response_id, Alerts.question_key == Answers.question_key
    )
    return (
        sa.select(Answers.response_id, Answers.question_key)
        .join_from(Answers, Responses)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .where(
            Responses.heard_at < bound.before[Kind.TEXT],
            sa.not_(Answers.skipped),
            _is_typed(bound),
            sa.not_(sa.exists().where(mine)),
        )
    )


def _is_typed(bound: Bounds) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.false(),
        *(
            sa.and_(Gatherings.questionnaire_id == number, Answers.question_key.in_(keys))
            for number, keys in bound.typed.items()
        ),
    )


def _remove_typed(connection: Connection, rows: Sequence[Any]) -> None:
    refs = [(row.response_id, row.question_key) for row in rows]
    connection.execute(sa.delete(Answers).where(_is_one_of(Answers, refs)))


def _kept_aside(bound: Bounds) -> _Rows:
    """What did not fit; of a child whose case stays it may be what the case is about."""
    case = sa.exists().where(
        Alerts.response_id == Quarantine.response_id, sa.not_(_case_is_over(bound))
    )
    old = Quarantine.received_at < bound.before[Kind.QUARANTINE]
    return sa.select(Quarantine.id).where(old, sa.not_(case))


def _drafts(bound: Bounds) -> _Rows:
    old = Responses.heard_at < bound.before[Kind.TEXT]
    return sa.select(Responses.id).where(old, Responses.content != "")


def _empty_drafts(connection: Connection, rows: Sequence[Any]) -> None:
    mine = Responses.id.in_([row.id for row in rows])
    connection.execute(sa.update(Responses).where(mine).values(content=""))


def _children(bound: Bounds) -> _Rows:
    """Responses that are too old; of one with a case only what is not the case's."""
    case = aliased(Alerts)
    of_case = sa.exists().where(
        case.response_id == Answers.response_id, case.question_key == Answers.question_key
    )
    more = sa.or_(
        sa.exists().where(Answers.response_id == Responses.id, sa.not_(of_case)),
        sa.exists().where(Comments.response_id == Responses.id),
    )
    has_case = _has_case(bound).label("has_case")
    return (
        sa.select(Responses.id, has_case, (Gatherings.state == _ARCHIVED).label("archived"))
        .join_from(Responses, Gatherings, _STANDS)
        .where(
            Responses.heard_at < bound.before[Kind.RESPONSES],
            Gatherings.round_id.in_(bound.rounds),
            sa.or_(sa.not_(_has_case(bound)), more),
        )
    )


def _remove_children(connection: Connection, rows: Sequence[Any]) -> None:
    """An empty row stays while the gathering could still take in a late copy."""
    kept = [ResponseId(row.id) for row in rows if row.has_case]
    whole = [ResponseId(row.id) for row in rows if not row.has_case]
    forget_answers(connection, whole)
    words = sa.select(Alerts.response_id, Alerts.question_key).where(Alerts.response_id.in_(kept))
    refs = [(one, question) for one, question in connection.execute(words)]
    rest = sa.and_(Answers.response_id.in_(kept), sa.not_(_is_one_of(Answers, refs)))
    connection.execute(sa.delete(Answers).where(rest))
    forget_comments(connection, Comments.response_id.in_(kept))
    _empty_drafts(connection, [row for row in rows if row.has_case])
    over = [row.id for row in rows if row.archived and not row.has_case]
    for table in (SampledComments, Quarantine):
        connection.execute(sa.delete(table).where(table.response_id.in_(whole)))
    connection.execute(sa.delete(Responses).where(Responses.id.in_(over)))
    left = sa.and_(Responses.id.in_(whole), Responses.id.not_in(over))
    connection.execute(sa.update(Responses).where(left).values(batches.tombstone(this_moment())))
    # What a run remembers of the themes of a round in which nobody's words are left.
    there = sa.exists().where(Themes.round_id == StandingThemes.round_id)
    asked = sa.exists().where(_STANDS, Gatherings.round_id == StandingThemes.round_id)
    connection.execute(sa.delete(StandingThemes).where(sa.not_(there), sa.not_(asked)))


def _gravestones(bound: Bounds) -> _Rows:
    return (
        sa.select(Responses.id)
        .join_from(Responses, Gatherings, Gatherings.id == Responses.gathering_id)
        .where(
            Responses.withdrawn_at < bound.before[Kind.RESPONSES],
            sa.or_(Gatherings.state == _ARCHIVED, _is_past(bound)),
        )
    )


def _empty_gatherings(before: Mapping[Kind, datetime]) -> _Rows:
    empty = [
        sa.not_(sa.exists().where(table.gathering_id == Gatherings.id))
        for table in (Responses, Comments, Alerts, Quarantine)
    ]
    old = Gatherings.created_at < before[Kind.GATHERINGS]
    return sa.select(Gatherings.id).where(old, Gatherings.state == _ARCHIVED, *empty)


def _superseded(before: Mapping[Kind, datetime]) -> _Rows:
    newer = aliased(Questionnaires)
    later = sa.and_(newer.key == Questionnaires.key, newer.version > Questionnaires.version)
    used = Gatherings.questionnaire_id == Questionnaires.id
    return sa.select(Questionnaires.id).where(
        Questionnaires.published_at < before[Kind.QUESTIONNAIRES],
        sa.exists().where(later),
        sa.not_(sa.exists().where(used)),
    )


def _runs(bound: Bounds) -> _Rows:
    """Whether there are new words is told from the last finished run, so it stays."""
    last = sa.select(sa.func.max(AnalysisRuns.id)).where(AnalysisRuns.state == "finished")
    ended = sa.func.coalesce(AnalysisRuns.finished_at, AnalysisRuns.heard_at)
    return sa.select(AnalysisRuns.id).where(
        ended < bound.before[Kind.RUNS],
        AnalysisRuns.state != "running",
        AnalysisRuns.id.not_in(last.group_by(AnalysisRuns.round_id)),
    )


def _delete(table: type[Table]) -> Callable[[Connection, Sequence[Any]], None]:
    """Delete rows by their key, which is the first column that was read."""
    (key,) = sa.inspect(table).primary_key

    def delete(connection: Connection, rows: Sequence[Any]) -> None:
        connection.execute(sa.delete(table).where(key.in_([row[0] for row in rows])))

    return delete


def _by_age(kind: Kind, table: type[Table], moment: Any) -> Step:
    """A table whose rows go by one moment of their own."""
    key = tuple(sa.inspect(table).primary_key)
    return Step(
        kind, key, lambda bound: sa.select(*key).where(moment < bound.before[kind]), _delete(table)
    )


def _unused(kind: Kind, table: type[Table]) -> Step:
    """A table whose rows go once nothing hangs on them."""
    (key,) = sa.inspect(table).primary_key
    return Step(
        kind,
        (key,),
        lambda bound: sa.select(key).where(key.in_(bound.unused[kind])),
        _delete(table),
    )


# In this order: what hangs on something else goes before it.
STEPS: tuple[Step, ...] = (
    Step(Kind.CASES, (Alerts.id,), _cases, _remove_cases),
    Step(Kind.TEXT, (Answers.response_id, Answers.question_key), _typed_answers, _remove_typed),
    Step(Kind.TEXT, (Responses.id,), _drafts, _empty_drafts),
    Step(Kind.QUARANTINE, (Quarantine.id,), _kept_aside, _delete(Quarantine)),
    _by_age(Kind.SAMPLES, SampledComments, SampledComments.drawn_at),
    Step(Kind.RESPONSES, (Responses.id,), _children, _remove_children),
    Step(Kind.RESPONSES, (Responses.id,), _gravestones, _delete(Responses)),
    Step(Kind.RUNS, (AnalysisRuns.id,), _runs, _delete(AnalysisRuns)),
    _unused(Kind.GATHERINGS, Gatherings),
    _unused(Kind.QUESTIONNAIRES, Questionnaires),
    _by_age(Kind.SESSIONS, StaffSessions, StaffSessions.expires_at),
    _by_age(Kind.SESSIONS, HalfSignIns, HalfSignIns.expires_at),
    _by_age(
        Kind.INVITATIONS,
        Invitations,
        sa.func.coalesce(Invitations.used_at, Invitations.expires_at),
    ),
    _by_age(Kind.SIGN_INS, SignIns, SignIns.tried_at),
)
# Everything that goes by age, in the order it goes.
KINDS: tuple[Kind, ...] = (*dict.fromkeys(step.kind for step in STEPS), Kind.AUDIT)
