"""Which alerts an e-mail has told of, and how sending goes: it outlives every restart.

One message at a time, whatever processes run: who sends claims the turn in the database first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store import installation
from survey_app.store.cases import AlertLevel, AlertState, Judgement
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Alerts

AT_MOST_EVERY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)  # after failures: a disclosure is not to wait for long
# What the city has a target for, and an e-mail tells of. These must not lie: an unscreened one may
# be urgent, and who asks to talk has waited to be asked.
TARGETED = frozenset({AlertLevel.URGENT, AlertLevel.TALK, AlertLevel.UNSCREENED})
_LOCK = 5_283_004  # on PostgreSQL: one process at a time takes a turn
_KEY = "email"  # its row in the table `installation`
_WAITS = sa.and_(
    Alerts.state == AlertState.WAITING.value,
    sa.or_(
        sa.and_(Alerts.level.in_(sorted(TARGETED)), Alerts.judged.is_(None)),
        Alerts.judged == Judgement.URGENT.value,
    ),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A message to be sent now: the alerts it tells of first, and how many wait in all."""

    alerts: tuple[int, ...]
    waiting: int

    @property
    def key(self) -> str:
        """The same for the same alerts: a message sent again can be told as one."""
        numbers = ",".join(map(str, self.alerts))
        return f"suara-{sha256(numbers.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How sending goes; ``fault`` says in a sentence why the last message did not leave whole."""

    sent_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    fault: str = ""
    next_at: datetime | None = None


def take_turn(store: Store, *, now: datetime | None = None) -> Turn | None:
    """Claim the next message, or None where nothing new waits or it is too early.

    From then on nobody else sends for a minute, also where this process ends before it is told
    what became of it: then the same message is sent again.
    """
    moment = now or this_moment()
    with store.reading() as connection:
        if _turn(connection, moment) is None:
            return None
    with store.writing(lock=_LOCK) as connection:
        turn = _turn(connection, moment)
        if turn is not None:
            _remember(connection, _delivery(connection), next_at=moment + AT_MOST_EVERY)
        return turn


def sent(store: Store, turn: Turn, *, fault: str = "", now: datetime | None = None) -> None:
    """The server took the message; ``fault`` where not for every address."""
    moment = now or this_moment()
    with store.writing(lock=_LOCK) as connection:
        told = sa.update(Alerts).where(Alerts.id.in_(turn.alerts))
        connection.execute(told.values(announced=True))
        before = _delivery(connection)
        since = (before.failing_since or moment) if fault else None
        _remember(connection, Delivery(moment, since, 0, fault), next_at=before.next_at)


def failed(store: Store, fault: str, *, now: datetime | None = None) -> None:
    """The message did not leave; the next try comes after a pause twice as long as the last."""
    moment = now or this_moment()
    with store.writing(lock=_LOCK) as connection:
        before = _delivery(connection)
        failures = before.failures + 1
        pause = min(AT_MOST_EVERY * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        since = before.failing_since or moment
        _remember(
            connection, Delivery(before.sent_at, since, failures, fault), next_at=moment + pause
        )


def delivery(store: Store) -> Delivery:
    """How sending goes."""
    with store.reading() as connection:
        return _delivery(connection)


def _turn(connection: Connection, moment: datetime) -> Turn | None:
    next_at = _delivery(connection).next_at
    if next_at and moment < next_at:
        return None
    new = sa.select(Alerts.id).where(_WAITS, sa.not_(Alerts.announced)).order_by(Alerts.id)
    numbers = tuple(connection.scalars(new))
    if not numbers:
        return None
    waiting = connection.scalar(sa.select(sa.func.count(Alerts.id)).where(_WAITS)) or 0
    return Turn(numbers, waiting)


def _delivery(connection: Connection) -> Delivery:
    found = installation.recall(connection, _KEY)
    told: Mapping[str, str] = json.loads(found.value) if found else {}
    return Delivery(
        sent_at=_moment(told.get("sent_at")),
        failing_since=_moment(told.get("failing_since")),
        failures=int(told.get("failures", 0)),
        fault=told.get("fault", ""),
        next_at=_moment(told.get("next_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _remember(connection: Connection, how: Delivery, *, next_at: datetime | None) -> None:
    told = {
        "sent_at": how.sent_at.isoformat() if how.sent_at else "",
        "failing_since": how.failing_since.isoformat() if how.failing_since else "",
        "failures": str(how.failures),
        "fault": how.fault,
        "next_at": next_at.isoformat() if next_at else "",
    }
    installation.remember(connection, _KEY, json.dumps(told))
