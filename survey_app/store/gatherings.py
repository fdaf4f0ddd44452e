"""Gatherings: opening them, finding them by code, and counting how far the children are."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app import consent
from survey_app.answers import storable
from survey_app.errors import GatheringError
from survey_app.gathering import (
    ANSWERING_WITHIN,
    SILENT_AFTER,
    Gathering,
    GatheringId,
    GatheringPlan,
    GatheringState,
    Progress,
    QuestionnaireId,
    RoundId,
    VenueKind,
    check_plan,
    demand_run,
    effective_state,
    is_code,
    may_run,
    new_code,
    normalise_code,
)
from survey_app.people import Action, By, StaffId, StaffMember, demand
from survey_app.places import kelurahan_by_code
from survey_app.questionnaire import AgeBand
from survey_app.store import rounds
from survey_app.store.audit import Event, note
from survey_app.store.database import Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Gatherings, Questionnaires, Responses, Rounds

_TRIES = 20  # codes; 113 million exist, so even one clash is rare


def open_gathering(
    store: Store, plan: GatheringPlan, *, by: By, now: datetime | None = None
) -> Gathering:
    """Open a gathering under a fresh code.

    Raises ``SignInError`` where ``by`` may not, ``GatheringError`` where the guardians' consent is
    missing or the plan cannot be kept.
    """
    demand(by, Action.RUN_GATHERINGS)
    check_plan(plan)
    consent.check_guardian_consent(plan.age_band, confirmed=plan.guardian_consent)
    now = now or this_moment()
    if plan.round_id is None:  # only now: a plan that is refused must not leave an empty round
        plan = replace(plan, round_id=rounds.current_or_new(store).id)
    for _ in range(_TRIES):
        with store.writing() as connection:
            _check_references(connection, plan)
            insert = insert_for(connection)(Gatherings).values(_row(plan, new_code(), by, now))
            added = insert.on_conflict_do_nothing(index_elements=["code"]).returning(Gatherings.id)
            if (number := connection.scalar(added)) is not None:
                note(connection, by, Event.GATHERING_CHANGED, gathering=number, change="opened")
                return _one(connection, Gatherings.id == number, now)
    raise GatheringError("Kode baru tidak ditemukan.", remedy="Coba lagi.")


def by_code(store: Store, code: str, *, now: datetime | None = None) -> Gathering | None:
    """The gathering children enter with this code (typed in any way), or None."""
    if not is_code(normalise_code(code)):
        return None
    return _maybe_one(store, Gatherings.code == normalise_code(code), now)


def seen_by_code(store: Store, by: By, code: str) -> Gathering | None:
    """The gathering with this code, or None also where this adult may not see it."""
    found = by_code(store, code)
    return found if found and may_run(by, found.opened_by) else None


def seen_by(store: Store, by: By, *, round_id: RoundId | None = None) -> tuple[Gathering, ...]:
    """The gatherings this adult may see, newest first: all of them, the own ones, or none."""
    found = all_gatherings(store, round_id=round_id)
    return tuple(one for one in found if may_run(by, one.opened_by))


def by_id(
    store: Store, gathering_id: GatheringId, *, now: datetime | None = None
) -> Gathering | None:
    """The gathering with this number, or None."""
    return _maybe_one(store, Gatherings.id == gathering_id, now)


def all_gatherings(
    store: Store, *, round_id: RoundId | None = None, now: datetime | None = None
) -> tuple[Gathering, ...]:
    """Every gathering, or those of one round, newest first."""
    statement = _gatherings().order_by(Gatherings.id.desc())
    if round_id is not None:
        statement = statement.where(Gatherings.round_id == round_id)
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(_gathering(row, now or this_moment()) for row in rows)


def set_state(
    store: Store,
    gathering_id: GatheringId,
    state: GatheringState,
    *,
    by: By,
    now: datetime | None = None,
) -> Gathering:
    """Open, pause, close or archive; opening by hand overrules the times on the clock.

    Raises ``SignInError`` where ``by`` may not run gatherings; ``GatheringError`` for one of
    somebody else, for an archived one (what children were promised about withdrawing ended
    there), for opening one without the guardians' consent, and for a number that does not exist.
    """
    now = now or this_moment()
    with store.writing() as connection:
        locked = sa.select(Gatherings.state).where(Gatherings.id == gathering_id).with_for_update()
        stored = connection.scalar(locked)
        _check_change(stored, state)
        values: dict[str, Any] = {"state": state.value}
        gathering = _one(connection, Gatherings.id == gathering_id, now)
        demand_run(by, gathering.opened_by)
        if state is GatheringState.OPEN:
            consent.check_guardian_consent(gathering.age_band, confirmed=gathering.guardian_consent)
            values |= _clock_of_an_opened(gathering, now)
        change = sa.update(Gatherings).where(Gatherings.id == gathering_id).values(values)
        connection.execute(change)
        note(connection, by, Event.GATHERING_CHANGED, gathering=gathering_id, change=state.value)
        return _one(connection, Gatherings.id == gathering_id, now)


def progress(store: Store, gathering_id: GatheringId, *, now: datetime | None = None) -> Progress:
    """How far the children of a gathering are; see ``Progress`` for what each number means."""
    return progress_of(store, [gathering_id], now=now)[gathering_id]


def progress_of(
    store: Store, gathering_ids: Sequence[GatheringId], *, now: datetime | None = None
) -> dict[GatheringId, Progress]:
    """The progress of several gatherings in one look at the database."""
    now = now or this_moment()
    agreed = sa.and_(Responses.gathering_id == Gatherings.id, Responses.assent)
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(Gatherings.id, Gatherings.expected_children, *_counts(now))
        .join_from(Gatherings, Responses, agreed, isouter=True)
        .where(Gatherings.id.in_(gathering_ids))
        .group_by(Gatherings.id, Gatherings.expected_children)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return {
        GatheringId(number): Progress(
            started=started,
            answering=answering,
            finished=finished,
            sent=sent,
            needs_help=needs_help,
            expected=expected,
        )
        for number, expected, started, answering, finished, sent, needs_help in rows
    }


def gatherings_by_code(connection: Connection, codes: Collection[str]) -> dict[str, Gathering]:
    """The gatherings of these codes, for the intake; what cannot be a code is not looked for."""
    possible = [code for code in codes if is_code(code)]
    rows = connection.execute(_gatherings().where(Gatherings.code.in_(possible))).all()
    moment = this_moment()
    return {row.code: _gathering(row, moment) for row in rows}


def _counts(now: datetime) -> list[sa.ColumnElement[int]]:
    unfinished = sa.not_(Responses.finished)
    silent = sa.and_(unfinished, Responses.heard_at < now - SILENT_AFTER)
    return [
        sa.func.count(Responses.id),
        _count(unfinished, Responses.heard_at >= now - ANSWERING_WITHIN),
        _count(Responses.finished),
        _count(Responses.finished, Responses.complete),
        _count(sa.or_(Responses.needs_help, silent)),
    ]


def _count(*conditions: sa.ColumnElement[bool] | Any) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((sa.and_(*conditions), 1)))


def _check_references(connection: Connection, plan: GatheringPlan) -> None:
    for found, what in (
        (connection.scalar(sa.select(Rounds.id).where(Rounds.id == plan.round_id)), "Putaran"),
        (
            connection.scalar(
                sa.select(Questionnaires.id).where(Questionnaires.id == plan.questionnaire_id)
            ),
            "Kuesioner",
        ),
    ):
        if found is None:
            raise GatheringError(f"{what} itu tidak ada.", remedy="Pilih dari daftar yang ada.")
    if plan.kelurahan_code is not None and kelurahan_by_code(plan.kelurahan_code) is None:
        raise GatheringError(
            f"Kelurahan {plan.kelurahan_code} tidak dikenal.", remedy="Pilih dari daftar kelurahan."
        )


def _check_change(stored: str | None, state: GatheringState) -> None:
    if stored is None:
        raise GatheringError("Pertemuan itu tidak ada.", remedy="Muat ulang daftar pertemuan.")
    if state is GatheringState.NOT_YET:
        raise GatheringError("'Belum dibuka' mengikuti jam.", remedy="Ubah waktu bukanya.")
    if stored == GatheringState.ARCHIVED and state is not GatheringState.ARCHIVED:
        raise GatheringError("Pertemuan ini sudah diarsipkan.", remedy="Buka pertemuan baru.")


def _clock_of_an_opened(gathering: Gathering, now: datetime) -> dict[str, None]:
    over: dict[str, None] = {}
    if gathering.opens_at and now < gathering.opens_at:
        over["opens_at"] = None
    if gathering.closes_at and now >= gathering.closes_at:
        over["closes_at"] = None
    return over


def _row(plan: GatheringPlan, code: str, by: By, now: datetime) -> dict[str, Any]:
    return {
        "code": code,
        "round_id": plan.round_id,
        "questionnaire_id": plan.questionnaire_id,
        "title": storable(plan.title.strip()),
        "age_band": plan.age_band.value,
        "venue_kind": plan.venue_kind.value,
        "venue": storable(plan.venue.strip()),
        "kelurahan_code": plan.kelurahan_code,
        "expected_children": plan.expected_children,
        "guardian_consent": plan.guardian_consent,
        "state": GatheringState.OPEN.value,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "created_at": now,
        "opened_by": by.id if isinstance(by, StaffMember) else None,
    }


def _gatherings() -> sa.Select[*tuple[Any, ...]]:
    columns: list[Any] = list(Gatherings.__table__.c)
    return sa.select(
        *columns,
        Questionnaires.key.label("questionnaire_key"),
        Questionnaires.version.label("questionnaire_version"),
    ).join_from(Gatherings, Questionnaires)


def _maybe_one(
    store: Store, condition: sa.ColumnElement[bool], now: datetime | None
) -> Gathering | None:
    with store.reading() as connection:
        row = connection.execute(_gatherings().where(condition)).one_or_none()
    return _gathering(row, now or this_moment()) if row else None


def _one(connection: Connection, condition: sa.ColumnElement[bool], now: datetime) -> Gathering:
    return _gathering(connection.execute(_gatherings().where(condition)).one(), now)


def _gathering(row: Any, now: datetime) -> Gathering:
    state = GatheringState(row.state)
    return Gathering(
        id=GatheringId(row.id),
        code=row.code,
        round_id=RoundId(row.round_id),
        questionnaire_id=QuestionnaireId(row.questionnaire_id),
        questionnaire_key=row.questionnaire_key,
        questionnaire_version=row.questionnaire_version,
        title=row.title,
        age_band=AgeBand(row.age_band),
        venue_kind=VenueKind(row.venue_kind),
        venue=row.venue,
        kelurahan_code=row.kelurahan_code,
        expected_children=row.expected_children,
        guardian_consent=row.guardian_consent,
        state=effective_state(state, row.opens_at, row.closes_at, now),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        created_at=row.created_at,
        opened_by=None if row.opened_by is None else StaffId(row.opened_by),
    )
