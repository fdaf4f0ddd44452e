"""The cases of the safeguarding officer: what was found, who does what about it, and the steps.

Who may call these is asked in `safeguarding`. The words of a child leave the database in one
place, ``open_words``, together with an entry in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NewType

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from survey_app.answers import storable
from survey_app.errors import StoreError
from survey_app.gathering import GatheringId, RoundId
from survey_app.people import StaffId, StaffMember
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand
from survey_app.store import aside, audit
from survey_app.store.aside import ASIDE, WISH, KeptText
from survey_app.store.audit import Event
from survey_app.store.cases import (
    JUDGES,
    RELEASES,
    AlertLevel,
    AlertState,
    Judgement,
    Referral,
    Step,
)
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import CommentRef
from survey_app.store.sealing import NOTE, REASON, free_text
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    Answers,
    Gatherings,
    Quarantine,
    Responses,
    Staff,
)

AlertId = NewType("AlertId", int)
LONGEST_NOTE = 4_000  # characters
_CLOSED = Alerts.state == AlertState.CLOSED.value
# A comment an officer has said something about, with a judgement or by letting it into the themes.
IS_JUDGED = sa.and_(
    sa.or_(Alerts.judged.is_not(None), Alerts.released.is_(True)),
    Alerts.question_key.not_in((WISH, ASIDE)),
)


@dataclass(frozen=True, slots=True)
class StepMade:
    """A step: who, when, and for a referral whom to and on which day (ISO 8601)."""

    step: Step
    by: StaffId
    name: str
    made_at: datetime
    referred_to: Referral | None
    referred_on: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the child sat."""

    gathering: str
    venue: str
    kelurahan: KelurahanCode | None
    age_band: AgeBand


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that waits for an officer or is being dealt with; none of a child's words."""

    id: AlertId
    level: AlertLevel
    category: str
    question: str
    state: AlertState
    released: bool | None
    judged: Judgement | None
    created_at: datetime
    place: Place | None  # None where nobody here opened its gathering
    wants_to_talk: bool
    facilitator_may_know: bool
    steps: tuple[StepMade, ...] = field(default=(), repr=False)

    @property
    def has_words(self) -> bool:
        """Whether there is a comment to read: a wish to talk is a tick."""
        return self.question != WISH

    @property
    def is_kept_aside(self) -> bool:
        """Whether it is about what lies in quarantine: no comment, so it goes into no theme."""
        return self.question == ASIDE

    @property
    def weight(self) -> AlertLevel:
        """The level it is ordered by: what a person judged goes before what was found."""
        if self.judged is None:
            return self.level
        return AlertLevel.URGENT if self.judged is Judgement.URGENT else AlertLevel.CONCERN

    def last(self, *steps: Step) -> StepMade | None:
        """The latest of these steps, or None."""
        return next((one for one in reversed(self.steps) if one.step in steps), None)


@dataclass(frozen=True, slots=True)
class OpenedWords:
    """What the child wrote, and why it was laid before the officer; None where it is gone.

    ``kept_aside`` is what was not stored as an answer, where the case is about that.
    """

    text: str | None
    reason: str
    detector: str
    kept_aside: tuple[KeptText, ...] = ()


def open_cases(store: Store, *, round_id: RoundId | None = None) -> tuple[Case, ...]:
    """Every case that is not closed with its steps, without notes; in no order."""
    where = sa.not_(_CLOSED)
    if round_id is not None:
        where = sa.and_(where, Alerts.round_id == round_id)
    with store.reading() as connection:
        return _cases(store, connection, where, with_notes=False)


def closed_cases(store: Store, *, most: int | None = None) -> tuple[Case, ...]:
    """Closed cases, the newest first, without their steps: there may be thousands."""
    statement = _select().where(_CLOSED).order_by(Alerts.id.desc()).limit(most)
    with store.reading() as connection:
        return tuple(_case(row) for row in connection.execute(statement).all())


def count_closed(store: Store) -> int:
    """How many cases are closed."""
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count(Alerts.id)).where(_CLOSED)) or 0


def with_steps(store: Store, cases: Sequence[Case]) -> tuple[Case, ...]:
    """The same cases with their steps, without notes."""
    where = Alerts.id.in_([one.id for one in cases])
    with store.reading() as connection:
        steps = _steps(store, connection, where, with_notes=False)
    return tuple(replace(one, steps=tuple(steps.get(one.id, ()))) for one in cases)


def one_case(store: Store, case: AlertId) -> Case | None:
    """A case with its steps and their notes, or None once it is gone."""
    with store.reading() as connection:
        found = _cases(store, connection, Alerts.id == case, with_notes=True)
    return found[0] if found else None


def open_words(store: Store, by: StaffMember, case: AlertId) -> OpenedWords | None:
    """The child's words as they stand; that somebody read them is written down first."""
    mine = sa.and_(
        Answers.response_id == Alerts.response_id, Answers.question_key == Alerts.question_key
    )
    statement = (
        sa.select(
            Alerts.response_id, Alerts.question_key, Alerts.reason, Alerts.detector, Answers.value
        )
        .join_from(Alerts, Answers, mine, isouter=True)
        .where(Alerts.id == case)
    )
    with store.writing() as connection:
        row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        audit.note(connection, by, Event.ALERT_OPENED, alert=case)
        is_aside = row.question_key == ASIDE
        kept = aside.texts_of(store, connection, row.response_id) if is_aside else ()
    where = row.response_id, row.question_key
    return OpenedWords(
        text=None if row.value is None else free_text(store.vault, row.value, *where),
        reason=REASON.open(store.vault, row.reason, *where),
        detector=row.detector,
        kept_aside=kept,
    )


def add_step(
    store: Store,
    by: StaffMember,
    case: AlertId,
    step: Step,
    *,
    to: AlertState,
    seen: AlertState,
    note: str = "",
    referred_to: Referral | None = None,
    referred_on: str | None = None,
) -> None:
    """Write a step down and change the case; raise ``StoreError`` where it is not ``seen`` so.

    Two officers may press at once: the second is told that the case has moved on.
    """
    values: dict[str, Any] = {"state": to.value}
    if step in JUDGES:
        values["judged"] = JUDGES[step].value
    if step in RELEASES:
        values["released"] = RELEASES[step]
    with store.writing() as connection:
        change = sa.update(Alerts).where(Alerts.id == case, Alerts.state == seen.value)
        if connection.scalar(change.values(values).returning(Alerts.id)) is None:
            raise StoreError(
                "Kasus ini sudah berubah atau ditarik oleh anaknya.",
                remedy="Muat ulang daftar, lalu lihat keadaannya sekarang.",
            )
        row = {
            "alert_id": case,
            "step": step.value,
            "staff_id": by.id,
            "referred_to": referred_to.value if referred_to else None,
            "referred_on": referred_on,
            "note": NOTE.seal(store.vault, storable(note), case) if note else None,
            "made_at": this_moment(),
        }
        connection.execute(sa.insert(AlertSteps).values(row))
        audit.note(connection, by, Event.ALERT_STEP, alert=case, step=step.value)


def waiting_by_level(store: Store) -> dict[AlertLevel, int]:
    """How many cases nobody has taken, of each level."""
    statement = (
        sa.select(Alerts.level, sa.func.count().label("number"))
        .where(Alerts.state == AlertState.WAITING.value)
        .group_by(Alerts.level)
    )
    with store.reading() as connection:
        found = {row.level: row.number for row in connection.execute(statement)}
    return {level: found.get(level.value, 0) for level in AlertLevel}


def asked_to_talk(store: Store, gathering: GatheringId) -> int:
    """How many children of a gathering want to talk, and said that its facilitator may know."""
    stored = sa.select(Responses.id.label("response")).where(
        Responses.gathering_id == gathering, Responses.facilitator_may_know
    )
    known = sa.exists().where(Responses.id == Quarantine.response_id)
    kept = sa.select(Quarantine.response_id).where(
        Quarantine.gathering_id == gathering, Quarantine.facilitator_may_know, sa.not_(known)
    )
    children = sa.union(stored, kept).subquery()
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(children)) or 0


def stamp(store: Store) -> tuple[object, ...]:
    """Something that changes with every new case, level and step: the page asks twice a second."""
    by_level = sa.select(Alerts.level, sa.func.count(), sa.func.max(Alerts.id))
    with store.reading() as connection:
        levels = connection.execute(by_level.group_by(Alerts.level).order_by(Alerts.level)).all()
        last_step = connection.scalar(sa.select(sa.func.max(AlertSteps.id)))
    return (last_step, *map(tuple, levels))


def judgements(store: Store, round_id: RoundId) -> dict[CommentRef, Judgement]:
    """What officers judged of the comments of a round."""
    statement = sa.select(
        Alerts.response_id, Alerts.question_key, Alerts.judged, Alerts.released, Alerts.level
    ).where(Alerts.round_id == round_id, IS_JUDGED)
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return {
        CommentRef(ResponseId(row.response_id), row.question_key): judgement_of(
            row.judged, released=row.released
        )
        for row in rows
    }


def judgement_of(judged: str | None, *, released: bool | None) -> Judgement:
    """What was judged: a comment that was released to the themes is at most of concern."""
    found = Judgement(judged) if judged else Judgement.CONCERN
    return Judgement.CONCERN if released and found is Judgement.URGENT else found


def _cases(
    store: Store, connection: Connection, where: sa.ColumnElement[bool], *, with_notes: bool
) -> tuple[Case, ...]:
    rows = connection.execute(_select().where(where)).all()
    steps = _steps(store, connection, where, with_notes=with_notes)
    return tuple(_case(row, steps.get(row.id, ())) for row in rows)


def _select() -> sa.Select[*tuple[Any, ...]]:
    wish = aliased(Alerts)
    wished = sa.exists().where(wish.response_id == Alerts.response_id, wish.question_key == WISH)
    permitted = sa.exists().where(
        Quarantine.response_id == Alerts.response_id, Quarantine.facilitator_may_know
    )
    talk, told = Responses.talk_to_adult, Responses.facilitator_may_know
    return (
        sa.select(
            Alerts.id, Alerts.level, Alerts.category, Alerts.question_key, Alerts.state,
            Alerts.released, Alerts.judged, Alerts.created_at, Alerts.gathering_id,
            Gatherings.title, Gatherings.venue, Gatherings.kelurahan_code, Gatherings.age_band,
            sa.or_(wished, sa.func.coalesce(talk, sa.false())).label("talk"),
            sa.func.coalesce(told, permitted).label("told"),
        )
        .join_from(Alerts, Gatherings, Gatherings.id == Alerts.gathering_id, isouter=True)
        .join(Responses, Responses.id == Alerts.response_id, isouter=True)
    )  # fmt: skip


def _case(row: Any, steps: Sequence[StepMade] = ()) -> Case:
    return Case(
        id=AlertId(row.id),
        level=AlertLevel(row.level),
        category=row.category,
        question=row.question_key,
        state=AlertState(row.state),
        released=row.released,
        judged=Judgement(row.judged) if row.judged else None,
        created_at=row.created_at,
        place=_place(row) if row.gathering_id is not None else None,
        wants_to_talk=bool(row.talk),
        facilitator_may_know=bool(row.told),
        steps=tuple(steps),
    )


def _place(row: Any) -> Place:
    return Place(
        gathering=row.title,
        venue=row.venue,
        kelurahan=KelurahanCode(row.kelurahan_code) if row.kelurahan_code else None,
        age_band=AgeBand(row.age_band),
    )


def _steps(
    store: Store, connection: Connection, where: sa.ColumnElement[bool], *, with_notes: bool
) -> dict[int, list[StepMade]]:
    rows = connection.execute(
        sa.select(
            AlertSteps.alert_id, AlertSteps.step, AlertSteps.staff_id, AlertSteps.referred_to,
            AlertSteps.referred_on, AlertSteps.note, AlertSteps.made_at, Staff.name,
        )
        .join_from(AlertSteps, Alerts, Alerts.id == AlertSteps.alert_id)
        .join(Staff, Staff.id == AlertSteps.staff_id)
        .where(where)
        .order_by(AlertSteps.id)
    )  # fmt: skip
    found: dict[int, list[StepMade]] = {}
    for row in rows:
        note = NOTE.open(store.vault, row.note, row.alert_id) if with_notes and row.note else None
        made = StepMade(
            step=Step(row.step),
            by=StaffId(row.staff_id),
            name=row.name,
            made_at=row.made_at,
            referred_to=Referral(row.referred_to) if row.referred_to else None,
            referred_on=row.referred_on,
            note=note,
        )
        found.setdefault(row.alert_id, []).append(made)
    return found
