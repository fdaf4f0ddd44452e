"""Runs of the analysis: who is working on a round, how far it is, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.errors import AnalysisError
from survey_app.gathering import RoundId
from survey_app.people import Action, By, Program, demand
from survey_app.store.audit import Event, note
from survey_app.store.database import Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.tables import AnalysisRuns

RunId = NewType("RunId", int)

# A working run is heard from every 5 s (`review`); twelve missed signs are a dead process.
SILENT_AFTER = timedelta(seconds=60)
STOPPED = "Analisis berhenti di tengah jalan. Jalankan lagi; jawaban anak tidak berubah."


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run; ``fraction`` is 0-1, ``sentence`` says why a failed one failed."""

    id: RunId
    round_id: RoundId
    state: RunState
    step: str
    fraction: float
    comments: int
    sentence: str
    versions: Mapping[str, str]
    started_at: datetime
    heard_at: datetime
    finished_at: datetime | None


def start_run(
    store: Store,
    round_id: RoundId,
    *,
    by: By = Program.SERVER,
    now: datetime | None = None,
) -> RunId:
    """Claim the round; raise ``AnalysisError`` while another run is working on it.

    Raises ``SignInError`` where ``by`` may not start the analysis.

    A run that has gone silent is closed as failed first, so that a crash blocks nobody.
    """
    demand(by, Action.START_ANALYSIS)
    now = now or this_moment()
    row = {
        "round_id": round_id,
        "state": RunState.RUNNING.value,
        "step": "Menyiapkan",
        "fraction": 0.0,
        "comments": 0,
        "sentence": "",
        "versions": "{}",
        "started_at": now,
        "heard_at": now,
    }
    with store.writing() as connection:
        _close_silent(connection, round_id, now)
        insert = insert_for(connection)(AnalysisRuns).values(row)
        number = connection.scalar(insert.on_conflict_do_nothing().returning(AnalysisRuns.id))
        if number is not None:
            note(connection, by, Event.ANALYSIS_STARTED, round=round_id, run=number)
    if number is None:
        raise AnalysisError(
            "Analisis putaran ini sedang berjalan.", remedy="Tunggu sampai selesai."
        )
    return RunId(number)


def report_progress(store: Store, run_id: RunId, step: str, fraction: float) -> None:
    """Note what a run is doing, and that it is alive."""
    _change(store, run_id, step=step[:120], fraction=min(max(fraction, 0.0), 1.0))


def still_alive(store: Store, run_id: RunId) -> None:
    """Note that a run is alive, in the middle of a long step."""
    _change(store, run_id)


def finish_run(
    store: Store,
    run_id: RunId,
    *,
    comments: int,
    versions: Mapping[str, str],
    sentence: str = "",
) -> None:
    """Close a run that came to its end; ``comments`` is how many it read.

    ``sentence`` says what it left for a later one.
    """
    _change(
        store,
        run_id,
        state=RunState.FINISHED.value,
        step="Selesai",
        fraction=1.0,
        comments=comments,
        sentence=sentence,
        versions=json.dumps(dict(versions), ensure_ascii=False, sort_keys=True),
        finished_at=this_moment(),
    )


def fail_run(store: Store, run_id: RunId, sentence: str = STOPPED) -> None:
    """Close a run that did not come to its end; one that is closed already stays as it is."""
    _change(
        store,
        run_id,
        state=RunState.FAILED.value,
        sentence=sentence,
        finished_at=this_moment(),
    )


def latest_run(store: Store, round_id: RoundId, *, now: datetime | None = None) -> Run | None:
    """The last run of a round, or None; a silent one is shown as failed."""
    return _last(store, AnalysisRuns.round_id == round_id, now or this_moment())


def last_finished_run(
    store: Store, round_id: RoundId, *, now: datetime | None = None
) -> Run | None:
    """The run whose themes are shown, or None."""
    finished = AnalysisRuns.state == RunState.FINISHED.value
    condition = sa.and_(AnalysisRuns.round_id == round_id, finished)
    return _last(store, condition, now or this_moment())


def _last(store: Store, condition: sa.ColumnElement[bool], now: datetime) -> Run | None:
    columns: list[Any] = list(AnalysisRuns.__table__.c)
    statement = sa.select(*columns).where(condition).order_by(AnalysisRuns.id.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    return _run(row, now) if row else None


def _change(store: Store, run_id: RunId, **values: Any) -> None:
    working = sa.and_(AnalysisRuns.id == run_id, AnalysisRuns.state == RunState.RUNNING.value)
    change = sa.update(AnalysisRuns).where(working).values(heard_at=this_moment(), **values)
    with store.writing() as connection:
        connection.execute(change)


def _close_silent(connection: Connection, round_id: RoundId, now: datetime) -> None:
    silent = sa.and_(
        AnalysisRuns.round_id == round_id,
        AnalysisRuns.state == RunState.RUNNING.value,
        AnalysisRuns.heard_at < now - SILENT_AFTER,
    )
    closed = {"state": RunState.FAILED.value, "sentence": STOPPED, "finished_at": now}
    connection.execute(sa.update(AnalysisRuns).where(silent).values(closed))


def _run(row: Any, now: datetime) -> Run:
    silent = row.state == RunState.RUNNING.value and row.heard_at < now - SILENT_AFTER
    return Run(
        id=RunId(row.id),
        round_id=RoundId(row.round_id),
        state=RunState.FAILED if silent else RunState(row.state),
        step=row.step,
        fraction=row.fraction,
        comments=row.comments,
        sentence=STOPPED if silent else row.sentence,
        versions=json.loads(row.versions),
        started_at=row.started_at,
        heard_at=row.heard_at,
        finished_at=row.finished_at,
    )
