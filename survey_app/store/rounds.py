"""Rounds: the campaigns of a city, and taking a demo round away whole."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from survey_app.gathering import Round, RoundId
from survey_app.people import Action, By, Program, demand
from survey_app.store.audit import Event, note
from survey_app.store.database import Store, now
from survey_app.store.tables import (
    Alerts,
    AnalysisRuns,
    Comments,
    Gatherings,
    Quarantine,
    Responses,
    Rounds,
    StandingThemes,
    ThemeEvents,
    Themes,
)


def add(
    store: Store, name: str, year: int, *, demo: bool = False, by: By = Program.COMMAND_LINE
) -> Round:
    """A new round, where everybody's next gatherings go; ``demo`` marks it as synthetic.

    Raises ``SignInError`` where ``by`` does not run every gathering.
    """
    demand(by, Action.RUN_EVERY_GATHERING)
    moment = now()
    statement = sa.insert(Rounds).values(name=name, year=year, demo=demo, created_at=moment)
    with store.writing() as connection:
        number = connection.execute(statement.returning(Rounds.id)).scalar_one()
        note(connection, by, Event.GATHERING_CHANGED, round=number, change="round_added")
    return Round(RoundId(number), name, year, demo, moment)


def all_rounds(store: Store) -> tuple[Round, ...]:
    """All rounds, newest first."""
    with store.reading() as connection:
        rows = connection.execute(_rounds().order_by(Rounds.id.desc())).all()
    return tuple(_round(row) for row in rows)


def by_id(store: Store, round_id: RoundId) -> Round | None:
    """The round with this number, or None."""
    with store.reading() as connection:
        row = connection.execute(_rounds().where(Rounds.id == round_id)).one_or_none()
    return _round(row) if row else None


def current(store: Store) -> Round | None:
    """The round work goes on in: the newest real one, else the newest demo, else None."""
    rounds = all_rounds(store)
    return next((one for one in rounds if not one.demo), rounds[0] if rounds else None)


def current_or_new(store: Store) -> Round:
    """The newest real round, where a new gathering belongs; the year's first when there is none."""
    real = next((one for one in all_rounds(store) if not one.demo), None)
    year = now().year
    return real or add(store, f"Putaran {year}", year)


def remove_demo(store: Store) -> int:
    """Take every demo round away with all that hangs on it; return how many there were.

    Nothing of a real round is touched: everything removed is found through a round marked demo.
    """
    with store.writing() as connection:
        demo = list(connection.scalars(sa.select(Rounds.id).where(Rounds.demo)))
        _remove(connection, demo)
    return len(demo)


def _remove(connection: Connection, rounds: list[int]) -> None:
    of_round = sa.select(Gatherings.id).where(Gatherings.round_id.in_(rounds))
    for table, condition in (
        (Themes, Themes.round_id.in_(rounds)),
        (StandingThemes, StandingThemes.round_id.in_(rounds)),
        (ThemeEvents, ThemeEvents.round_id.in_(rounds)),
        (Alerts, Alerts.round_id.in_(rounds)),
        (Comments, Comments.round_id.in_(rounds)),
        (AnalysisRuns, AnalysisRuns.round_id.in_(rounds)),
        (Quarantine, Quarantine.gathering_id.in_(of_round)),
        (Responses, Responses.gathering_id.in_(of_round)),
        (Gatherings, Gatherings.round_id.in_(rounds)),
        (Rounds, Rounds.id.in_(rounds)),
    ):
        connection.execute(sa.delete(table).where(condition))


def _rounds() -> sa.Select[int, str, int, bool, object]:
    return sa.select(Rounds.id, Rounds.name, Rounds.year, Rounds.demo, Rounds.created_at)


def _round(row: Row[int, str, int, bool, object]) -> Round:
    return Round(RoundId(row.id), row.name, row.year, row.demo, row.created_at)
